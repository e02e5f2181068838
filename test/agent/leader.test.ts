/** The leader's duties over a real store and a held clock: what a restart, a broken disk and time do to sessions and keys. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Leader } from '../../src/agent/index.ts';
import {
  createSession,
  deleteKv,
  destroySession,
  lockKv,
  putKv,
  readKvPrefix,
  register,
  type SessionInput,
  State,
  type Transaction,
  updateCheckTxn,
} from '../../src/catalog/index.ts';
import type { RowStore } from '../../src/engine/embedded/row-store.ts';
import { type Engine, openEmbeddedEngine, openLmdbRowStore } from '../../src/engine/index.ts';
import { silentLogger } from '../../src/runtime/index.ts';
import { HeldClock, settle } from '../support/held-clock.ts';
import { checkInput, nodeInput, registration } from '../support/rows.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

interface Server {
  readonly state: State;
  readonly engine: Engine;
  readonly leader: Leader;
  stop(): Promise<void>;
}

let folder: string;
let clock: HeldClock;
let storeFails: boolean;
beforeEach(() => {
  folder = temporaryFolder();
  clock = new HeldClock();
  storeFails = false;
});

async function start(logger = silentLogger): Promise<Server> {
  const state = new State();
  const disk = await openLmdbRowStore(folder);
  const store: RowStore = {
    load: (restore) => disk.load(restore),
    write: (commands) =>
      storeFails ? Promise.reject(new Error('no space')) : disk.write(commands),
    close: () => disk.close(),
  };
  const engine = openEmbeddedEngine({ state, store, logger: silentLogger, clock });
  const leader = new Leader({
    state,
    commit: (body, options) => engine.commit(body, options),
    clock,
    logger,
  });
  leader.start();
  return {
    state,
    engine,
    leader,
    stop: async () => {
      leader.close();
      await engine.close();
    },
  };
}

const entry = (key: string, value = '') => ({ key, value, flags: '0' });
const session = (fields: Partial<SessionInput> = {}): SessionInput => ({
  id: 's',
  name: '',
  node: 'n1',
  lockDelayNs: 15e9,
  behavior: 'release',
  ttl: '',
  nodeChecks: ['alive'],
  serviceChecks: null,
  ...fields,
});

const registerNode = (transaction: Transaction): void =>
  register(transaction, registration(nodeInput('n1'), undefined, [checkInput('alive')]));

/** A session that holds the key `a`. */
async function startWithLock(
  fields: Partial<SessionInput> = {},
  logger = silentLogger,
): Promise<Server> {
  const server = await start(logger);
  await server.engine.commit((transaction) => {
    registerNode(transaction);
    createSession(transaction, session(fields));
    lockKv(transaction, entry('a'), 's');
  });
  return server;
}

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await settle();
};
const failCheck = (transaction: Transaction): void =>
  updateCheckTxn(transaction, 'n1', { checkId: 'alive', status: 'critical', output: '' });

describe('a session', () => {
  it('has its full time again after a restart, and then ends', async () => {
    const first = await startWithLock({ ttl: '10s' });
    clock.advance(19_000);
    await first.stop();
    const { state, stop } = await start();
    clock.advance(19_999);
    await settle();
    expect(state.tables.sessions.size).toBe(1);
    clock.advance(1);
    await until(() => state.tables.sessions.size === 0);
    expect(state.tables.kv.get('a')?.session).toBe('');
    await stop();
  });

  it('does not end while the disk fails, and does once it is back', async () => {
    const { state, stop } = await startWithLock({ ttl: '10s' });
    storeFails = true;
    await clock.advanceAsync(25_000);
    expect(state.tables.kv.get('a')?.session).toBe('s');
    storeFails = false;
    clock.advance(1000);
    await until(() => state.tables.sessions.size === 0);
    await stop();
  });

  it('is not renewed any more while the disk keeps it from being ended', async () => {
    const warnings: unknown[] = [];
    const { state, leader, stop } = await startWithLock(
      { ttl: '10s' },
      { ...silentLogger, warn: (fields: unknown) => warnings.push(fields) },
    );
    clock.advance(19_999);
    expect(leader.renewSession('s')?.id).toBe('s');
    storeFails = true;
    await clock.advanceAsync(20_000);
    for (let seconds = 0; seconds < 5; seconds++) {
      expect(leader.renewSession('s')).toBeUndefined();
      await clock.advanceAsync(1000);
    }
    expect(state.tables.sessions.size).toBe(1);
    expect(warnings).toMatchObject([{ session: 's' }]);
    storeFails = false;
    clock.advance(1000);
    await until(() => state.tables.sessions.size === 0);
    await stop();
  });

  it('outlives a check result that a failing disk could not take, and ends when it can', async () => {
    const { state, engine, stop } = await startWithLock();
    storeFails = true;
    await engine.commit(failCheck, { urgent: true });
    await clock.advanceAsync(3000);
    // The check is shown at once. What it takes away is not, since a crash could bring it back.
    expect([...state.tables.checks.all()]).toMatchObject([{ status: 'critical' }]);
    expect(state.tables.kv.get('a')?.session).toBe('s');
    storeFails = false;
    clock.advance(1000);
    await until(() => state.tables.sessions.size === 0);
    expect(state.tables.kv.get('a')?.session).toBe('');
    expect(state.tables.lock_delays.size).toBe(1);
    await stop();
  });

  it('whose check was lost before a crash ends at the next start', async () => {
    const first = await startWithLock();
    first.leader.close();
    // As an urgent result that was written after its session could not be ended.
    storeFails = true;
    await first.engine.commit(failCheck, { urgent: true });
    storeFails = false;
    await first.stop();
    const { state, stop } = await start();
    await until(() => state.tables.sessions.size === 0);
    await stop();
  });
});

describe('a lock delay', () => {
  it('lasts its full time again after a restart', async () => {
    const first = await startWithLock();
    await first.engine.commit((transaction) => destroySession(transaction, 's'));
    clock.advance(14_000);
    await first.stop();
    const { state, engine, stop } = await start();
    const lock = () =>
      engine.commit((transaction) => {
        createSession(transaction, session({ id: `t${state.index}` }));
        return lockKv(transaction, entry('a'), `t${state.index}`);
      });
    clock.advance(14_999);
    expect((await lock()).result).toBe('delayed');
    clock.advance(1);
    await until(() => state.tables.lock_delays.size === 0);
    expect((await lock()).result).toBe('locked');
    await stop();
  });
});

describe('a deleted key', () => {
  it('counts below its prefix for a quarter of an hour, over restarts too', async () => {
    const MINUTE = 60_000;
    const first = await start();
    await first.engine.commit((transaction) => putKv(transaction, entry('a/b')));
    await first.engine.commit((transaction) => putKv(transaction, entry('a/c')));
    await first.engine.commit((transaction) => void deleteKv(transaction, 'a/c'));
    await first.engine.commit((transaction) => putKv(transaction, entry('z')));
    await clock.advanceAsync(10 * MINUTE);
    await first.stop();
    const { state, stop } = await start();
    const index = () => readKvPrefix(state, 'a/').index;
    await clock.advanceAsync(14 * MINUTE);
    expect(index()).toBe(3);
    await clock.advanceAsync(2 * MINUTE);
    await until(() => state.tables.kv_tombstones.size === 0);
    expect([index(), readKvPrefix(state, '').index]).toEqual([1, 4]);
    await until(() => clock.pending === 0);
    await stop();
  });
});
