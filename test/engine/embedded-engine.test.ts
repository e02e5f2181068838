/** What happens when the disk says no, and in which order things become visible. */
import { describe, expect, it } from 'vitest';
import {
  deleteCheck,
  onNodeKey,
  readInstances,
  readNodes,
  register,
  type StagedCommand,
  State,
  updateCheckTxn,
} from '../../src/catalog/index.ts';
import { type Engine, openEmbeddedEngine, type RowStore } from '../../src/engine/index.ts';
import { silentLogger } from '../../src/runtime/index.ts';
import { HeldClock } from '../support/held-clock.ts';
import { checkInput, nodeInput, registration, serviceInput } from '../support/rows.ts';

/** A store whose writes are let through, or failed, by hand. */
class HeldStore implements RowStore {
  readonly groups: {
    size: number;
    /** `table/key status` of every row, the index for those without a status, in the order of writing. */
    rows: string[];
    /** To be called where the store is slow. */
    handedOver: () => void;
    let: () => void;
    fail: (reason: string) => void;
  }[] = [];
  /** Whether groups are not handed over to the disk at once. */
  isSlow = false;
  load = () => 0;
  close = async () => {};
  write(commands: readonly StagedCommand[], handedOver: () => void): Promise<void> {
    if (!this.isSlow) handedOver();
    return new Promise((resolve, reject) => {
      this.groups.push({
        size: commands.length,
        rows: commands.flatMap(({ changes }) =>
          changes.map(({ table, key, after }) => {
            if (after === undefined) return `${table}/${key}`;
            return `${table}/${key} ${'status' in after ? after.status : after.modifyIndex}`;
          }),
        ),
        handedOver,
        let: resolve,
        fail: (reason) => reject(new Error(reason)),
      });
    });
  }
}

function held() {
  const state = new State();
  const store = new HeldStore();
  const clock = new HeldClock();
  const told: boolean[] = [];
  const engine = openEmbeddedEngine({
    state,
    store,
    logger: silentLogger,
    clock,
    onUnsaved: (hasUnsaved) => told.push(hasUnsaved),
  });
  const put = (node: string) =>
    engine.commit((transaction) => register(transaction, registration(nodeInput(node))));
  return { state, store, engine, put, clock, told };
}

/** Lets everything run that is ready. */
const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

describe('the embedded engine', () => {
  it('shows nothing before the disk has it', async () => {
    const { state, store, put } = held();
    const commit = put('n1');
    await turn();
    expect(readNodes(state).value).toEqual([]);
    store.groups[0]?.let();
    await commit;
    expect(readNodes(state).value).toHaveLength(1);
  });

  it('collects the next group while one is being written', async () => {
    const { store, put } = held();
    const first = put('n1');
    await turn();
    const later = [put('n2'), put('n3'), put('n4')];
    await turn();
    expect(store.groups.map((group) => group.size)).toEqual([1]);
    store.groups[0]?.let();
    await first;
    await turn();
    expect(store.groups.map((group) => group.size)).toEqual([1, 3]);
    store.groups[1]?.let();
    await Promise.all(later);
  });

  it('tells watchers and followers after the tables and before the caller', async () => {
    const { state, store, put } = held();
    const seen: string[] = [];
    state.watches.add(['rows.nodes'], () => seen.push(`watch ${state.tables.nodes.size}`));
    state.follow((commands) => seen.push(`follow ${commands[0]?.index}`));
    const commit = put('n1').then(() => seen.push('caller'));
    await turn();
    store.groups[0]?.let();
    await commit;
    expect(seen).toEqual(['watch 1', 'follow 1', 'caller']);
  });

  it('holds back the answer to a command that changed nothing until what it saw is durable', async () => {
    const { store, put } = held();
    let repeated = false;
    const first = put('n1');
    const again = put('n1').then(() => {
      repeated = true;
    });
    await turn();
    expect(repeated).toBe(false);
    store.groups[0]?.let();
    await Promise.all([first, again]);
    expect(store.groups).toHaveLength(1);
  });

  it('refuses all of a failed group and what was computed from it, and works again afterwards', async () => {
    const { state, store, put } = held();
    const first = put('n1');
    await turn();
    const second = put('n2');
    store.groups[0]?.fail('no space left on device');
    await expect(first).rejects.toMatchObject({
      code: 'store_unavailable',
      message: 'the store cannot be written: no space left on device',
    });
    await expect(second).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(state.tables.nodes.size).toBe(0);
    const third = put('n3');
    await turn();
    store.groups[1]?.let();
    expect((await third).index).toBe(1);
    expect(readNodes(state).value.map((row) => row.node)).toEqual(['n3']);
  });
});

