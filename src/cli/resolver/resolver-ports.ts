/** What the resolver commands use of the world around them, so that a test can hold it. */
import { createInterface } from 'node:readline/promises';
import { type LookUp, lookUpBySystem } from './lookup.ts';
import { programRunner, type RunProgram } from './programs.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface ResolverPorts {
  runner(env: Environment): RunProgram;
  readonly lookUpBySystem: LookUp;
  /** Whether there is somebody to ask. */
  canAsk(): boolean;
  confirm(question: string): Promise<boolean>;
}

export const SYSTEM_PORTS: ResolverPorts = {
  runner: programRunner,
  lookUpBySystem,
  canAsk: () => process.stdin.isTTY === true,
  async confirm(question) {
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return /^y(es)?$/i.test((await terminal.question(question)).trim());
    } catch (error) {
      // Control-C or control-D, instead of an answer.
      if (!(error instanceof Error && error.name === 'AbortError')) throw error;
      process.stderr.write('\n');
      return false;
    } finally {
      terminal.close();
    }
  },
};
