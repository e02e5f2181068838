/**
 * Names of prepared queries: which one a text leads to, on the main thread and in an answer thread, beside a model that
 * looks at all of them; and what becomes of a query whose session ends.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CatalogError,
  createQuery,
  createSession,
  deleteQuery,
  destroySession,
  indexKeys,
  type QueryInput,
  register,
  resolveQuery,
  updateQuery,
} from '../../src/catalog/index.ts';
import { followView } from '../../src/dns/index.ts';
import { View } from '../../src/dns/view/view.ts';
import { type Committed, committed } from '../support/committed.ts';
import { nodeInput, registration } from '../support/rows.ts';

const idOf = (number: number) => `00000000-0000-4000-8000-00000000000${number}`;

const query = (id: string, name: string, isTemplate: boolean, session = ''): QueryInput => ({
  id,
  name,
  session,
  token: '',
  template: { type: isTemplate ? 'name_prefix_match' : '', regexp: '', removeEmptyTags: false },
  service: {
    service: id,
    failover: { nearestN: 0, datacenters: [], targets: [] },
    onlyPassing: false,
    ignoreCheckIds: [],
    near: '',
    tags: [],
    nodeMeta: {},
    serviceMeta: {},
    connect: false,
    peer: '',
  },
  dnsTtl: '',
});

/** Consul's rules, by looking at every query. */
class Model {
  readonly queries = new Map<string, QueryInput>();

  put(input: QueryInput): boolean {
    const same = (one: QueryInput) => one.name.toLowerCase() === input.name.toLowerCase();
    const isNamed = (one: QueryInput) => one.name !== '' || one.template.type !== '';
    const others = [...this.queries.values()].filter(({ id }) => id !== input.id);
    if (isNamed(input) && others.some((one) => isNamed(one) && same(one))) return false;
    this.queries.set(input.id, input);
    return true;
  }

  resolve(text: string): string | undefined {
    const lower = text.toLowerCase();
    const all = [...this.queries.values()];
    const exact = all.find(({ name }) => name !== '' && name.toLowerCase() === lower);
    if (this.queries.has(lower) || exact !== undefined)
      return (this.queries.get(lower) ?? exact)?.id;
    const templates = all
      .filter(({ template, name }) => template.type !== '' && lower.startsWith(name.toLowerCase()))
      .sort((one, other) => other.name.length - one.name.length);
    return templates[0]?.id;
  }
}

const number = fc.integer({ min: 0, max: 5 });
const name = fc.string({ unit: fc.constantFrom('a', 'A', 'b', '-'), maxLength: 4 });
const step = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), number, name, isTemplate: fc.boolean() }),
  fc.record({ kind: fc.constant('delete' as const), number }),
);

function apply(
  catalog: Committed,
  model: Model,
  one: typeof step extends fc.Arbitrary<infer S> ? S : never,
) {
  const id = idOf(one.number);
  if (one.kind === 'delete') {
    if (model.queries.delete(id)) catalog.commit((transaction) => deleteQuery(transaction, id));
    return;
  }
  const input = query(id, one.name, one.isTemplate);
  const write = model.queries.has(id) ? updateQuery : createQuery;
  const commit = () => catalog.commit((transaction) => write(transaction, input));
  if (model.put(input)) commit();
  else expect(commit).toThrow(CatalogError);
}

describe('the query that a text leads to', () => {
  it('is that of the model, for HTTP and for DNS, whatever was written before', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 20 }),
        fc.array(name, { maxLength: 8 }),
        (steps, texts) => {
          const catalog = committed();
          const model = new Model();
          const view = new View('dc1');
          view.apply(followView(catalog.state, (delta) => view.apply(delta))());
          for (const one of steps) apply(catalog, model, one);
          for (const text of [...texts, ...texts.map((one) => `${one}-b`), idOf(0), idOf(1)]) {
            const expected = model.resolve(text);
            const found = resolveQuery(catalog.state, text);
            expect([text, found?.id]).toEqual([text, expected]);
            const isTemplateById =
              found !== undefined && text === found.id && found.template.type !== '';
            if (text === '') continue;
            const inView = view.query(text.toLowerCase())?.key;
            expect([text, inView]).toEqual([text, isTemplateById ? undefined : expected]);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is no template when the text is longer than any name', () => {
    const catalog = committed();
    catalog.commit((transaction) => createQuery(transaction, query(idOf(0), '', true)));
    expect(resolveQuery(catalog.state, 'x'.repeat(512))?.id).toBe(idOf(0));
    expect(resolveQuery(catalog.state, 'x'.repeat(513))).toBeUndefined();
  });
});

describe('a write', () => {
  it('of what is there already changes nothing', () => {
    const catalog = committed();
    catalog.commit((transaction) => createQuery(transaction, query(idOf(0), 'a', false)));
    const index = catalog.state.index;
    catalog.commit((transaction) => updateQuery(transaction, query(idOf(0), 'a', false)));
    expect([catalog.state.index, catalog.state.indexOf(indexKeys.queries)]).toEqual([index, index]);
  });

  it('is bound to a session that is there, and goes with it', () => {
    const catalog = committed();
    catalog.commit((transaction) => register(transaction, registration(nodeInput('foo'))));
    const session = '11111111-1111-4111-8111-111111111111';
    const bind = () =>
      catalog.commit((transaction) => createQuery(transaction, query(idOf(0), '', false, session)));
    expect(bind).toThrow(`raft apply failed: invalid session "${session}"`);
    catalog.commit((transaction) =>
      createSession(transaction, {
        ...{ id: session, name: '', node: 'foo', lockDelayNs: 0, behavior: 'release', ttl: '' },
        ...{ nodeChecks: [], serviceChecks: null },
      }),
    );
    const index = bind();
    catalog.commit((transaction) => void destroySession(transaction, session));
    expect(resolveQuery(catalog.state, idOf(0))).toBeUndefined();
    expect(catalog.state.indexOf(indexKeys.queries)).toBeGreaterThan(index);
  });
});
