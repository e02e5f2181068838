/**
 * Goal: no ghost, no loss, no wrong index, whatever the order of commands. Method: random registrations,
 * deregistrations and status changes against a plain model; groups are published late, and some are rolled back.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  deregister,
  readInstances,
  readNodeServices,
  register,
  type StagedCommand,
  State,
  type Transaction,
  updateCheckTxn,
} from '../../src/catalog/index.ts';
import { checkInput, nodeInput, registration, serviceInput } from '../support/rows.ts';

const node = fc.constantFrom('n1', 'n2', 'N1');
const id = fc.constantFrom('a', 'b', 'c');
const name = fc.constantFrom('web', 'db', 'Web');

type Step =
  | { kind: 'register'; node: string; id: string; name: string }
  | { kind: 'drop-service'; node: string; id: string }
  | { kind: 'drop-node'; node: string }
  | { kind: 'flip'; node: string; id: string; status: string }
  | { kind: 'publish' }
  | { kind: 'rollback' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('register' as const), node, id, name }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('drop-service' as const), node, id }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop-node' as const), node }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('flip' as const),
      node,
      id,
      status: fc.constantFrom('passing', 'critical'),
    }),
  },
  { weight: 4, arbitrary: fc.constant({ kind: 'publish' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'rollback' as const }) },
);

/** `node/id` to the name it was registered under and its status, all in lower case. */
type Model = Map<string, { name: string; status: string }>;

const keyOf = (one: { node: string; id: string }): string => `${one.node.toLowerCase()}/${one.id}`;

/** What a step does, to the tables and to the model alike. */
function apply(transaction: Transaction, model: Model, one: Step): void {
  switch (one.kind) {
    case 'register': {
      const before = model.get(keyOf(one));
      const status = before?.status ?? 'passing';
      const check = checkInput(`check-${one.id}`, { serviceId: one.id, status });
      const service = serviceInput(one.name, { id: one.id });
      register(transaction, registration(nodeInput(one.node), service, [check]));
      model.set(keyOf(one), { name: one.name.toLowerCase(), status });
      return;
    }
    case 'drop-service':
      deregister(transaction, { node: one.node, serviceId: one.id, checkId: '' });
      model.delete(keyOf(one));
      return;
    case 'drop-node':
      deregister(transaction, { node: one.node, serviceId: '', checkId: '' });
      for (const key of [...model.keys()]) {
        if (key.startsWith(`${one.node.toLowerCase()}/`)) model.delete(key);
      }
      return;
    case 'flip': {
      const { status } = one;
      updateCheckTxn(transaction, one.node, { checkId: `check-${one.id}`, status, output: '' });
      const before = model.get(keyOf(one));
      if (before !== undefined) model.set(keyOf(one), { ...before, status });
      return;
    }
    case 'publish':
    case 'rollback':
      return;
  }
}

function shown(state: State): string[] {
  return ['web', 'db'].flatMap((service) =>
    readInstances(state, service).value.map(({ node, service, checks }) => {
      const key = `${node.node.toLowerCase()}/${service.id}`;
      return `${key} ${service.service.toLowerCase()} ${checks.map((check) => check.status)}`;
    }),
  );
}

const expected = (model: Model): string[] =>
  [...model].map(([key, row]) => `${key} ${row.name} ${row.status}`);

describe('the catalog', () => {
  it('shows exactly what a plain model says, after every publication', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const state = new State();
        let staged: StagedCommand[] = [];
        let durable: Model = new Map();
        let model: Model = new Map();
        let indexes = [0, 0, 0];
        for (const one of steps) {
          if (one.kind === 'publish') {
            state.publish(staged);
            staged = [];
            durable = new Map(model);
          } else if (one.kind === 'rollback') {
            state.rollback();
            staged = [];
            model = new Map(durable);
          } else {
            const transaction = state.begin();
            apply(transaction, model, one);
            const command = state.stage(transaction);
            if (command !== undefined) staged.push(command);
          }
          expect(shown(state).sort()).toEqual(expected(durable).sort());
          const now = [
            readInstances(state, 'web').index,
            readInstances(state, 'db').index,
            readNodeServices(state, 'n1').index,
          ];
          for (const [at, index] of now.entries()) {
            expect(index).toBeGreaterThanOrEqual(indexes[at] ?? 0);
          }
          indexes = now;
        }
      }),
      { numRuns: 400, seed: 20 },
    );
  });
});
