/**
 * Goal: a watcher wakes when its answer may have changed, and not for others. Method: real reads over a published
 * state, a held clock, and a count of what was woken.
 */
import { describe, expect, it } from 'vitest';
import {
  blockingQuery,
  deregister,
  type Reading,
  readChecksInState,
  readInstances,
  readNodeChecks,
  readNodeServices,
  readNodes,
  readServices,
  register,
  type State,
  updateCheckTxn,
} from '../../src/catalog/index.ts';
import { type Committed, committed } from '../support/committed.ts';
import { HeldClock } from '../support/held-clock.ts';
import { checkInput, nodeInput, registration, serviceInput } from '../support/rows.ts';

interface Waiting {
  readonly done: Promise<Reading<unknown>>;
  settled(): Promise<boolean>;
}

function wait(
  state: State,
  read: () => Reading<unknown>,
  clock = new HeldClock(),
  signal = new AbortController().signal,
): Waiting {
  const minIndex = Math.max(read().index, 1);
  let settled = false;
  const done = blockingQuery({
    read,
    minIndex,
    waitMs: 60_000,
    watches: state.watches,
    clock,
    signal,
  }).finally(() => {
    settled = true;
  });
  return {
    done,
    async settled() {
      await new Promise((resolve) => setImmediate(resolve));
      return settled;
    },
  };
}

function twoServices(): Committed {
  const made = committed();
  for (const name of ['web', 'db']) {
    made.commit((transaction) =>
      register(
        transaction,
        registration(nodeInput(`node-${name}`), serviceInput(name), [
          checkInput(`check-${name}`, { serviceId: name }),
        ]),
      ),
    );
  }
  return made;
}

describe('blockingQuery', () => {
  it('answers at once without an index, or when the index is behind', async () => {
    const { state } = twoServices();
    const query = { waitMs: 60_000, watches: state.watches, clock: new HeldClock() };
    const { signal } = new AbortController();
    const read = () => readNodes(state);
    await expect(blockingQuery({ ...query, signal, read, minIndex: 0 })).resolves.toBeDefined();
    await expect(blockingQuery({ ...query, signal, read, minIndex: 1 })).resolves.toBeDefined();
  });

  it('wakes the watchers of a service for its own check, and nobody else', async () => {
    const { state, commit } = twoServices();
    const web = wait(state, () => readInstances(state, 'web'));
    const db = wait(state, () => readInstances(state, 'db'));
    commit((transaction) =>
      updateCheckTxn(transaction, 'node-web', {
        checkId: 'check-web',
        status: 'critical',
        output: 'x',
      }),
    );
    expect(await web.settled()).toBe(true);
    expect(await db.settled()).toBe(false);
  });

  it('wakes nobody for a write of what is already there', async () => {
    const { state, commit } = twoServices();
    const waiting = [
      wait(state, () => readInstances(state, 'web')),
      wait(state, () => readNodes(state)),
      wait(state, () => readServices(state)),
      wait(state, () => readChecksInState(state, 'any')),
    ];
    commit((transaction) =>
      register(transaction, registration(nodeInput('node-web'), serviceInput('web'))),
    );
    for (const one of waiting) expect(await one.settled()).toBe(false);
  });

  const wakes: [string, (state: State) => Reading<unknown>, boolean][] = [
    ['the nodes', readNodes, false],
    ['the services', readServices, true],
    ['the service', (state) => readInstances(state, 'web'), true],
    ['another service', (state) => readInstances(state, 'db'), false],
    ['a service that has no instance yet', (state) => readInstances(state, 'nope'), false],
    ['its node', (state) => readNodeServices(state, 'node-web'), true],
    ['another node', (state) => readNodeServices(state, 'node-db'), false],
    ['the checks of its node', (state) => readNodeChecks(state, 'node-web'), false],
  ];
  it.each(wakes)('a new instance on a known node: %s', async (_title, read, woken) => {
    const { state, commit } = twoServices();
    const waiting = wait(state, () => read(state));
    commit((transaction) =>
      register(
        transaction,
        registration(nodeInput('node-web'), serviceInput('web', { id: 'web-2' })),
      ),
    );
    expect(await waiting.settled()).toBe(woken);
  });

  it('raises the index of the nodes for a service change without waking them, as Consul does', () => {
    const { state, commit } = twoServices();
    const before = readNodes(state).index;
    commit((transaction) =>
      register(transaction, registration(nodeInput('node-web'), serviceInput('new'))),
    );
    expect(readNodes(state).index).toBeGreaterThan(before);
  });

  it('wakes every service of a node whose own check changes', async () => {
    const { state, commit } = twoServices();
    const web = wait(state, () => readInstances(state, 'web'));
    const db = wait(state, () => readInstances(state, 'db'));
    commit((transaction) =>
      register(transaction, registration(nodeInput('node-web'), undefined, [checkInput('disk')])),
    );
    expect(await web.settled()).toBe(true);
    expect(await db.settled()).toBe(false);
  });

  it('wakes both services when a check moves from one to the other', async () => {
    const { state, commit } = twoServices();
    commit((transaction) =>
      register(transaction, registration(nodeInput('node-web'), serviceInput('other'))),
    );
    const web = wait(state, () => readInstances(state, 'web'));
    const other = wait(state, () => readInstances(state, 'other'));
    const moved = checkInput('check-web', { serviceId: 'other' });
    commit((transaction) =>
      register(transaction, registration(nodeInput('node-web'), undefined, [moved])),
    );
    expect(await web.settled()).toBe(true);
    expect(await other.settled()).toBe(true);
  });

  it('wakes a watcher of an absent service at its first instance', async () => {
    const { state, commit } = twoServices();
    const waiting = wait(state, () => readInstances(state, 'new'));
    commit((transaction) =>
      register(transaction, registration(nodeInput('node-web'), serviceInput('new'))),
    );
    expect(await waiting.settled()).toBe(true);
  });

  it('never lets the index of a service fall when instances go', () => {
    const { state, commit } = twoServices();
    commit((transaction) =>
      register(transaction, registration(nodeInput('n3'), serviceInput('web', { id: 'w3' }))),
    );
    let last = readInstances(state, 'web').index;
    for (const [node, serviceId] of [
      ['n3', 'w3'],
      ['node-web', 'web'],
    ] as const) {
      commit((transaction) => deregister(transaction, { node, serviceId, checkId: '' }));
      const { index } = readInstances(state, 'web');
      expect(index).toBeGreaterThan(last);
      last = index;
    }
  });

  it('returns the current reading when the wait is over', async () => {
    const { state } = twoServices();
    const clock = new HeldClock();
    const waiting = wait(state, () => readInstances(state, 'web'), clock);
    clock.advance(59_999);
    expect(await waiting.settled()).toBe(false);
    clock.advance(1);
    expect((await waiting.done).value).toHaveLength(1);
    expect(state.watches.size).toBe(0);
  });

  it('returns at once, and leaves nothing behind, when the client goes away', async () => {
    const { state } = twoServices();
    const gone = new AbortController();
    const waiting = wait(state, () => readNodes(state), new HeldClock(), gone.signal);
    gone.abort();
    await waiting.done;
    expect(state.watches.size).toBe(0);
  });
});
