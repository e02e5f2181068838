/** `rollcall watch`: shows a view of the API once, or gives it to a command on each change. */
import { setTimeout as pause } from 'node:timers/promises';
import { formatLossless } from '../../runtime/index.ts';
import { aborted, ChildCommand, listenForStop } from '../child-command.ts';
import { type ApiClient, withClient } from '../client.ts';
import { CLIENT_FLAGS, SERVER_FLAGS } from '../client-settings.ts';
import { type Command, CommandError, type Invocation, UsageError } from '../command.ts';
import { formatJson } from '../json-value.ts';
import { type WatchedView, watchedView } from '../watch-types.ts';

const RETRY_MS = 5_000;
const RETRY_MS_MAX = 180_000;
/** Before the first reading. */
const NOTHING = '0';

export const command: Command = {
  takes: '[options] [COMMAND...]',
  description:
    'Runs the command with the view as JSON on its standard input, now and on each change, until it fails. Without a ' +
    'command it prints the view once.',
  flags: [
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    { name: 'filter', kind: 'text', value: 'expression', help: 'Filter of the request.' },
    { name: 'key', kind: 'text', value: 'key', help: 'The key of the type key.' },
    { name: 'name', kind: 'text', value: 'name', help: 'Only events of this name.' },
    {
      name: 'passingonly',
      kind: 'text',
      value: 'true|false',
      help: 'Of a service, only instances whose checks are all passing.',
    },
    { name: 'prefix', kind: 'text', value: 'prefix', help: 'The prefix of the type keyprefix.' },
    {
      name: 'service',
      kind: 'text',
      value: 'name',
      help: 'For the types service, checks and connect_leaf; an id for agent_service.',
    },
    { name: 'shell', kind: 'boolean', help: 'Run the command in a shell, as is the default.' },
    { name: 'state', kind: 'text', value: 'state', help: 'Only checks in this state.' },
    { name: 'tag', kind: 'list', value: 'tag', help: 'Only instances with this tag.' },
    {
      name: 'type',
      kind: 'text',
      value: 'type',
      help:
        'One of key, keyprefix, services, nodes, service, checks, event, connect_roots, connect_leaf and ' +
        'agent_service.',
    },
  ],
  operandsEndFlags: true,
  async run(invocation) {
    const { flags, operands, stdout } = invocation;
    if (flags.text('type') === '') throw new UsageError('Watch type must be specified');
    const view = watchedView(flags);
    return await withClient(invocation, async (client) => {
      if (operands.length > 0) return follow(client, view, invocation);
      const { value } = await read(client, view, NOTHING);
      stdout.write(formatJson(view.show(value, NOTHING)));
      return 0;
    });
  },
};

interface Reading {
  readonly value: unknown;
  /** What to wait for another of. */
  readonly mark: string;
}

async function read(
  client: ApiClient,
  view: WatchedView,
  seen: string,
  signal?: AbortSignal,
): Promise<Reading> {
  const byHash = view.waitsBy === 'hash';
  const { value, index, hash } = await client.read({
    doing: 'querying Consul agent',
    path: view.path,
    query: { ...view.query, ...(seen === NOTHING ? {} : { [byHash ? 'hash' : 'index']: seen }) },
    // Without a hash there is nothing to wait by.
    mustBeThere: byHash,
    ...(signal === undefined ? {} : { signal }),
  });
  return { value, mark: byHash ? hash : index };
}

/** Until the handler fails, or we are told to stop. */
async function follow(
  client: ApiClient,
  view: WatchedView,
  invocation: Invocation,
): Promise<number> {
  const stop = listenForStop();
  try {
    for await (const change of changes(client, view, invocation.stderr, stop.signal)) {
      if (!(await handle(change, invocation, stop.signal))) return 1;
    }
    return 0;
  } finally {
    stop.close();
  }
}

interface Change {
  /** Undefined: it has none. */
  readonly index: string | undefined;
  readonly shown: string;
}

/** The view now, and whenever it is another. What fails later than at first is tried again. */
async function* changes(
  client: ApiClient,
  view: WatchedView,
  stderr: NodeJS.WritableStream,
  stop: AbortSignal,
): AsyncGenerator<Change> {
  let seen = NOTHING;
  let last: string | undefined;
  let failures = 0;
  while (!stop.aborted) {
    try {
      const { value, mark } = await read(client, view, seen, stop);
      failures = 0;
      if (mark === seen) continue;
      const shown = formatLossless(view.show(value, seen));
      const wentBack = view.waitsBy === 'index' && BigInt(mark || 0) < BigInt(seen);
      // An index that went back says nothing about the next one (the agent was set up anew).
      seen = wentBack ? NOTHING : mark;
      if (shown === last) continue;
      last = shown;
      yield { index: view.waitsBy === 'hash' ? undefined : mark, shown };
    } catch (error) {
      if (stop.aborted) return;
      if (!(error instanceof CommandError) || last === undefined) throw error;
      failures += 1;
      // Who answers next may be set up anew, and take long to get as far.
      if (view.waitsBy === 'index') seen = NOTHING;
      const waitMs = Math.min(RETRY_MS * failures ** 2, RETRY_MS_MAX);
      stderr.write(`${error.message}, trying again in ${waitMs / 1000}s\n`);
      await pause(waitMs, undefined, { signal: stop }).catch(() => {});
    }
  }
}

/** False: the handler failed. */
async function handle(
  { index, shown }: Change,
  { flags, operands, stderr }: Invocation,
  stop: AbortSignal,
): Promise<boolean> {
  const child = new ChildCommand({
    words: operands,
    shell: !flags.has('shell') || flags.boolean('shell'),
    env: index === undefined ? {} : { CONSUL_INDEX: index },
    stdin: { text: `${shown}\n` },
  });
  await Promise.race([child.ended, aborted(stop)]);
  if (stop.aborted) {
    await child.end(stop.reason);
    return true;
  }
  const problem = await child.ended;
  if (problem !== undefined) stderr.write(`Error executing handler: ${problem}\n`);
  return problem === undefined;
}
