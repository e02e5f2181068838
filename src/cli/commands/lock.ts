/** `rollcall lock`: runs a command while it holds a lock. */
import { parseDuration } from '../../runtime/index.ts';
import { aborted, ChildCommand, GRACE_MS, listenForStop } from '../child-command.ts';
import { type ApiClient, withClient } from '../client.ts';
import { CLIENT_FLAGS, SERVER_FLAGS } from '../client-settings.ts';
import { type Command, CommandError, type Invocation, UsageError } from '../command.ts';
import type { FlagValues } from '../flag-values.ts';
import { keyOperand } from '../kv-entries.ts';
import { acquireLock, type HeldLock, type LockScheme } from '../lock.ts';
import { exclusiveLock, semaphore } from '../lock-schemes.ts';

const MONITOR_RETRIES = 3;
const EXIT_CHILD_FAILED = 2;
const TIMER_MS_MAX = 2 ** 31 - 1;

export const command: Command = {
  takes: '[options] PREFIX COMMAND...',
  description:
    'Waits for the lock at PREFIX, runs the command while it is held, and gives it back. When the lock is lost, the ' +
    'command gets SIGTERM, and five seconds later SIGKILL.',
  flags: [
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    { name: 'child-exit-code', kind: 'boolean', help: 'Exit with 2 when the command fails.' },
    {
      name: 'monitor-retry',
      kind: 'integer',
      value: 'number',
      help: 'Failed readings in a row, a second apart, before the lock counts as lost; 3 by default.',
    },
    { name: 'n', kind: 'integer', value: 'number', help: 'Holders at a time; 1 by default.' },
    { name: 'name', kind: 'text', value: 'text', help: 'Name of the session.' },
    { name: 'pass-stdin', kind: 'boolean', help: 'Give the command our standard input.' },
    { name: 'shell', kind: 'boolean', help: 'Run the command in a shell, as is the default.' },
    { name: 'timeout', kind: 'text', value: 'duration', help: 'Wait no longer for the lock.' },
    { name: 'try', kind: 'text', value: 'duration', help: 'The same as -timeout, which is newer.' },
    { name: 'verbose', kind: 'boolean', help: 'Say what happens.' },
  ],
  operandsEndFlags: true,
  async run(invocation) {
    const plan = readPlan(invocation);
    const stop = listenForStop();
    try {
      return await withClient(invocation, (client) =>
        holdWhileRunning(client, plan, invocation, stop.signal),
      );
    } finally {
      stop.close();
    }
  },
};

interface Plan {
  readonly prefix: string;
  readonly words: readonly string[];
  readonly limit: number;
  readonly sessionName: string;
  /** 0: for ever. */
  readonly timeoutMs: number;
  readonly monitorRetries: number;
}

function readPlan({ flags, operands }: Invocation): Plan {
  const limit = flags.has('n') ? flags.integer('n') : 1;
  if (limit <= 0) throw new CommandError('Lock holder limit must be positive');
  const [prefix = '', ...words] = operands;
  if (words.length === 0) throw new CommandError('Key prefix and child command must be specified');
  const retries = flags.has('monitor-retry') ? flags.integer('monitor-retry') : MONITOR_RETRIES;
  if (retries < 0) throw new CommandError("Number for 'monitor-retry' must be >= 0");
  const key = keyOperand(prefix);
  return {
    prefix: key,
    words,
    limit,
    sessionName: flags.text('name') || `Consul lock for '${words.join(' ')}' at '${key}'`,
    timeoutMs: readTimeout(flags),
    monitorRetries: retries,
  };
}

function readTimeout(flags: FlagValues): number {
  const name = flags.has('timeout') ? 'timeout' : 'try';
  const text = flags.text(name) || '0';
  const parsed = parseDuration(text);
  if (!parsed.ok) throw new UsageError(`invalid value "${text}" for flag -${name}: parse error`);
  if (parsed.ms < 0) throw new CommandError('Timeout must be positive');
  return Math.min(Math.ceil(parsed.ms), TIMER_MS_MAX);
}

async function holdWhileRunning(
  client: ApiClient,
  plan: Plan,
  invocation: Invocation,
  stop: AbortSignal,
): Promise<number> {
  const { prefix, limit, timeoutMs } = plan;
  const scheme = limit === 1 ? exclusiveLock(client, prefix) : semaphore(client, prefix, limit);
  const say = speaker(invocation);
  say(
    limit === 1
      ? `Setting up lock at path: ${scheme.watched.key}`
      : `Setting up semaphore (limit ${limit}) at prefix: ${prefix}`,
  );
  say('Attempting lock acquisition');
  const patience = timeoutMs > 0 ? AbortSignal.any([stop, AbortSignal.timeout(timeoutMs)]) : stop;
  const held = await acquireLock(client, scheme, plan, patience);
  if (held === undefined) {
    throw new CommandError('Shutdown triggered or timeout during lock acquisition');
  }
  let problem: string | undefined;
  try {
    if (!stop.aborted) problem = await runChild(plan, held, invocation, stop);
  } finally {
    await giveBack(held, scheme, say);
  }
  return problem !== undefined && invocation.flags.boolean('child-exit-code')
    ? EXIT_CHILD_FAILED
    : 0;
}

/** What went wrong with the command; undefined: nothing, or it had to end with the lock. */
async function runChild(
  { words }: Plan,
  held: HeldLock,
  { flags, stderr, ...invocation }: Invocation,
  stop: AbortSignal,
): Promise<string | undefined> {
  const say = speaker({ flags, stderr, ...invocation });
  say('Starting handler');
  if (flags.boolean('pass-stdin')) say('Stdin passed to handler process');
  const child = new ChildCommand({
    words,
    shell: !flags.has('shell') || flags.boolean('shell'),
    env: { CONSUL_LOCK_HELD: 'true' },
    ...(flags.boolean('pass-stdin') ? { stdin: 'inherit' } : {}),
  });
  const interrupted = aborted(AbortSignal.any([stop, held.lost])).then(
    () => 'interrupted' as const,
  );
  const end = await Promise.race([child.ended.then((problem) => ({ problem })), interrupted]);
  if (end === 'interrupted') {
    say(stop.aborted ? 'Shutdown triggered, killing child' : 'Lock lost, killing child');
    await endChild(child, stop.aborted ? stop.reason : 'SIGTERM', say);
    return undefined;
  }
  if (end.problem !== undefined) stderr.write(`Error running handler: ${end.problem}\n`);
  say('Child terminated, releasing lock');
  return end.problem;
}

async function endChild(
  child: ChildCommand,
  signal: NodeJS.Signals,
  say: (text: string) => void,
): Promise<void> {
  say(`Terminating child pid ${child.pid}`);
  let isKilled = false;
  await child.end(signal, () => {
    isKilled = true;
    say(`Child did not exit after grace period of ${GRACE_MS / 1000}s`);
    say(`Killing child pid ${child.pid}`);
  });
  if (!isKilled) say('Child terminated');
}

async function giveBack(
  held: HeldLock,
  scheme: LockScheme,
  say: (text: string) => void,
): Promise<void> {
  await held.release();
  say((await scheme.cleanUp()) ? 'Cleanup succeeded' : 'Cleanup aborted, lock in use');
}

function speaker({ flags, stdout }: Invocation): (text: string) => void {
  return (text) => {
    if (flags.boolean('verbose')) stdout.write(`${text}\n`);
  };
}
