/** Knot's `kdig`, a second reader of what we send: it shares no code with BIND's dig, nor with ours. */
import { execFile } from 'node:child_process';

export interface Kdug {
  readonly status: string;
  /** Records of all sections, `name ttl class type rdata` with white space folded, sorted; without the OPT. */
  readonly records: readonly string[];
  /** Lines that begin with `;; Version`, and one for each option of the OPT. */
  readonly edns: readonly string[];
  /** What it found wrong with the reply. */
  readonly complaints: readonly string[];
  readonly text: string;
}

/** `args` as one line: `'web.service.consul SRV +tcp'`. */
export function kdig(
  server: { readonly host: string; readonly port: number },
  args: string,
): Promise<Kdug> {
  const all = [`@${server.host}`, '-p', String(server.port), '+retry=0', '+timeout=5'];
  return new Promise((resolve) => {
    execFile('kdig', [...all, ...args.split(' ')], { timeout: 15_000 }, (_, stdout, stderr) => {
      resolve(parse(stdout, stderr));
    });
  });
}

function parse(text: string, stderr: string): Kdug {
  const lines = text.split('\n').map((line) => line.replace(/\s+/g, ' ').trim());
  return {
    status: /status: (\w+)/.exec(text)?.[1] ?? 'none',
    records: lines.filter((line) => line !== '' && !line.startsWith(';')).sort(),
    edns: lines.slice(lines.indexOf(';; EDNS PSEUDOSECTION:') + 1).filter(isEdnsLine),
    complaints: [...lines, ...stderr.split('\n')].filter((line) =>
      /warning|error:|malformed|trailing|unexpected/i.test(line.replace(/^;; ->>HEADER.*/, '')),
    ),
    text: `${text}${stderr}`,
  };
}

const isEdnsLine = (line: string): boolean => /^;; (Version|[A-Z-]+|Option \(\d+\)): /.test(line);
