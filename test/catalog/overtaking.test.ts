/**
 * What a command over committed rows alone, published ahead of staged ones, leaves of those. Goal: nothing that is
 * shown differs from before under an index that a client has seen already.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  deleteCheck,
  deregister,
  indexKeys,
  onNodeKey,
  readInstances,
  register,
  type StagedCommand,
  State,
  TABLE_NAMES,
  type Transaction,
  updateCheckTxn,
} from '../../src/catalog/index.ts';
import { checkInput, nodeInput, registration, serviceInput } from '../support/rows.ts';

type Body = (transaction: Transaction) => unknown;

function opened() {
  const state = new State();
  const staged: StagedCommand[] = [];
  const stage = (body: Body): void => {
    const transaction = state.begin();
    body(transaction);
    const command = state.stage(transaction);
    if (command !== undefined) staged.push(command);
  };
  const publish = (most = staged.length) => state.publish(staged.splice(0, most));
  const overtake = (body: Body): void => {
    const transaction = state.beginCommitted();
    body(transaction);
    const command = state.stage(transaction);
    if (command !== undefined) state.publish([command]);
  };
  return { state, stage, publish, overtake };
}

/** `fields` are of the check. */
const web =
  (node: string, fields: object = {}): Body =>
  (transaction) =>
    register(
      transaction,
      registration(nodeInput(node), serviceInput('web'), [
        checkInput('alive', { serviceId: 'web', ...fields }),
      ]),
    );
const flip =
  (status: string): Body =>
  (transaction) =>
    updateCheckTxn(transaction, 'n1', { checkId: 'alive', status, output: '' });
const dropCheck: Body = (transaction) => deleteCheck(transaction, 'n1', 'alive');
const alive = (state: State) => state.tables.checks.get(onNodeKey('n1', 'alive'));

describe('commands that were overtaken', () => {
  it('move their indexes past the one that was shown before them, and wake who waits', () => {
    const { state, stage, publish, overtake } = opened();
    stage(web('n1'));
    publish();
    stage(web('n2'));
    overtake(flip('critical'));
    const before = readInstances(state, 'web');
    const woken: string[] = [];
    state.watches.add(before.topics, () => woken.push('web'));
    const late = publish();
    const after = readInstances(state, 'web');
    expect([before.value.length, after.value.length, woken]).toEqual([1, 2, ['web']]);
    expect(after.index).toBeGreaterThan(before.index);
    expect(state.index).toBe(after.index);
    // The engine has to write them again.
    const moved = late.flatMap(({ changes }) => changes).map(({ key }) => key);
    expect(moved).toContain(indexKeys.service('web'));
  });

  it('move no index when nothing is left of them', () => {
    const { state, stage, publish, overtake } = opened();
    stage(web('n1'));
    publish();
    stage(flip('critical'));
    overtake(flip('critical'));
    const { index } = state;
    publish();
    expect([state.index, readInstances(state, 'web').index]).toEqual([index, index]);
  });

  it('leave the indexes of later commands as they were staged', () => {
    const { state, stage, publish, overtake } = opened();
    stage(web('n1'));
    publish();
    stage(web('n2'));
    stage(web('n3'));
    overtake(flip('critical'));
    publish(1);
    stage(web('n4'));
    const index = state.stagedIndex;
    publish();
    expect(readInstances(state, 'web').index).toBe(index);
    expect([state.index, state.stagedIndex, state.underWay]).toEqual([index, index, 0]);
  });

  it('leave a row that was made anew as they made it', () => {
    const { state, stage, publish, overtake } = opened();
    stage(web('n1'));
    publish();
    stage((transaction) => {
      dropCheck(transaction);
      // Something else under the same name.
      web('n1', { name: 'other', status: 'warning' })(transaction);
    });
    overtake(flip('critical'));
    publish();
    expect(alive(state)).toMatchObject({ name: 'other', status: 'warning' });
  });

  it('keep what they say of a check, with the result that was found meanwhile', () => {
    const { state, stage, publish, overtake } = opened();
    stage(web('n1'));
    publish();
    stage(web('n1', { name: 'renamed', status: 'passing', notes: 'new' }));
    overtake(flip('critical'));
    const expected = { name: 'renamed', notes: 'new', status: 'critical' };
    expect(state.begin().get('checks', onNodeKey('n1', 'alive'))).toMatchObject(expected);
    const [late] = publish();
    expect(alive(state)).toMatchObject({ ...expected, createIndex: 1, modifyIndex: late?.index });
    expect(state.begin().get('checks', onNodeKey('n1', 'alive'))).toBe(alive(state));
  });

  it('are seen by later commands as they will be shown', () => {
    const { state, stage, publish, overtake } = opened();
    stage(web('n1'));
    publish();
    stage(dropCheck);
    overtake(flip('critical'));
    expect(state.begin().get('checks', onNodeKey('n1', 'alive'))).toBeUndefined();
    stage(web('n1', { status: 'critical' }));
    publish();
    expect(alive(state)?.status).toBe('critical');
  });
});