describe('an urgent command', () => {
  const flip = (engine: Engine, status: string) =>
    engine.commit(
      (transaction) =>
        updateCheckTxn(transaction, 'n1', { checkId: 'alive', status, output: status }),
      { urgent: true },
    );
  const shown = (state: State): string | undefined =>
    state.tables.checks.get(onNodeKey('n1', 'alive'))?.status;

  /** A node with a passing check, durable. */
  async function withCheck() {
    const parts = held();
    const { engine, store } = parts;
    const first = engine.commit((transaction) =>
      register(transaction, registration(nodeInput('n1'), undefined, [checkInput('alive')])),
    );
    await turn();
    store.groups[0]?.let();
    await first;
    return parts;
  }

  it('waits for the disk like any other while the disk works', async () => {
    const { state, store, engine } = await withCheck();
    const flipping = flip(engine, 'critical');
    await turn();
    expect(shown(state)).toBe('passing');
    store.groups[1]?.let();
    await flipping;
    expect(shown(state)).toBe('critical');
  });

  it('is shown from memory when the write fails, and written when the store is back', async () => {
    const { state, store, engine, put, clock, told } = await withCheck();
    const flipping = flip(engine, 'critical');
    const other = put('n2');
    await turn();
    store.groups[1]?.fail('no space left on device');
    await flipping;
    await expect(other).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(shown(state)).toBe('critical');
    expect([told, engine.unsavedRows > 0]).toEqual([[true], true]);
    expect(state.tables.nodes.get('n2')).toBeUndefined();
    const { index } = state;

    clock.advance(1000);
    await turn();
    store.groups[2]?.fail('no space left on device');
    await turn();
    clock.advance(1000);
    await turn();
    expect(store.groups[3]?.rows).toContain('checks/n1\0alive critical');
    store.groups[3]?.let();
    await turn();
    clock.advance(10_000);
    await turn();
    expect(store.groups).toHaveLength(4);
    expect(state.index).toBe(index);
    expect([told, engine.unsavedRows]).toEqual([[true, false], 0]);
  });

  it('is not written over what takes its row out and is still queued', async () => {
    const { state, store, engine, put, clock } = await withCheck();
    const stuck = put('n2');
    await turn();
    const removing = engine.commit((transaction) => deleteCheck(transaction, 'n1', 'alive'));
    clock.advance(1000);
    await flip(engine, 'critical');
    store.groups[1]?.let();
    await stuck;
    await turn();
    store.groups[2]?.let();
    await removing;
    clock.advance(1000);
    await turn();
    store.groups[3]?.let();
    await turn();
    expect([shown(state), engine.unsavedRows]).toEqual([undefined, 0]);
    const written = store.groups.flatMap(({ rows }) => rows).filter((row) => /alive/.test(row));
    expect(written).toEqual(['checks/n1\0alive passing', 'checks/n1\0alive']);
  });

  it('does not bring back what was taken out while the disk did not answer', async () => {
    const { state, store, engine, clock } = await withCheck();
    const removing = engine.commit((transaction) => deleteCheck(transaction, 'n1', 'alive'));
    await turn();
    clock.advance(1000);
    await flip(engine, 'critical');
    expect(shown(state)).toBe('critical');
    store.groups[1]?.let();
    await removing;
    await turn();
    clock.advance(1000);
    await turn();
    for (const group of store.groups.slice(2)) group.let();
    await turn();
    expect(shown(state)).toBeUndefined();
    const later = store.groups.slice(2).flatMap((group) => group.rows);
    expect(later.filter((row) => row.startsWith('checks/'))).toEqual([]);
  });

  it('leaves nothing of what it overtook to be seen under an index that was shown', async () => {
    const { state, store, engine, clock } = await withCheck();
    const web = (node: string) =>
      engine.commit((transaction) =>
        register(transaction, registration(nodeInput(node), serviceInput('web'))),
      );
    const first = web('n1');
    await turn();
    store.groups[1]?.let();
    await first;
    const stuck = web('n2');
    await turn();
    const queued = web('n3');
    clock.advance(1000);
    await flip(engine, 'critical');
    const indexes = [readInstances(state, 'web').index];
    store.groups[2]?.let();
    await stuck;
    indexes.push(readInstances(state, 'web').index);
    await turn();
    store.groups[3]?.let();
    await queued;
    indexes.push(readInstances(state, 'web').index);
    expect(indexes).toEqual([...new Set(indexes)].sort((one, other) => one - other));
    clock.advance(1000);
    await turn();
    expect(store.groups.at(-1)?.rows).toContain(`indexes/service.web ${indexes.at(-1)}`);
    store.groups.at(-1)?.let();
    await turn();
    expect(engine.unsavedRows).toBe(0);
  });

  it('lets nobody be answered sooner who waits for what it overtook', async () => {
    const { store, engine, put, clock } = await withCheck();
    const stuck = put('n2');
    await turn();
    const queued = put('n3');
    clock.advance(1000);
    await flip(engine, 'critical');
    const answered: string[] = [];
    const barrier = engine.barrier().then(() => answered.push('barrier'));
    await turn();
    expect(answered).toEqual([]);
    store.groups[1]?.let();
    await stuck;
    const again = put('n3').then(() => answered.push('again'));
    await turn();
    expect(answered).toEqual([]);
    store.groups[2]?.let();
    await queued;
    await turn();
    store.groups[3]?.let();
    await Promise.all([again, barrier]);
  });

  it('waits for a large group that is not at the disk yet', async () => {
    const { state, store, engine, put, clock } = await withCheck();
    store.isSlow = true;
    const large = put('n2');
    await turn();
    const flipping = flip(engine, 'critical');
    clock.advance(60_000);
    const other = put('n3');
    await turn();
    expect(shown(state)).toBe('passing');
    store.groups[1]?.let();
    await large;
    await turn();
    store.groups[2]?.let();
    await Promise.all([flipping, other]);
    expect(engine.unsavedRows).toBe(0);
  });

  it('is shown from memory when the disk does not answer for a second, and all else is refused', async () => {
    const { state, store, engine, put, clock } = await withCheck();
    const stuck = put('n2');
    await turn();
    const flipping = flip(engine, 'critical');
    clock.advance(999);
    await turn();
    expect(shown(state)).toBe('passing');
    clock.advance(1);
    await flipping;
    expect(shown(state)).toBe('critical');
    await expect(put('n3')).rejects.toMatchObject({
      code: 'store_unavailable',
      message: 'the store cannot be written: the disk does not answer',
    });
    await flip(engine, 'warning');
    const { index } = state;

    store.groups[1]?.let();
    await stuck;
    await turn();
    expect(state.index).toBeGreaterThanOrEqual(index);
    expect(shown(state)).toBe('warning');
    store.groups[2]?.let();
    await turn();
    clock.advance(1000);
    await turn();
    store.groups[3]?.let();
    await turn();
    expect(shown(state)).toBe('warning');
    const last = store.groups.flatMap((group) => group.rows).filter((row) => /alive/.test(row));
    expect(last.at(-1)).toBe('checks/n1\0alive warning');
  });
});
