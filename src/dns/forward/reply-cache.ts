/**
 * Replies of upstreams by question, bounded in octets: the least recently used goes first. An entry shows its reply
 * with the TTLs counted down to the second, and remembers failures to renew it. Knows no upstream and decides nothing:
 * whether an entry is good, stale or due is for the caller, who brings the time.
 */
import { LRUCache } from 'lru-cache';
import { limits } from '../../runtime/index.ts';
import type { Explanation, Failure, Relayed } from '../answer/outcome.ts';
import type { Name } from '../wire/name.ts';
import { withOwnMemory as ownRecord, type ResourceRecord } from '../wire/record.ts';
import { ExtendedError, Rcode } from '../wire/types.ts';
import type { Chain } from './answers-to.ts';
import type { Backoff } from './backoff.ts';
import type { Reply } from './relay.ts';
import type { Retention } from './retention.ts';

/** Measured on Node 20: what an entry takes beside its records and octets, and each record beside its octets. */
const ENTRY_BYTES = 900;
const RECORD_BYTES = 350;
/** RFC 8767 §5. */
const STALE_TTL_SECONDS = 30;

const STALE: Explanation = Object.freeze({
  code: ExtendedError.STALE_ANSWER,
  text: 'the recursors do not answer',
});
const STALE_NXDOMAIN: Explanation = Object.freeze({
  code: ExtendedError.STALE_NXDOMAIN_ANSWER,
  text: STALE.text,
});

/** One reply that is kept. Times are those of a monotonic clock. */
export class KeptReply {
  readonly kind = 'reply';
  readonly expiresMs: number;
  readonly ttlMs: number;
  /** Names that its aliases lead to, in lower case, of which it speaks. */
  readonly passed: readonly Name[];
  /** Clients that it was given to. */
  hits = 0;
  /** It could not be renewed. */
  backoff: Backoff | undefined;
  readonly #reply: Relayed;
  readonly #chain: Chain;
  readonly #keptMs: number;
  #shown: Relayed;
  #shownAge = 0;

  constructor({ relayed, chain }: Reply, { ttlSeconds, ttlSecondsMax }: Retention, nowMs: number) {
    this.#reply = withTtls(relayed, ({ ttl }) => Math.min(ttl, ttlSecondsMax));
    this.#chain = { ...chain, answers: [] };
    this.passed = chain.names.slice(1);
    this.#shown = this.#reply;
    this.#keptMs = nowMs;
    this.ttlMs = ttlSeconds * 1000;
    this.expiresMs = nowMs + this.ttlMs;
  }

  /** The reply as it is at this moment; the same value for a whole second. */
  at(nowMs: number): Relayed {
    const age = Math.floor((nowMs - this.#keptMs) / 1000);
    if (age !== this.#shownAge) {
      this.#shownAge = age;
      this.#shown = withTtls(this.#reply, ({ ttl }) => ttl - age);
    }
    return this.#shown;
  }

  /** The reply as it is at this moment, with what it amounts to. */
  replyAt(nowMs: number): Reply {
    return { relayed: this.at(nowMs), chain: this.#chain };
  }

  /** The reply past its time, with a TTL that soon has clients ask again. */
  stale(): Relayed {
    const { rcode } = this.#reply;
    const explanation = rcode === Rcode.NXDOMAIN ? STALE_NXDOMAIN : STALE;
    return { ...withTtls(this.#reply, () => STALE_TTL_SECONDS), explanation };
  }
}

/** A question that nobody could answer. */
export interface KeptFailure {
  readonly kind: 'failure';
  readonly failure: Failure;
  readonly backoff: Backoff;
  /** How long it was kept. */
  readonly forMs: number;
}

export type Kept = KeptReply | KeptFailure;

export class ReplyCache {
  readonly #kept: LRUCache<string, Kept> | undefined;

  /** @param maxBytes 0: nothing is kept */
  constructor(maxBytes: number) {
    const max = Math.min(Math.floor(maxBytes / ENTRY_BYTES), limits.forwardCacheEntries.default);
    // The table is made for `max` at once, so it has no pause for growing.
    this.#kept = max < 1 ? undefined : new LRUCache({ max, maxSize: maxBytes });
  }

  get(key: string): Kept | undefined {
    return this.#kept?.get(key);
  }

  /** Without counting as a use. */
  peek(key: string): Kept | undefined {
    return this.#kept?.peek(key);
  }

  /** What is kept, although one that is larger than all there is room for is soon forgotten. */
  keepReply(key: string, reply: Reply, retention: Retention, nowMs: number): KeptReply {
    const relayed = withOwnMemory(reply.relayed);
    const kept = new KeptReply({ ...reply, relayed }, retention, nowMs);
    this.#kept?.set(key, kept, { size: ENTRY_BYTES + key.length + recordBytes(relayed) });
    return kept;
  }

  keepFailure(key: string, kept: KeptFailure): void {
    this.#kept?.set(key, kept, { size: ENTRY_BYTES + key.length });
  }

  drop(key: string): void {
    this.#kept?.delete(key);
  }

  get entries(): number {
    return this.#kept?.size ?? 0;
  }

  /** By our own account of them. */
  get bytes(): number {
    return this.#kept?.calculatedSize ?? 0;
  }
}

function recordBytes({ answers, authority, additional }: Relayed): number {
  let bytes = 0;
  for (const records of [answers, authority, additional]) {
    for (const { owner, rdata } of records) bytes += RECORD_BYTES + owner.length + rdata.length;
  }
  return bytes;
}

/** What was read from a datagram is part of larger buffers, which a kept reply must not hold on to. */
function withOwnMemory(reply: Relayed): Relayed {
  return mapRecords(reply, ownRecord);
}

/** Records whose TTL has come to its end are left out: those that the reply can do without expire before it. */
function withTtls(reply: Relayed, ttlOf: (record: ResourceRecord) => number): Relayed {
  return mapRecords(reply, (record) => {
    const ttl = ttlOf(record);
    if (ttl < 0) return undefined;
    return ttl === record.ttl ? record : { ...record, ttl };
  });
}

function mapRecords(
  reply: Relayed,
  map: (record: ResourceRecord) => ResourceRecord | undefined,
): Relayed {
  const each = (records: readonly ResourceRecord[]): readonly ResourceRecord[] => {
    if (records.length === 0) return records;
    return records.map(map).filter((record) => record !== undefined);
  };
  const { answers, authority, additional } = reply;
  return {
    ...reply,
    answers: each(answers),
    authority: each(authority),
    additional: each(additional),
  };
}
