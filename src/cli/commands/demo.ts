/** `rollcall demo`: shows a real agent at work, or refusing what it must. Prints the same each time. */
import { type Command, CommandError, expectNoOperands, UsageError } from '../command.ts';
import { playFailure } from '../demo/failure.ts';
import { playGolden } from '../demo/golden.ts';
import { onStage } from '../demo/stage.ts';

export const command: Command = {
  takes: '-golden | -failure',
  description:
    'Starts an agent on free ports with a temporary store, shows step by step what it does, and removes both ' +
    'again. Needs nothing and leaves nothing behind.',
  flags: [
    {
      name: 'golden',
      kind: 'boolean',
      help: 'Register, resolve, fail, crash and recover; the last line is "ok".',
    },
    {
      name: 'failure',
      kind: 'boolean',
      help: 'Send what must be refused and show the errors; the last line is "expected_error".',
    },
  ],
  async run({ flags, operands, stdout }) {
    expectNoOperands(operands);
    const golden = flags.boolean('golden');
    if (golden === flags.boolean('failure')) {
      throw new UsageError('Exactly one of -golden and -failure is needed');
    }
    try {
      await onStage(stdout, golden ? playGolden : playFailure);
    } catch (cause) {
      if (cause instanceof CommandError) throw cause;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new CommandError(`Error playing the demonstration: ${reason}`);
    }
    stdout.write(golden ? 'ok\n' : 'expected_error\n');
    return 0;
  },
};
