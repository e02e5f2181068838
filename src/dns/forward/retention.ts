/**
 * How long a reply may be kept: a function of the reply alone. RFC 2181 §5.2, §9 for answers, RFC 2308 §5 for
 * denials, RFC 9520 §3.2 for failures. Knows neither the cache nor the time.
 */
import { limits } from '../../runtime/index.ts';
import type { ReplyCacheOptions } from '../options.ts';
import { isAtOrBelow, lowerName } from '../wire/name.ts';
import type { ResourceRecord } from '../wire/record.ts';
import { Rcode, RecordType } from '../wire/types.ts';
import type { Reply } from './relay.ts';

export type TtlCaps = Pick<ReplyCacheOptions, 'maxTtlSeconds' | 'maxNegativeTtlSeconds'>;

export interface Retention {
  readonly ttlSeconds: number;
  /** No record of the reply is shown with more. */
  readonly ttlSecondsMax: number;
}

/** Undefined: it answers those who wait for it, and nobody else. */
export function retentionOf(reply: Reply, caps: TtlCaps): Retention | undefined {
  const { relayed, chain } = reply;
  // RFC 2181 §9: what is missing from a truncated reply would be denied to everyone.
  if (relayed.truncated) return undefined;
  // RFC 4035 §4.5: what proves an answer is one entry with it, and expires with it.
  const ofAnswers = lowestTtl(relayed.answers, caps.maxTtlSeconds);
  const lowest = lowestTtl(relayed.authority, ofAnswers);
  if (!chain.isComplete && chain.next === undefined) {
    const ttlSeconds = Math.min(lowest, negativeTtl(reply), caps.maxNegativeTtlSeconds);
    return ttlSeconds > 0 ? { ttlSeconds, ttlSecondsMax: ttlSeconds } : undefined;
  }
  // A name that does not exist and has what was asked for: one of the two is not so.
  if (relayed.rcode !== Rcode.NOERROR || lowest === 0) return undefined;
  return { ttlSeconds: lowest, ttlSecondsMax: caps.maxTtlSeconds };
}

/** RFC 2308 §5: without an SOA of the name's zone there is nothing to say how long; a referral has none either. */
function negativeTtl({ relayed, chain }: Reply): number {
  const end = chain.names.at(-1) ?? '';
  const soa = relayed.authority.find(
    ({ owner, type }) => type === RecordType.SOA && isAtOrBelow(end, lowerName(owner)),
  );
  return soa === undefined ? 0 : Math.min(soa.ttl, minimumOf(soa));
}

/** RFC 9520 §3.2: at least a second, at most five minutes, longer each time it fails again. */
export function failureMsAfter(lastMs: number | undefined): number {
  return lastMs === undefined
    ? FIRST_FAILURE_MS
    : Math.min(2 * lastMs, limits.forwardFailureMs.default);
}

const FIRST_FAILURE_MS = 5000;

function lowestTtl(records: readonly ResourceRecord[], most: number): number {
  let lowest = most;
  for (const { ttl } of records) if (ttl < lowest) lowest = ttl;
  return lowest;
}

/** RFC 2308 §4: the last field of an SOA. */
function minimumOf({ rdata }: ResourceRecord): number {
  if (rdata.length < 4) return 0;
  const at = rdata.length - 4;
  return new DataView(rdata.buffer, rdata.byteOffset + at, 4).getUint32(0);
}
