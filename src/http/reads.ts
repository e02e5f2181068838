/**
 * Reads of the catalog over HTTP: consistency modes, datacenter, blocking (`index`, `wait`) and the headers that tell
 * a client how fresh its answer is. What is read, and how it looks, the routes say.
 */
import { blockingQuery, type Reading, type Watches } from '../catalog/index.ts';
import { limits, parseDuration } from '../runtime/index.ts';
import { type Answer, type Headers, json } from './answer.ts';
import { cacheHeaders, readCacheControl } from './caching.ts';
import type { HttpDeps } from './deps.ts';
import type { Call } from './endpoint.ts';
import { HttpError } from './errors.ts';
import type { Query } from './query.ts';

export type ReadDeps = Pick<
  HttpDeps,
  'agent' | 'state' | 'barrier' | 'clock' | 'random' | 'options'
> & { readonly waits: Waits };

/** A read that goes to the client as `toJson` shows it. */
export interface CatalogRead<Value> {
  readonly read: () => Reading<Value>;
  readonly toJson: (value: Value) => unknown;
  /** Consul serves it from a subscription when the client follows it. */
  readonly streaming?: boolean;
  /** Consul keeps its answers for `cached`. */
  readonly cacheable?: boolean;
}

export function answerRead<Value>(
  deps: ReadDeps,
  call: Call,
  { read, toJson, streaming = false, cacheable = false }: CatalogRead<Value>,
): Answer | Promise<Answer> {
  const cached = cacheable ? cacheHeaders(call) : {};
  return answerReading(deps, call, read, ({ value, index }, { consistency, minIndex }) => {
    const followed = streaming && (minIndex > 0 || call.query.has('cached'));
    const headers = readHeaders(index, followed ? 'streaming' : 'blocking-query');
    const effective = { 'X-Consul-Effective-Consistency': consistency };
    return json(toJson(value), { ...headers, ...effective, ...cached });
  });
}

/** A read whose answer is not always a JSON value; Consul does not say how consistent it is. */
export interface PlainRead<Value> {
  readonly read: () => Reading<Value>;
  readonly toAnswer: (value: Value, headers: Headers) => Answer;
}

export function answerPlainRead<Value>(
  deps: ReadDeps,
  call: Call,
  { read, toAnswer }: PlainRead<Value>,
): Answer | Promise<Answer> {
  return answerReading(deps, call, read, ({ value, index }) =>
    toAnswer(value, readHeaders(index, 'blocking-query')),
  );
}

/**
 * Consul does not block on some reads, and repeats the headers of one in their bodies. There an index is that of the
 * answer, or 0 where Consul tells none.
 */
export async function answerAtOnce(
  deps: ParameterDeps & Pick<ReadDeps, 'barrier'>,
  call: Call,
  read: () => Pick<Reading<Readonly<Record<string, unknown>>>, 'value' | 'index'>,
  cached: Headers = {},
): Promise<Answer> {
  const { consistency } = readParameters(deps, call);
  if (consistency === 'consistent') await deps.barrier();
  const { value, index } = read();
  const meta = {
    Index: index,
    LastContact: 0,
    KnownLeader: true,
    ConsistencyLevel: consistency,
    NotModified: false,
    Backend: 0,
    ResultsFilteredByACLs: false,
  };
  const effective = { 'X-Consul-Effective-Consistency': consistency };
  return json(
    { ...value, ...meta },
    { ...readHeaders(index, 'blocking-query'), ...effective, ...cached },
  );
}

interface ReadMode {
  readonly consistency: Consistency;
  readonly minIndex: number;
}

function answerReading<Value>(
  deps: ReadDeps,
  call: Call,
  read: () => Reading<Value>,
  toAnswer: (reading: Reading<Value>, mode: ReadMode) => Answer,
): Answer | Promise<Answer> {
  const { consistency, wait } = readParameters(deps, call);
  const mode = { consistency, minIndex: wait.minIndex };
  if (consistency === 'consistent') {
    return deps.barrier().then(async () => toAnswer(await waited(deps, call, read, wait), mode));
  }
  if (wait.minIndex === 0) return toAnswer(read(), mode);
  return waited(deps, call, read, wait).then((reading) => toAnswer(reading, mode));
}

type ParameterDeps = WaitDeps & Pick<ReadDeps, 'agent'>;

/**
 * What every read of Consul's servers takes, from where, how fresh and after which index. What is wrong of it is refused
 * also where there is nothing to wait for.
 */
export function readParameters(
  deps: ParameterDeps,
  call: Call,
): { readonly consistency: Consistency; readonly wait: Wait } {
  const { query } = call;
  checkDatacenter(query, deps.agent.identity.datacenter);
  const consistency = consistencyOf(query);
  readCacheControl(call);
  return { consistency, wait: waitOf(query, deps) };
}

/** Refuses a datacenter that is not this one. */
export function checkDatacenter(query: Query, own: string): void {
  requireDatacenter(query.get('datacenter') || query.get('dc'), own);
}

