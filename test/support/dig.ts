/** Real `dig` against a listener of the test. */
import { execFile } from 'node:child_process';

export interface DugEdns {
  readonly version: number;
  /** E.g. `['do']`, `['do', 'MBZ: 0x0080']`. */
  readonly flags: readonly string[];
  readonly udp: number;
  /** As dig shows them, e.g. `EDE: 21 (Not Supported): (only class IN is served)`. */
  readonly options: readonly string[];
}

export interface Dug {
  readonly status: string;
  /** Header flags, e.g. `qr aa rd`. */
  readonly flags: readonly string[];
  /** Name, class and type as they came back, e.g. `Web.Service.consul. IN A`. */
  readonly question: string;
  readonly answers: readonly string[];
  readonly authority: readonly string[];
  /** Without the OPT. */
  readonly additional: readonly string[];
  /** Undefined when the reply had no OPT. */
  readonly edns: DugEdns | undefined;
  /** Octets of the reply. */
  readonly bytes: number;
  /** The whole output for this reply, comments included. */
  readonly text: string;
}

interface Server {
  readonly host: string;
  readonly port: number;
  /** What dig is preceded by, to run in another network namespace. */
  readonly within?: readonly string[];
}

/** `args` as after `dig`, e.g. `['web.service.consul', 'SRV', '+tcp']`; white space of records is folded. */
export async function dig(server: Server, ...args: readonly string[]): Promise<Dug> {
  const [dug] = await digAll(server, args);
  return dug as Dug;
}

/** Several questions by one dig, which is most of what one costs; a reply for each, in order. */
export function digAll(
  server: Server,
  ...queries: readonly (readonly string[])[]
): Promise<readonly Dug[]> {
  const all = [`@${server.host}`, '-p', String(server.port), '+tries=1', '+time=5'];
  const [program = '', ...args] = [...(server.within ?? []), 'dig', ...all, ...queries.flat()];
  return new Promise((resolve, reject) => {
    execFile(program, args, { timeout: 15_000 }, (error, stdout, stderr) => {
      const replies = stdout.split(/^;; Got answer:\n/m).slice(1);
      const dugs = replies.flatMap((text) => {
        const status = /status: (\w+)/.exec(text)?.[1];
        return status === undefined ? [] : [parse(text, status)];
      });
      if (dugs.length === queries.length) resolve(dugs);
      else {
        const end = error === null ? '' : ` ended with ${error.signal ?? error.code}`;
        reject(new Error(`dig ${queries.flat().join(' ')}${end}:\n${stdout}${stderr}`));
      }
    });
  });
}

function parse(text: string, status: string): Dug {
  const flags = /^;; flags: ([a-z ]*);/m.exec(text)?.[1]?.split(' ') ?? [];
  const linesOf = (title: string): string[] => {
    const body = new RegExp(`;; ${title} SECTION:\\n([\\s\\S]*?)(?:\\n\\n|\\n;;|$)`).exec(
      text,
    )?.[1];
    return (body ?? '').split('\n').filter((line) => line !== '');
  };
  const section = (title: string): string[] =>
    linesOf(title)
      .filter((line) => !line.startsWith(';'))
      .map((line) => line.replace(/\s+/g, ' '));
  return {
    status,
    flags,
    question: (linesOf('QUESTION')[0] ?? '').slice(1).replace(/\s+/g, ' '),
    answers: section('ANSWER'),
    authority: section('AUTHORITY'),
    additional: section('ADDITIONAL'),
    edns: parseEdns(text),
    bytes: Number(/^;; MSG SIZE +rcvd: (\d+)/m.exec(text)?.[1]),
    text,
  };
}

/** `; EDNS: version: 0, flags: do; udp: 1232`, and a line for each option. */
function parseEdns(text: string): DugEdns | undefined {
  const found = /^; EDNS: version: (\d+), flags:([^;]*); ?(.*?)udp: (\d+)\n((?:; .*\n)*)/m.exec(
    text,
  );
  if (found === null) return undefined;
  const [, version, flags = '', reserved = '', udp, options = ''] = found;
  return {
    version: Number(version),
    flags: [...flags.trim().split(' '), reserved.trim()].filter((flag) => flag !== ''),
    udp: Number(udp),
    options: options
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.slice(2)),
  };
}
