/**
 * The anomalies that a store must not have, by name. Goal: readers see whole commits only, in order; a transaction
 * sees all that was staged before it.
 */
import { describe, expect, it } from 'vitest';
import { deleteKv, nodeKey, onNodeKey, putKv, register, State } from '../../src/catalog/index.ts';
import { committed } from '../support/committed.ts';
import { checkInput, nodeInput, registration, serviceInput } from '../support/rows.ts';

function stage(state: State, node: string, service?: string) {
  const transaction = state.begin();
  register(transaction, registration(nodeInput(node), service ? serviceInput(service) : undefined));
  return state.stage(transaction);
}

describe('State', () => {
  it('shows nothing of a command before it is published (dirty read)', () => {
    const state = new State();
    stage(state, 'n1');
    expect(state.tables.nodes.get('n1')).toBeUndefined();
    expect(state.index).toBe(0);
  });

  it('shows a staged command to the next transaction', () => {
    const state = new State();
    stage(state, 'n1', 'web');
    const transaction = state.begin();
    expect(transaction.get('nodes', 'n1')?.modifyIndex).toBe(1);
    expect(transaction.find('services', 'name', 'web')).toHaveLength(1);
  });

  it('numbers commands one by one and stamps their rows', () => {
    const state = new State();
    const first = stage(state, 'n1');
    const second = stage(state, 'n2');
    state.publish([first, second].filter((command) => command !== undefined));
    expect(state.index).toBe(2);
    expect(state.tables.nodes.get('n1')).toMatchObject({ createIndex: 1, modifyIndex: 1 });
    expect(state.tables.nodes.get('n2')).toMatchObject({ createIndex: 2, modifyIndex: 2 });
  });

  it('keeps the create index over an update, and gives a new one after a delete', () => {
    const { state, commit } = committed();
    commit((transaction) => register(transaction, registration(nodeInput('n1'))));
    commit((transaction) =>
      register(transaction, registration(nodeInput('n1', { address: '10.0.0.2' }))),
    );
    expect(state.tables.nodes.get('n1')).toMatchObject({ createIndex: 1, modifyIndex: 2 });
    commit((transaction) => void transaction.delete('nodes', 'n1'));
    commit((transaction) => register(transaction, registration(nodeInput('n1'))));
    expect(state.tables.nodes.get('n1')).toMatchObject({ createIndex: 4, modifyIndex: 4 });
  });

  it('stages nothing for a transaction that writes what is there', () => {
    const { state, commit } = committed();
    commit((transaction) =>
      register(transaction, registration(nodeInput('n1'), serviceInput('web'), [checkInput('c')])),
    );
    const again = stage(state, 'n1', 'web');
    expect(again).toBeUndefined();
    expect(state.stagedIndex).toBe(1);
  });

  it('lets a later staged delete win over an earlier publication of the same row', () => {
    const state = new State();
    const put = stage(state, 'n1');
    const remove = state.begin();
    remove.delete('nodes', 'n1');
    const removed = state.stage(remove);
    const putAgain = stage(state, 'n1');
    state.publish([put].filter((command) => command !== undefined));
    expect(state.begin().get('nodes', 'n1')?.modifyIndex).toBe(3);
    state.publish([removed].filter((command) => command !== undefined));
    expect(state.tables.nodes.get('n1')).toBeUndefined();
    expect(state.begin().get('nodes', 'n1')?.modifyIndex).toBe(3);
    state.publish([putAgain].filter((command) => command !== undefined));
    expect(state.tables.nodes.get('n1')?.createIndex).toBe(3);
  });

  it('forgets everything staged at a rollback, and reuses the index', () => {
    const state = new State();
    stage(state, 'n1');
    state.rollback();
    expect(state.begin().get('nodes', 'n1')).toBeUndefined();
    expect(stage(state, 'n2')?.index).toBe(1);
  });

  it('counts keys and values with those that are staged, and what is left of them', () => {
    const state = new State();
    const stagePut = (key: string, length: number) => {
      const transaction = state.begin();
      putKv(transaction, { key, value: 'v'.repeat(length), flags: '0' });
      return state.stage(transaction);
    };
    const one = stagePut('a', 1000);
    const empty = state.kvOctets - 1000;
    expect(empty).toBeGreaterThan(0);
    const two = stagePut('a', 3000);
    expect(state.kvOctets).toBe(empty + 3000);
    state.publish([one].filter((command) => command !== undefined));
    expect(state.kvOctets).toBeGreaterThanOrEqual(empty + 3000);
    state.publish([two].filter((command) => command !== undefined));
    expect(state.kvOctets).toBe(empty + 3000);
    stagePut('a', 9000);
    stagePut('b', 9000);
    state.rollback();
    expect(state.kvOctets).toBe(empty + 3000);
    const transaction = state.begin();
    deleteKv(transaction, 'a');
    state.publish([state.stage(transaction)].filter((command) => command !== undefined));
    expect(state.kvOctets).toBe(0);
  });

  it('never goes back behind the index it was restored with', () => {
    const state = new State();
    state.restoreIndex(41);
    state.restoreIndex(7);
    expect(stage(state, 'n1')?.index).toBe(42);
  });

  it('finds rows by a secondary index through every layer', () => {
    const { state, commit } = committed();
    commit((transaction) =>
      register(transaction, registration(nodeInput('n1'), serviceInput('web', { id: 'w1' }))),
    );
    const staged = state.begin();
    register(staged, registration(nodeInput('n1'), serviceInput('web', { id: 'w2' })));
    state.stage(staged);
    const transaction = state.begin();
    register(transaction, registration(nodeInput('n1'), serviceInput('api', { id: 'w1' })));
    const ids = transaction.find('services', 'name', 'web').map((row) => row.id);
    expect(ids).toEqual(['w2']);
    expect(transaction.find('services', 'node', nodeKey('N1'))).toHaveLength(2);
    expect(transaction.get('services', onNodeKey('N1', 'W1'))?.service).toBe('api');
  });
});
