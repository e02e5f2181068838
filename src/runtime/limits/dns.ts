/**
 * Bounds of a DNS message and its answer: what is read of the wire, followed, kept and explained.
 * A new row goes in here, and is read as `limits.<row>` (`../limits.ts`).
 */
import { limit } from './limit.ts';

/** The bounds of messages and answers, by row. */
export const dnsLimits = {
  // Messages
  nameHops: limit({
    default: 16,
    min: 1,
    max: 126,
    why: 'compression pointers followed for one name: long backward chains cost quadratic time',
  }),
  nameWorkOctets: limit({
    default: 131_072,
    min: 65_536,
    max: 1 << 20,
    why: 'octets walked for all names of one message: twice the longest message; more is a decompression bomb',
  }),
  ednsOptions: limit({
    default: 32,
    min: 8,
    max: 1024,
    why: 'EDNS options kept of one message; those after them are checked and forgotten',
  }),
  udpPayloadBytes: limit({
    default: 1232,
    min: 512,
    max: 4096,
    why: 'DNS Flag Day 2020, RFC 9715: what passes without fragments on practically every path',
  }),
  compiledAnswerBytes: limit({
    default: 64 << 20,
    min: 1 << 20,
    max: 1 << 30,
    why: 'answers that a thread keeps ready, by name and type; past it others make room, which are made again when asked',
  }),
  rateLimitSlots: limit({
    default: 1 << 17,
    min: 1 << 10,
    max: 1 << 22,
    why: 'flows that the response-rate limit tells apart, 18 octets each, a power of two; past it they share slots',
  }),

  // Answers
  poolGroups: limit({
    default: 16,
    min: 1,
    max: 256,
    why: 'client locations whose order of nearness a selection keeps; each costs a copy of its instances',
  }),
  explainWaiting: limit({
    default: 16,
    min: 1,
    max: 1024,
    why: 'explanations that wait for the one being made: each goes through all instances of a service',
  }),
  explainedInstances: limit({
    default: 1000,
    min: 10,
    max: 100_000,
    why: 'instances that one explanation lists; of the others it tells how many and why',
  }),
  targetsLookedUp: limit({
    default: 8,
    min: 0,
    max: 64,
    why: 'targets of one answer that are looked up elsewhere for its additional section, and, times 16, in the catalog',
  }),
  aliasHops: limit({
    default: 8,
    min: 1,
    max: 32,
    why: 'CNAME and DNAME followed for one question; chains can loop, and each hop is a look-up',
  }),

  // Subnets
  configuredSubnets: limit({
    default: 4096,
    min: 1,
    max: 1 << 20,
    why: 'subnets in one list or map of the configuration, in which the client of every question is looked up',
  }),
} as const;
