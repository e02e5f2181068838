/**
 * Keys, locks and sessions beside a plain model: any commands, published in any grouping or taken back. The model is a
 * map that is walked through; it knows no folders, no overlays and no tombstones but a list of all that ever happened.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  createSession,
  deleteKv,
  deleteKvTree,
  deregister,
  destroySession,
  foldKeys,
  lockKv,
  putKv,
  readKv,
  readKvPrefix,
  register,
  State,
  sortKeys,
  type Transaction,
  unlockKv,
  updateCheckTxn,
} from '../../src/catalog/index.ts';
import { checkInput, nodeInput, registration } from '../support/rows.ts';

const KEYS = [
  'a',
  'a/',
  'a/b',
  'a/b/c',
  'ab',
  'b/c',
  '1/2/3/4/5/6/7/8/9/x',
  '1/2/3/4/5/6/7/8/9/y',
  'ä',
];
const PREFIXES = [
  '',
  'a',
  'a/',
  'a/b',
  'b/',
  '1/2/3/4/5/6/7/8/9/',
  '1/2/3/4/5/6/7/8/8',
  'none/',
  'ä',
];
const SESSIONS = ['s1', 's2', 's3'];

const key = fc.constantFrom(...KEYS);
const value = fc.constantFrom('YQ==', 'Yg==');
const session = fc.constantFrom(...SESSIONS);
/** Which of the indexes that the key has or had is compared. */
const cas = fc.constantFrom('none', 'current', 'zero', 'other');

type Step =
  | { kind: 'put'; key: string; value: string; cas: string }
  | { kind: 'lock' | 'unlock'; key: string; value: string; session: string }
  | { kind: 'delete'; key: string; cas: string }
  | { kind: 'delete-tree'; prefix: string }
  | { kind: 'create'; session: string; behavior: 'release' | 'delete'; delayed: boolean }
  | { kind: 'destroy'; session: string }
  | { kind: 'check'; status: string }
  | { kind: 'drop-node' | 'publish' | 'rollback' | 'end-delays' };

const record = <Kind extends Step['kind'], Fields extends object>(kind: Kind, fields: Fields) =>
  fc.record({ kind: fc.constant(kind), ...fields } as { kind: fc.Arbitrary<Kind> } & Fields);

