/** Runs `bin/rollcall` as a process, the way a shell does. */
import { execFile, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import type { Outcome } from './run-command.ts';

export const PROGRAM = resolve(import.meta.dirname, '../../bin/rollcall');

type Environment = Readonly<Record<string, string>>;

export interface RunOptions {
  readonly env?: Environment;
  /** Another path to the program, e.g. a symbolic link. */
  readonly program?: string;
}

export function runProgram(
  argv: readonly string[],
  { env = {}, program = PROGRAM }: RunOptions = {},
): Promise<Outcome> {
  return new Promise((done) => {
    const child = execFile(program, argv, { env: ownEnvironment(env) }, (_error, stdout, stderr) =>
      done({ exitCode: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

export interface RunningAgent {
  readonly httpAddress: string;
  readonly exited: Promise<number | null>;
}

/** Starts an agent on free ports; it ends with the test. */
export function startAgent(argv: readonly string[]): Promise<RunningAgent> {
  const ports = ['-http-port=0', '-dns-port=0', '-bind=127.0.0.1'];
  const child = spawn(PROGRAM, ['agent', ...ports, ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: ownEnvironment({}),
  });
  const exited = new Promise<number | null>((done) => child.on('exit', done));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return new Promise((ready, failed) => {
    const said: string[] = [];
    createInterface(child.stderr).on('line', (line) => said.push(line));
    createInterface(child.stdout).on('line', (line) => {
      said.push(line);
      const httpAddress = /^ready\b.*\bhttp=(\S+)/.exec(line)?.[1];
      if (httpAddress !== undefined) ready({ httpAddress, exited });
    });
    void exited.then((code) => failed(new Error(`agent ended with ${code}: ${said.join('\n')}`)));
  });
}

/** Of this process's environment only what a program needs to be found and to put its files. */
function ownEnvironment(env: Environment): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), ...env };
}
