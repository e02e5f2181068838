/** Runs one line of a shell script, for what only a shell connects: pipes and redirections. */
import { execFile } from 'node:child_process';
import type { Outcome } from './run-command.ts';

export function runShell(script: string, env: Readonly<Record<string, string>>): Promise<Outcome> {
  return new Promise((done) => {
    const child = execFile(
      'sh',
      ['-c', script],
      { env: { PATH: process.env.PATH, ...env } },
      (_error, stdout, stderr) => done({ exitCode: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}
