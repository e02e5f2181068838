/** `/v1/kv/<key>`: the key-value store, its locks included. The key is the rest of the path, slashes and all. */
import {
  CatalogError,
  deleteKv,
  deleteKvTree,
  foldKeys,
  type KvInput,
  type KvRow,
  lockKv,
  putKv,
  readKv,
  readKvPrefix,
  type State,
  sortKeys,
  type Transaction,
  unlockKv,
} from '../../catalog/index.ts';
import { limits } from '../../runtime/index.ts';
import { type Answer, type Headers, json } from '../answer.ts';
import type { HttpDeps } from '../deps.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { HttpError } from '../errors.ts';
import { listOf } from '../json/encode.ts';
import { kvJson } from '../json/kv-json.ts';
import type { Query } from '../query.ts';
import { answerPlainRead, checkDatacenter, type ReadDeps } from '../reads.ts';
import { parseUint64 } from '../uint64.ts';

type Deps = ReadDeps & Pick<HttpDeps, 'commit'>;

const at = { path: '/v1/kv/', namespaced: true } as const;
export function kv(deps: Deps): readonly Endpoint[] {
  const bodyLimit = { bytes: deps.options.kvValueBytesMax, setting: 'kv_max_value_size' };
  return [
    { ...at, method: 'GET', handle: (call) => read(deps, call) },
    { ...at, method: 'PUT', bodyLimit, handle: (call) => put(deps, call) },
    { ...at, method: 'DELETE', handle: (call) => remove(deps, call) },
  ];
}

// ---- Reads

function read(deps: Deps, call: Call): Answer | Promise<Answer> {
  const { name: key, query } = call;
  if (query.has('keys')) return readKeys(deps, call);
  const readPrefix = () => readKvPrefix(deps.state, key);
  if (query.has('recurse')) {
    return answerPlainRead(deps, call, {
      read: readPrefix,
      toAnswer: (rows, headers) =>
        rows.length === 0 ? absent(headers) : json(listOf(sortKeys(rows), kvJson), headers),
    });
  }
  requireKey(key);
  return answerPlainRead(deps, call, {
    read: () => readKv(deps.state, key),
    toAnswer: (row, headers) => {
      if (row === undefined) return absent(headers);
      return query.has('raw') ? raw(row, headers) : json([kvJson(row)], headers);
    },
  });
}

function readKeys(deps: Deps, call: Call): Answer | Promise<Answer> {
  const { name: prefix, query } = call;
  const separator = query.get('separator') || query.get('seperator');
  return answerPlainRead(deps, call, {
    read: () => readKvPrefix(deps.state, prefix),
    toAnswer: (rows, headers) =>
      rows.length === 0 && prefix !== ''
        ? absent(headers)
        : json(foldKeys(sortKeys(rows), { prefix, separator }), headers),
  });
}

/** What is not there has an index all the same, and can be waited for. */
function absent(headers: Headers): Answer {
  return { kind: 'empty', status: 404, headers };
}

/** A value comes from anybody: a browser must neither guess what it is nor run what is in it. */
function raw(row: KvRow, headers: Headers): Answer {
  return {
    kind: 'octets',
    octets: Buffer.from(row.value, 'base64'),
    contentType: 'text/plain',
    headers: {
      ...headers,
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': 'sandbox',
    },
  };
}

function requireKey(key: string): void {
  if (key === '') throw new HttpError('kv_key_missing', 'Missing key name', 'key');
}

// ---- Writes

async function put({ state, commit, agent }: Deps, call: Call): Promise<Answer> {
  const { name: key, query, octets } = call;
  requireKey(key);
  checkDatacenter(query, agent.identity.datacenter);
  refuseConflict(query, ['cas', 'acquire', 'release']);
  const flags = numberOf(query, 'flags') ?? 0n;
  const cas = casOf(query);
  const input = { key, value: octets.toString('base64'), flags: `${flags}` };
  return answerWrite(commit, (transaction) => {
    refuseMore(state, transaction, input);
    if (query.has('acquire')) return lockKv(transaction, input, query.get('acquire')) === 'locked';
    if (query.has('release')) return unlockKv(transaction, input, query.get('release'));
    return putKv(transaction, input, cas);
  });
}

async function remove({ commit, agent }: Deps, call: Call): Promise<Answer> {
  const { name: key, query } = call;
  checkDatacenter(query, agent.identity.datacenter);
  const recurse = query.has('recurse');
  if (!recurse) requireKey(key);
  refuseConflict(query, ['recurse', 'cas']);
  const cas = casOf(query);
  return answerWrite(commit, (transaction) => {
    if (!recurse) return deleteKv(transaction, key, cas);
    deleteKvTree(transaction, key);
    return true;
  });
}

async function answerWrite(
  commit: HttpDeps['commit'],
  body: (transaction: Transaction) => boolean,
): Promise<Answer> {
  try {
    const { result } = await commit(body);
    return json(result);
  } catch (error) {
    if (!(error instanceof CatalogError) || error.code === 'kv_key_too_long') throw error;
    // Consul's words for what its store refuses.
    throw new HttpError(error.code, `raft apply failed: ${error.message}`, error.field);
  }
}

/**
 * A value that is no longer than the one it replaces is always taken. Keys on their way to the disk do not count yet: a
 * few more than the limit do no harm.
 */
export function refuseMore(
  state: State,
  transaction: Transaction,
  { key, value }: Pick<KvInput, 'key' | 'value'>,
): void {
  const before = transaction.get('kv', key);
  const entriesMost = limits.kvEntries.default;
  if (before === undefined && state.tables.kv.size >= entriesMost) {
    throw new HttpError('kv_entries_exceeded', `there are ${entriesMost} keys already`);
  }
  if (before !== undefined && before.value.length >= value.length) return;
  const most = limits.kvBytes.default;
  if (state.kvOctets + value.length <= most) return;
  throw new HttpError('kv_bytes_exceeded', `keys and values take ${most} bytes already`);
}

function refuseConflict(query: Query, names: readonly string[]): void {
  const given = names.filter((name) => query.has(name));
  if (given.length < 2) return;
  const text = `Conflicting flags: ${query.encode()}`;
  throw new HttpError('kv_flags_conflict', text, given[1] ?? '');
}

function numberOf(query: Query, name: 'flags' | 'cas'): bigint | undefined {
  if (!query.has(name)) return undefined;
  const parsed = parseUint64(query.get(name));
  if (typeof parsed === 'bigint') return parsed;
  throw new HttpError('kv_number_invalid', parsed.problem, name);
}

/** Past 2^53 it is rounded, which is still an index that nothing has. */
function casOf(query: Query): number | undefined {
  const cas = numberOf(query, 'cas');
  return cas === undefined ? undefined : Number(cas);
}
