/**
 * Which replies count as the like of each other when their rate is limited: what a forger gets out of one thing that
 * is known here, however it asks. Never the name in the query, of which there are as many as it pleases.
 */
import type { ResponseLimiter, Verdict } from '../limit/response-limiter.ts';
import { isPacked } from '../wire/address-rrset.ts';
import { ROOT } from '../wire/name.ts';
import type { Client } from '../wire/question.ts';
import type { ResourceRecord } from '../wire/record.ts';
import { Rcode, RecordType } from '../wire/types.ts';
import type { Reply } from './respond.ts';

/** Above the rcodes, each of which is a group of its own. */
const POSITIVE = 0x80;
const REFERRAL = 0x81;
const RELAYED = 0x82;

export function judgeReply(
  limiter: ResponseLimiter,
  reply: Reply,
  client: Client,
  nowMs: number,
): Verdict {
  const { rcode, answers, authority, isNegative } = reply;
  const { address } = client;
  // An error is about nothing that is known here: all of a kind are one.
  if (rcode !== Rcode.NOERROR && rcode !== Rcode.NXDOMAIN) {
    return limiter.judge(address, rcode, 0, ROOT, nowMs);
  }
  // What an upstream says is about names without number, with or without a wildcard that we would know of: all it finds
  // is one, and all it denies. Whoever is forwarded much for one network exempts it, or sets the rate accordingly.
  if (reply.isRelayed) {
    return limiter.judge(address, RELAYED, isNegative ? Rcode.NXDOMAIN : rcode, ROOT, nowMs);
  }
  // An alias that leads to a denial is part of it: a wildcard makes as many as there are names.
  if (rcode === Rcode.NOERROR && !isNegative) {
    if (isPacked(answers)) {
      const name = reply.origin ?? answers.owner;
      return limiter.judge(address, POSITIVE, answers.addresses.type, name, nowMs);
    }
    const first = answers[0];
    if (first !== undefined) {
      return limiter.judge(address, POSITIVE, first.type, reply.origin ?? first.owner, nowMs);
    }
  }
  const about = zoneRecord(authority);
  if (about?.type === RecordType.NS) return limiter.judge(address, REFERRAL, 0, about.owner, nowMs);
  // The SOA's owner: the zone that denies the name, or the type.
  return limiter.judge(address, rcode, 0, about?.owner ?? ROOT, nowMs);
}

/** The SOA of a denial, or an NS of a referral; what an upstream sends may have others before it. */
function zoneRecord(authority: readonly ResourceRecord[]): ResourceRecord | undefined {
  for (const record of authority) {
    if (record.type === RecordType.SOA || record.type === RecordType.NS) return record;
  }
  return undefined;
}
