/** Goal: who waits on a prefix of keys is woken by each key that begins with it, and by no other. */
import { beforeEach, expect, it } from 'vitest';
import { deleteKv, putKv, readKvPrefix, State, type Transaction } from '../../src/catalog/index.ts';

let state: State;
beforeEach(() => {
  state = new State();
});

function commit(body: (transaction: Transaction) => void): void {
  const transaction = state.begin();
  body(transaction);
  const staged = state.stage(transaction);
  if (staged !== undefined) state.publish([staged]);
}

const put = (key: string): void =>
  commit((transaction) => void putKv(transaction, { key, value: '', flags: '0' }));

/** Prefixes whose waiters `write` wakes. */
function wokenBy(write: () => void, prefixes: readonly string[]): readonly string[] {
  const woken: string[] = [];
  const watches = prefixes.map((prefix) =>
    state.watches.add(readKvPrefix(state, prefix).topics, () => woken.push(prefix)),
  );
  write();
  for (const watch of watches) watch.cancel();
  return woken;
}

const PREFIXES = ['', 'a', 'a/', 'a/app1', 'a/app1/', 'a/app2', 'b', 'ä', 'a/ä'];

const writes: [key: string, woken: readonly string[]][] = [
  ['a/app1', ['', 'a', 'a/', 'a/app1']],
  ['a/app1/x', ['', 'a', 'a/', 'a/app1', 'a/app1/']],
  ['a/zz', ['', 'a', 'a/']],
  ['a/ä/x', ['', 'a', 'a/', 'a/ä']],
  ['ab', ['', 'a']],
  ['zz', ['']],
];
it.each(writes)('a write of %s, and its deletion, wake the prefixes of it', (key, woken) => {
  expect(wokenBy(() => put(key), PREFIXES).toSorted()).toEqual(woken);
  const remove = (): void => commit((transaction) => void deleteKv(transaction, key));
  expect(wokenBy(remove, PREFIXES).toSorted()).toEqual(woken);
});

it('a prefix is waited on by many, and by each as long as it likes', () => {
  const woken: string[] = [];
  const wait = (name: string) =>
    state.watches.add(readKvPrefix(state, 'a/b').topics, () => woken.push(name));
  const [first] = [wait('first'), wait('second')];
  first.cancel();
  put('a/bc');
  expect(woken).toEqual(['second']);
  expect([...state.watches.prefixLengths]).toEqual([]);
  wait('third');
  put('a/c');
  put('a/b');
  expect(woken).toEqual(['second', 'third']);
});
