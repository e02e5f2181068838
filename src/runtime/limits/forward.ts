/**
 * Bounds of forwarding: clients that wait, questions to upstreams, their time, and what is kept of replies.
 * A new row goes in here, and is read as `limits.<row>` (`../limits.ts`).
 */
import { limit } from './limit.ts';

/** The bounds of forwarding, by row. */
export const forwardLimits = {
  forwardWaiting: limit({
    default: 4096,
    min: 1,
    max: 65536,
    why: 'clients that wait for an upstream; a dead one must not pile them up, past this SERVFAIL is sent',
  }),
  forwardSockets: limit({
    default: 512,
    min: 1,
    max: 16384,
    why: 'questions under way to upstreams, each with a socket of its own or more',
  }),
  forwardGraceMs: limit({
    default: 1000,
    min: 100,
    max: 60_000,
    why: 'a question or client that waited so long for an upstream makes room for a new one when there is none left',
  }),
  forwardTries: limit({
    default: 1024,
    min: 1,
    max: 32768,
    why: 'sockets to upstreams; past this a question is put to a second one only when the first has failed',
  }),
  forwardCacheEntries: limit({
    default: 1 << 20,
    min: 1,
    max: 1 << 24,
    why: 'replies kept, beside the octets of dns_config.recursor_cache.max_bytes; the table is made for so many',
  }),
  forwardPrefetches: limit({
    default: 64,
    min: 1,
    max: 4096,
    why: 'hot names asked again before they expire, at a time; clients that wait go before them',
  }),
  forwardMismatches: limit({
    default: 20,
    min: 1,
    max: 1000,
    why: 'replies that do not match before the question goes over TCP: somebody may be guessing ids (RFC 5452 §9)',
  }),
  forwardAliases: limit({
    default: 16,
    min: 8,
    max: 64,
    why: 'aliases followed in the answer of an upstream; resolvers follow 11 or so themselves',
  }),
  forwardTotalMs: limit({
    default: 10_000,
    min: 100,
    max: 600_000,
    why: 'all tries at all recursors together; stub resolvers have given up by then',
  }),
  forwardHedgeMs: limit({
    default: 400,
    min: 50,
    max: 10_000,
    why: 'silence of one recursor before the next is asked as well; a name has to be answered within a second',
  }),
  forwardSpreadMs: limit({
    default: 700,
    min: 100,
    max: 10_000,
    why: 'from the first recursor asked to the last when all are silent: with more of them each waits for less',
  }),
  forwardDeadMs: limit({
    default: 30_000,
    min: 1000,
    max: 600_000,
    why: 'the longest between two tries at a recursor that says nothing; the first is a second',
  }),
  forwardFailureMs: limit({
    default: 30_000,
    min: 5000,
    max: 300_000,
    why: 'the longest that a failure is kept, after doubling from 5 s; RFC 9520 §3.2 allows 5 minutes',
  }),
  forwardStaleMs: limit({
    default: 1800,
    min: 0,
    max: 10_000,
    why: 'an expired answer is given when there is no new one by then (client response timer, RFC 8767 §5)',
  }),
  forwardRecheckMs: limit({
    default: 30_000,
    min: 1000,
    max: 600_000,
    why: 'between two tries at renewing an expired answer (failure recheck timer, RFC 8767 §5)',
  }),
} as const;
