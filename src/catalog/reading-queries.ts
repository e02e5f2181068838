/**
 * Reads of prepared queries: all, one by its id, and the one that a name or an id leads to. Templates come as they
 * were written: what they say for a name, whoever asks works out (`src/query`).
 */
import { limits } from '../runtime/index.ts';
import { indexKeys } from './index-keys.ts';
import { type Reading, sortBy } from './reading.ts';
import type { QueryRow } from './rows.ts';
import type { State } from './state.ts';

export function readQueries(state: State): Reading<QueryRow[]> {
  return reading(
    state,
    sortBy([...state.tables.prepared_queries.all()], (row) => row.id),
  );
}

/** `id` in lower case. */
export function readQuery(state: State, id: string): Reading<QueryRow | undefined> {
  return reading(state, state.tables.prepared_queries.get(id));
}

/** By id, else by its very name in any case, else the template whose name is the longest beginning of `text`. */
export function resolveQuery(state: State, text: string): QueryRow | undefined {
  const table = state.tables.prepared_queries;
  const lower = text.toLowerCase();
  const exact = table.get(lower) ?? (lower === '' ? [] : table.find('name', lower))[0];
  if (exact !== undefined || Buffer.byteLength(text) > limits.nameBytes.default) return exact;
  for (let length = lower.length; length >= 0; length--) {
    const [template] = table.find('template', lower.slice(0, length));
    if (template !== undefined) return template;
  }
  return undefined;
}

function reading<Value>(state: State, value: Value): Reading<Value> {
  return { value, index: state.indexOf(indexKeys.queries), topics: [indexKeys.queries] };
}
