/** Runs the program in this process, with its output kept, against whatever the environment names. */
import { PassThrough } from 'node:stream';
import { COMMANDS } from '../../src/cli/commands.ts';
import { runProgram } from '../../src/cli/program.ts';

export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export async function runCommand(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const exitCode = await runProgram(COMMANDS, argv, { stdout, stderr, env });
  return { exitCode, stdout: textIn(stdout), stderr: textIn(stderr) };
}

function textIn(stream: PassThrough): string {
  const chunk: unknown = stream.read();
  return Buffer.isBuffer(chunk) ? chunk.toString() : '';
}