const step = fc.oneof(
  { weight: 8, arbitrary: record('put', { key, value, cas }) },
  { weight: 8, arbitrary: record('lock', { key, value, session }) },
  { weight: 3, arbitrary: record('unlock', { key, value, session }) },
  { weight: 4, arbitrary: record('delete', { key, cas }) },
  { weight: 1, arbitrary: record('delete-tree', { prefix: fc.constantFrom(...PREFIXES) }) },
  {
    weight: 6,
    arbitrary: record('create', {
      session,
      behavior: fc.constantFrom('release' as const, 'delete' as const),
      delayed: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: record('destroy', { session }) },
  { weight: 1, arbitrary: record('check', { status: fc.constantFrom('passing', 'critical') }) },
  { weight: 1, arbitrary: record('drop-node', {}) },
  { weight: 8, arbitrary: record('publish', {}) },
  { weight: 1, arbitrary: record('rollback', {}) },
  { weight: 2, arbitrary: record('end-delays', {}) },
) as fc.Arbitrary<Step>;

interface Entry {
  value: string;
  lockIndex: number;
  session: string;
  createIndex: number;
  modifyIndex: number;
}

interface Model {
  readonly entries: Map<string, Entry>;
  /** Index of the last deletion of each key. */
  readonly deleted: Map<string, number>;
  readonly sessions: Map<string, { behavior: string; delayed: boolean }>;
  readonly delayed: Set<string>;
  lastWrite: number;
  critical: boolean;
}

const newModel = (): Model => ({
  entries: new Map(),
  deleted: new Map(),
  sessions: new Map(),
  delayed: new Set(),
  lastWrite: 0,
  critical: false,
});

function casOf(model: Model, step: { key: string; cas: string }): number | undefined {
  const current = model.entries.get(step.key)?.modifyIndex ?? 0;
  if (step.cas === 'none') return undefined;
  return step.cas === 'zero' ? 0 : step.cas === 'current' ? current : current + 1;
}

/** What the step does to the model at `index`. @returns what the catalog is to answer */
function model(model: Model, one: Step, index: number): unknown {
  const write = (key: string, value: string, lockIndex: number, session: string): void => {
    const before = model.entries.get(key);
    const same =
      before?.value === value && before.lockIndex === lockIndex && before.session === session;
    if (same) return;
    const createIndex = before?.createIndex ?? index;
    model.entries.set(key, { value, lockIndex, session, createIndex, modifyIndex: index });
    model.lastWrite = index;
  };
  const remove = (key: string): void => {
    if (!model.entries.delete(key)) return;
    model.deleted.set(key, index);
    model.lastWrite = index;
  };
  const end = (id: string): void => {
    const session = model.sessions.get(id);
    model.sessions.delete(id);
    for (const [key, entry] of [...model.entries]) {
      if (session === undefined || entry.session !== id) continue;
      if (session.behavior === 'delete') remove(key);
      else write(key, entry.value, entry.lockIndex, '');
      if (session.delayed) model.delayed.add(key);
    }
  };
  switch (one.kind) {
    case 'put': {
      const before = model.entries.get(one.key);
      const wanted = casOf(model, one);
      if (wanted !== undefined && wanted !== (before?.modifyIndex ?? 0)) return false;
      write(one.key, one.value, 0, before?.session ?? '');
      return true;
    }
    case 'lock': {
      if (model.delayed.has(one.key)) return 'delayed';
      if (!model.sessions.has(one.session)) return 'refused';
      const before = model.entries.get(one.key);
      const holder = before?.session ?? '';
      if (holder !== '' && holder !== one.session) return 'held';
      const raised = (before?.lockIndex ?? 0) + (holder === '' ? 1 : 0);
      write(one.key, one.value, raised, one.session);
      return 'locked';
    }
    case 'unlock': {
      const before = model.entries.get(one.key);
      if (before?.session !== one.session) return false;
      write(one.key, one.value, before.lockIndex, '');
      return true;
    }
    case 'delete': {
      const before = model.entries.get(one.key);
      const wanted = casOf(model, one);
      if (before !== undefined && wanted !== undefined && wanted !== before.modifyIndex)
        return false;
      remove(one.key);
      return true;
    }
    case 'delete-tree':
      for (const key of [...model.entries.keys()]) if (key.startsWith(one.prefix)) remove(key);
      return undefined;
    case 'create':
      if (model.critical || model.sessions.has(one.session)) return 'refused';
      model.sessions.set(one.session, one);
      return undefined;
    case 'destroy':
      return end(one.session);
    case 'check':
      model.critical = one.status === 'critical';
      if (model.critical) for (const id of [...model.sessions.keys()]) end(id);
      return undefined;
    case 'drop-node':
      model.critical = false;
      for (const id of [...model.sessions.keys()]) end(id);
      return undefined;
    case 'end-delays':
      model.delayed.clear();
      return undefined;
    default:
      return undefined;
  }
}

/** The same in the catalog. @returns what it answered */
function run(transaction: Transaction, before: Model, one: Step): unknown {
  switch (one.kind) {
    case 'put':
      return putKv(transaction, { key: one.key, value: one.value, flags: '0' }, casOf(before, one));
    case 'lock':
    case 'unlock': {
      const input = { key: one.key, value: one.value, flags: '0' };
      if (one.kind === 'unlock') return unlockKv(transaction, input, one.session);
      try {
        return lockKv(transaction, input, one.session);
      } catch {
        return 'refused';
      }
    }
    case 'delete':
      return deleteKv(transaction, one.key, casOf(before, one));
    case 'delete-tree':
      return deleteKvTree(transaction, one.prefix);
    case 'create':
      return create(transaction, one);
    case 'destroy':
      destroySession(transaction, one.session);
      return undefined;
    case 'check':
      updateCheckTxn(transaction, 'n1', { checkId: 'alive', status: one.status, output: '' });
      return undefined;
    case 'drop-node':
      deregister(transaction, { node: 'n1', serviceId: '', checkId: '' });
      register(transaction, NODE);
      return undefined;
    case 'end-delays':
      for (const key of KEYS) transaction.delete('lock_delays', key);
      return undefined;
    default:
      return undefined;
  }
}

const NODE = registration(nodeInput('n1'), undefined, [checkInput('alive')]);

function create(
  transaction: Transaction,
  one: Extract<Step, { readonly kind: 'create' }>,
): 'refused' | undefined {
  if (transaction.get('sessions', one.session) !== undefined) return 'refused';
  try {
    createSession(transaction, {
      id: one.session,
      name: '',
      node: 'n1',
      lockDelayNs: one.delayed ? 15e9 : 0,
      behavior: one.behavior,
      ttl: '',
      nodeChecks: ['alive'],
      serviceChecks: null,
    });
    return undefined;
  } catch {
    return 'refused';
  }
}

/** What readers see of the catalog and what they should see, for every key and prefix. */
function views(state: State, model: Model): [seen: unknown, expected: unknown] {
  const compare = (one: string, other: string) =>
    Buffer.compare(Buffer.from(one), Buffer.from(other));
  const seen = {
    keys: KEYS.map((key) => readKv(state, key)).map(({ value, index }) => [
      value && [value.value, value.lockIndex, value.session, value.createIndex],
      index,
    ]),
    prefixes: PREFIXES.map((prefix) => {
      const { value, index } = readKvPrefix(state, prefix);
      const rows = sortKeys(value);
      return [rows.map((row) => row.key), foldKeys(rows, { prefix, separator: '/' }), index];
    }),
    sessions: [...state.tables.sessions.all()].map((row) => row.id).sort(),
  };
  const expected = {
    keys: KEYS.map((key) => {
      const entry = model.entries.get(key);
      if (entry === undefined) return [undefined, model.lastWrite];
      return [[entry.value, entry.lockIndex, entry.session, entry.createIndex], entry.modifyIndex];
    }),
    prefixes: PREFIXES.map((prefix) => {
      const keys = [...model.entries.keys()].filter((key) => key.startsWith(prefix)).sort(compare);
      const cut = keys.map((key) => key.replace(new RegExp(`^(${prefix}[^/]*/).*`, 's'), '$1'));
      const changes = [
        ...keys.map((key) => model.entries.get(key)?.modifyIndex ?? 0),
        ...[...model.deleted].filter(([key]) => key.startsWith(prefix)).map(([, index]) => index),
      ];
      const last = prefix === '' ? model.lastWrite : Math.max(0, ...changes) || model.lastWrite;
      return [keys, [...new Set(cut)], last];
    }),
    sessions: [...model.sessions.keys()].sort(),
  };
  return [seen, expected];
}

it('keys, locks and sessions are what a plain model says, however commands are grouped', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 100, size: 'max' }), (steps) => {
      const state = new State();
      let staged: ReturnType<State['stage']>[] = [];
      const commit = (body: (transaction: Transaction) => unknown): unknown => {
        const transaction = state.begin();
        const result = body(transaction);
        staged.push(state.stage(transaction));
        return result;
      };
      const publish = (): void => {
        state.publish(staged.filter((command) => command !== undefined));
        staged = [];
      };
      let now = newModel();
      commit((transaction) => register(transaction, NODE));
      publish();
      let published = structuredClone(now);
      for (const one of steps) {
        if (one.kind === 'rollback') {
          state.rollback();
          staged = [];
          now = structuredClone(published);
        } else if (one.kind === 'publish') {
          publish();
          published = structuredClone(now);
          const [seen, expected] = views(state, published);
          expect(seen).toEqual(expected);
        } else {
          const before = structuredClone(now);
          const index = state.stagedIndex + 1;
          const answer = model(now, one, index);
          expect(commit((transaction) => run(transaction, before, one))).toEqual(answer);
        }
      }
    }),
    { numRuns: 150 },
  );
});
