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

export function judgeReply(
  limiter: ResponseLimiter,
  reply: Reply,
  client: Client,
  nowMs: number,
): Verdict {
  const { rcode, answers, authority } = reply;
  const { address } = client;
  // An error is about nothing that is known here: all of a kind are one.
  if (rcode !== Rcode.NOERROR && rcode !== Rcode.NXDOMAIN) {
    return limiter.judge(address, rcode, 0, ROOT, nowMs);
  }
  if (rcode === Rcode.NOERROR) {
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
