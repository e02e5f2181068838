/** Real `dig` against a listener of the test. */
import { execFile } from 'node:child_process';

export interface Dug {
  readonly status: string;
  /** Header flags, e.g. `qr aa rd`. */
  readonly flags: readonly string[];
  readonly answers: readonly string[];
  readonly authority: readonly string[];
  readonly additional: readonly string[];
  /** The whole output, comments included. */
  readonly text: string;
}

/** `args` as after `dig`, e.g. `['web.service.consul', 'SRV', '+tcp']`; white space of records is folded. */
export function dig(
  server: { readonly host: string; readonly port: number },
  ...args: readonly string[]
): Promise<Dug> {
  const all = [`@${server.host}`, '-p', String(server.port), '+tries=1', '+time=5', ...args];
  return new Promise((resolve, reject) => {
    execFile('dig', all, { timeout: 15_000 }, (error, stdout) => {
      const status = /status: (\w+)/.exec(stdout)?.[1];
      if (status === undefined) reject(error ?? new Error(`dig ${args.join(' ')}:\n${stdout}`));
      else resolve(parse(stdout, status));
    });
  });
}

function parse(text: string, status: string): Dug {
  const flags = /^;; flags: ([a-z ]*);/m.exec(text)?.[1]?.split(' ') ?? [];
  const section = (title: string): string[] => {
    const body = new RegExp(`;; ${title} SECTION:\\n([\\s\\S]*?)(?:\\n\\n|\\n;;|$)`).exec(
      text,
    )?.[1];
    const lines = (body ?? '').split('\n').filter((line) => line !== '' && !line.startsWith(';'));
    return lines.map((line) => line.replace(/\s+/g, ' '));
  };
  return {
    status,
    flags,
    answers: section('ANSWER'),
    authority: section('AUTHORITY'),
    additional: section('ADDITIONAL'),
    text,
  };
}