/** An empty `datacenter` means the agent's own. */
export function requireDatacenter(datacenter: string, own: string): void {
  if (datacenter === '' || datacenter.toLowerCase() === own.toLowerCase()) return;
  throw new HttpError('datacenter_unknown', 'No path to datacenter', 'dc');
}

// ---- Consistency

type Consistency = 'leader' | 'stale' | 'consistent';

export function consistencyOf(query: Query): Consistency {
  const maxStale = query.get('max_stale');
  if (maxStale !== '' && !parseDuration(maxStale).ok) {
    const text = `Invalid max_stale value ${JSON.stringify(maxStale)}`;
    throw new HttpError('max_stale_invalid', text, 'max_stale');
  }
  const stale = query.has('stale') || maxStale !== '';
  if (!query.has('consistent')) return stale ? 'stale' : 'leader';
  const rival = stale ? 'stale' : query.has('cached') ? 'cached' : undefined;
  if (rival === undefined) return 'consistent';
  throw new HttpError(
    'consistency_conflict',
    `Cannot specify ?${rival} with ?consistent, conflicting semantics.`,
    rival,
  );
}

export function readHeaders(index: number, backend: 'streaming' | 'blocking-query'): Headers {
  return {
    'X-Consul-Index': `${Math.max(index, 1)}`,
    'X-Consul-Knownleader': 'true',
    'X-Consul-Lastcontact': '0',
    'X-Consul-Query-Backend': backend,
  };
}

// ---- Blocking

export interface Wait {
  /** 0 means "do not wait". */
  readonly minIndex: number;
  readonly waitMs: number;
}

const UINT64 = /^[0-9]{1,20}$/;
/** Consul adds up to a sixteenth, so that clients do not return in step. */
const JITTER_FRACTION = 16;

type WaitDeps = Pick<HttpDeps, 'random' | 'options'>;

export function waitOf(query: Query, deps: WaitDeps): Wait {
  const index = query.get('index');
  if (index !== '' && (!UINT64.test(index) || BigInt(index) >= 2n ** 64n)) {
    throw new HttpError('index_invalid', 'Invalid index', 'index');
  }
  const waitMs = waitMsOf(query, deps);
  // An index past 2^53 is rounded, which is still an index that is never reached.
  return { minIndex: Number(index), waitMs };
}

/** How long `wait` asks to wait, jitter included. */
export function waitMsOf(query: Query, { random, options }: WaitDeps): number {
  const text = query.get('wait');
  const parsed = parseDuration(text === '' ? '0' : text);
  if (!parsed.ok) throw new HttpError('wait_invalid', 'Invalid wait time', 'wait');
  const asked = parsed.ms > 0 ? parsed.ms : options.defaultQueryTimeMs;
  const granted = Math.min(asked, options.maxQueryTimeMs);
  return granted + (random.float() * granted) / JITTER_FRACTION;
}

/** Reads until the index passes `minIndex`, the time is up, the client is gone or the agent stops. */
export async function waited<Value>(
  deps: Pick<ReadDeps, 'clock' | 'waits'> & { readonly state: { readonly watches: Watches } },
  { reply }: Call,
  read: () => Reading<Value>,
  { minIndex, waitMs }: Wait,
): Promise<Reading<Value>> {
  const { state, clock, waits } = deps;
  if (minIndex === 0) return read();
  const abort = waits.begin();
  const end = (): void => abort.abort();
  // The response closes when it was sent, and when the client went away before that.
  reply.raw.once('close', end);
  try {
    const { signal } = abort;
    return await blockingQuery({ read, minIndex, waitMs, watches: state.watches, clock, signal });
  } finally {
    reply.raw.removeListener('close', end);
    waits.end(abort);
  }
}

/** Requests that take their time, so that they can be bounded, and all be ended at once. */
export class Waits {
  readonly #most: number;
  readonly #refusal: () => HttpError;
  readonly #waiting = new Set<AbortController>();
  #stopped = false;

  constructor(most: number, refusal: () => HttpError) {
    this.#most = most;
    this.#refusal = refusal;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** @throws HttpError when there are too many already */
  begin(): AbortController {
    if (this.#waiting.size >= this.#most) throw this.#refusal();
    const abort = new AbortController();
    if (this.#stopped) abort.abort();
    else this.#waiting.add(abort);
    return abort;
  }

  end(abort: AbortController): void {
    this.#waiting.delete(abort);
  }

  /** Every waiting request answers what it has; later ones do not wait. */
  stop(): void {
    this.#stopped = true;
    for (const abort of this.#waiting) abort.abort();
  }
}

/** Blocking queries that wait. */
export function blockingQueries(): Waits {
  const text = 'Too many blocking queries are waiting';
  const refusal = (): HttpError => new HttpError('blocking_queries_exceeded', text);
  return new Waits(limits.blockingQueries.default, refusal);
}