/** Another state of the same rows. */
function copyOf(state: State): State {
  const copy = new State();
  for (const table of TABLE_NAMES) {
    for (const row of state.tables[table].all()) copy.restore(table, row);
  }
  return copy;
}

const node = fc.constantFrom('n1', 'n2');
const name = fc.constantFrom('web', 'db');
const step = fc.oneof(
  fc.record({ kind: fc.constant('register' as const), node, name }),
  fc.record({ kind: fc.constant('drop' as const), node }),
  fc.record({ kind: fc.constant('overtake' as const), node, status: fc.string({ maxLength: 2 }) }),
  fc.record({ kind: fc.constant('publish' as const), most: fc.nat(3) }),
  fc.constant({ kind: 'rollback' as const }),
);

it('no instance comes, goes or changes under an index that was seen, whatever is overtaken', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const state = new State();
      let staged: StagedCommand[] = [];
      const stage = (transaction: Transaction): void => {
        const command = state.stage(transaction);
        if (command !== undefined) staged.push(command);
      };
      const readings = () => ['web', 'db'].map((service) => readInstances(state, service));
      let seen = readings();
      for (const one of steps) {
        const woken = new Set<number>();
        for (const [at, { topics }] of seen.entries()) {
          state.watches.add(topics, () => woken.add(at));
        }
        if (one.kind === 'publish') state.publish(staged.splice(0, one.most));
        else if (one.kind === 'rollback') {
          state.rollback();
          staged = [];
        } else if (one.kind === 'overtake') {
          const transaction = state.beginCommitted();
          updateCheckTxn(transaction, one.node, {
            checkId: 'alive',
            status: one.status,
            output: '',
          });
          const command = state.stage(transaction);
          if (command !== undefined) state.publish([command]);
        } else {
          const transaction = state.begin();
          if (one.kind === 'register') {
            const check = checkInput('alive', { serviceId: 'one' });
            const service = serviceInput(one.name, { id: 'one' });
            register(transaction, registration(nodeInput(one.node), service, [check]));
          } else deregister(transaction, { node: one.node, serviceId: 'one', checkId: '' });
          stage(transaction);
        }
        const now = readings();
        // Instances are kept for the next reader: they must be those of a state that has kept nothing.
        const copy = copyOf(state);
        for (const [at, service] of ['web', 'db'].entries()) {
          expect(now[at]?.value).toEqual(readInstances(copy, service).value);
        }
        for (const [at, { value, index }] of now.entries()) {
          const before = seen[at];
          if (before === undefined || JSON.stringify(before.value) === JSON.stringify(value)) {
            expect(index).toBeGreaterThanOrEqual(before?.index ?? 0);
            continue;
          }
          expect(index).toBeGreaterThan(before.index);
          expect(woken).toContain(at);
        }
        seen = now;
      }
    }),
    { numRuns: 150 },
  );
});
