/** Runs the programs of the system: whether one is there, how it ended and what it said. */
import { spawn } from 'node:child_process';
import type { ProgramCall } from './resolver.ts';

const TIMEOUT_MS = 30_000;
/** Where daemons and their tools are, whatever the PATH of a user says. */
const FOLDERS = ['/usr/sbin', '/sbin', '/usr/local/sbin'];

export type ProgramEnd =
  | { readonly kind: 'absent' }
  | { readonly kind: 'ended'; readonly isOk: boolean; readonly output: string };

export type RunProgram = (call: ProgramCall) => Promise<ProgramEnd>;

/** With the PATH of `env`. */
export function programRunner(env: Readonly<Record<string, string | undefined>>): RunProgram {
  const path = [env.PATH ?? '/usr/bin:/bin', ...FOLDERS].join(':');
  return ({ program, args }) =>
    new Promise((resolve) => {
      const child = spawn(program, args, {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...env, PATH: path },
        timeout: TIMEOUT_MS,
      });
      let output = '';
      const take = (chunk: Buffer): void => {
        output += chunk.toString();
      };
      child.stdout.on('data', take);
      child.stderr.on('data', take);
      child.on('error', ({ message, ...error }: NodeJS.ErrnoException) =>
        resolve(
          error.code === 'ENOENT'
            ? { kind: 'absent' }
            : { kind: 'ended', isOk: false, output: message },
        ),
      );
      child.on('close', (code) =>
        resolve({ kind: 'ended', isOk: code === 0, output: output.trim() }),
      );
    });
}

export function formatCall({ program, args }: ProgramCall): string {
  return [program, ...args].join(' ');
}
