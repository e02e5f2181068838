/** What happens when the disk says no, and in which order things become visible. */
import { describe, expect, it } from 'vitest';
import { readNodes, register, State } from '../../src/catalog/index.ts';
import { openEmbeddedEngine, type RowStore } from '../../src/engine/index.ts';
import { silentLogger } from '../../src/runtime/index.ts';
import { nodeInput, registration } from '../support/rows.ts';

/** A store whose writes are let through, or failed, by hand. */
class HeldStore implements RowStore {
  readonly groups: { size: number; let: () => void; fail: (reason: string) => void }[] = [];
  load = () => 0;
  close = async () => {};
  write(commands: readonly unknown[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.groups.push({
        size: commands.length,
        let: resolve,
        fail: (reason) => reject(new Error(reason)),
      });
    });
  }
}

function held() {
  const state = new State();
  const store = new HeldStore();
  const engine = openEmbeddedEngine({ state, store, logger: silentLogger });
  const put = (node: string) =>
    engine.commit((transaction) => register(transaction, registration(nodeInput(node))));
  return { state, store, engine, put };
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
