/** One suite over every store of the embedded engine: what callers of `commit` may rely on. */
import { describe, expect, it } from 'vitest';
import { readNodes, register, State } from '../../src/catalog/index.ts';
import {
  createMemoryRowStore,
  type Engine,
  openEmbeddedEngine,
  openLmdbRowStore,
  type RowStore,
} from '../../src/engine/index.ts';
import { silentLogger } from '../../src/runtime/index.ts';
import { nodeInput, registration } from '../support/rows.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const stores: [string, () => Promise<RowStore>][] = [
  ['memory', async () => createMemoryRowStore()],
  ['LMDB', () => openLmdbRowStore(temporaryFolder())],
];

async function opened(open: () => Promise<RowStore>): Promise<{ state: State; engine: Engine }> {
  const state = new State();
  const engine = openEmbeddedEngine({ state, store: await open(), logger: silentLogger });
  return { state, engine };
}

const put = (engine: Engine, node: string) =>
  engine.commit((transaction) => register(transaction, registration(nodeInput(node))));

describe.each(stores)('the embedded engine over %s', (_name, open) => {
  it('resolves when the command can be read, with its index', async () => {
    const { state, engine } = await opened(open);
    expect((await put(engine, 'n1')).index).toBe(1);
    expect(readNodes(state).value).toHaveLength(1);
    await engine.close();
  });

  it('hands back what the body returns', async () => {
    const { engine } = await opened(open);
    expect((await engine.commit(() => 'seen')).result).toBe('seen');
    await engine.close();
  });

  it('keeps nothing of a body that throws, and goes on', async () => {
    const { state, engine } = await opened(open);
    const failing = engine.commit((transaction) => {
      register(transaction, registration(nodeInput('n1')));
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect((await put(engine, 'n2')).index).toBe(1);
    expect(readNodes(state).value.map((row) => row.node)).toEqual(['n2']);
    await engine.close();
  });

  it('gives every command of a group its own index, in the order of the calls', async () => {
    const { state, engine } = await opened(open);
    const names = Array.from({ length: 200 }, (_, at) => `n${at}`);
    const commits = await Promise.all(names.map((name) => put(engine, name)));
    expect(commits.map((commit) => commit.index)).toEqual(names.map((_, at) => at + 1));
    expect(state.index).toBe(200);
    await engine.close();
  });

  it('changes no index for what is already there', async () => {
    const { engine } = await opened(open);
    await put(engine, 'n1');
    expect((await put(engine, 'n1')).index).toBe(1);
    await engine.close();
  });

  it('answers what is under way before it closes, and refuses what comes later', async () => {
    const { engine } = await opened(open);
    const underWay = put(engine, 'n1');
    const closing = engine.close();
    await expect(underWay).resolves.toMatchObject({ index: 1 });
    await closing;
    await expect(put(engine, 'n2')).rejects.toMatchObject({ code: 'store_closed' });
    await engine.close();
  });

  it('passes the barrier only after the writes before it', async () => {
    const { state, engine } = await opened(open);
    void put(engine, 'n1');
    await engine.barrier();
    expect(readNodes(state).value).toHaveLength(1);
    await engine.close();
  });
});
