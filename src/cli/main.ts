/** The entry of `bin/rollcall`: gives the program this process's arguments, streams and environment. */
import { COMMANDS } from './commands.ts';
import { runProgram } from './program.ts';

/** Runs the command line of this process and answers its exit code, once what it printed is written. */
export async function main(): Promise<number> {
  const { stdout, stderr, env, argv } = process;
  stdout.on('error', endOnBrokenPipe);
  const exitCode = await runProgram(COMMANDS, argv.slice(2), { stdout, stderr, env });
  await Promise.all([written(stdout), written(stderr)]);
  return exitCode;
}

/** Whoever reads us has seen enough (`rollcall catalog services | head -1`). */
function endOnBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}

function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((done) => {
    stream.write('', () => done());
  });
}
