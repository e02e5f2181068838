/**
 * Bounds of the catalog: its names and commits, keys and values, sessions, prepared queries, user events,
 * coordinates, certificates, and the archives that all of it is saved to.
 * A new row goes in here, and is read as `limits.<row>` (`../limits.ts`).
 */
import { getHeapStatistics } from 'node:v8';
import { limit } from './limit.ts';

/** The bounds of the catalog, by row. */
export const catalogLimits = {
  // Catalog
  nameBytes: limit({
    default: 512,
    min: 64,
    max: 600,
    why: 'two names and a separator are one store key, and LMDB takes keys of up to 1978 bytes',
  }),
  commandsPerCommit: limit({
    default: 1024,
    min: 1,
    max: 65536,
    why: 'a group commit that grows without end would hold back its first caller',
  }),
  stagedCommands: limit({
    default: 16384,
    min: 1,
    max: 1 << 20,
    why: 'commands waiting for the disk; past this a write is refused with 503 instead of queued',
  }),

  // Key-value store and sessions
  kvKeyBytes: limit({
    default: 1900,
    min: 64,
    max: 1960,
    why: 'a key of the key-value store is a store key, and LMDB takes keys of up to 1978 bytes',
  }),
  kvValueBytes: limit({
    default: 524_288,
    min: 1024,
    max: 16 << 20,
    why: "one value, and the body of a transaction; 512 KiB is Consul's limit",
  }),
  kvEntries: limit({
    default: 1 << 20,
    min: 1,
    max: 1 << 24,
    why: 'entries of the key-value store, all of them in memory',
  }),
  kvBytes: limit({
    default: Math.min(1 << 30, Math.floor(getHeapStatistics().heap_size_limit / 4)),
    min: 1 << 20,
    max: 2 ** 36,
    why: "keys and their values in base64, and 512 octets for each, all of them on V8's heap: a quarter of it, or 1 GiB",
  }),
  kvTombstones: limit({
    default: 1 << 18,
    min: 1024,
    max: 1 << 22,
    why: 'deleted keys that are remembered for blocking reads of their prefixes; past this the oldest are forgotten early',
  }),
  txnOperations: limit({
    default: 128,
    min: 1,
    max: 1024,
    why: "operations of one transaction, which no other write can come between; 128 is Consul's limit",
  }),
  txnResultBytes: limit({
    default: 64 << 20,
    min: 1 << 20,
    max: 1 << 30,
    why: 'results of one transaction, which are all found in one go: each of its operations can ask for a whole tree',
  }),
  sessions: limit({
    default: 1 << 17,
    min: 1,
    max: 1 << 22,
    why: 'sessions, each with a timer if it has a TTL',
  }),
  sessionTextBytes: limit({
    default: 1024,
    min: 64,
    max: 65_536,
    why: 'the name of a session, its TTL as it was given, or the namespace of one of its checks',
  }),
  sessionChecks: limit({
    default: 256,
    min: 1,
    max: 4096,
    why: 'checks that one session falls with, under each of which it is filed',
  }),
  lockDelayMs: limit({
    default: 60_000,
    min: 0,
    max: 600_000,
    why: "the longest that a key stays unlockable after its holder was lost; 60 s is Consul's limit",
  }),

  // Certificate authority
  caLeaves: limit({
    default: 4096,
    min: 16,
    max: 1 << 18,
    why: 'certificates of services that are kept to be asked for again; past this the one asked for longest ago is forgotten',
  }),
  caSignings: limit({
    default: 256,
    min: 1,
    max: 65_536,
    why: 'certificates that wait to be signed, one after another, each some milliseconds of work; past this they are refused',
  }),

  // Prepared queries, events and coordinates
  events: limit({
    default: 256,
    min: 1,
    max: 65_536,
    why: 'user events that are listed; the oldest make room, as in Consul',
  }),
  eventBytes: limit({
    default: 512,
    min: 64,
    max: 9216,
    why: 'name, payload and filters of a user event; what gossip takes in Consul, so that an event works in both',
  }),
  preparedQueries: limit({
    default: 16_384,
    min: 1,
    max: 1 << 20,
    why: 'prepared queries that are stored; every answer thread has a copy of them',
  }),
  preparedQueryBytes: limit({
    default: 16_384,
    min: 1024,
    max: 1 << 20,
    why: 'body of a prepared query: each of its texts is rendered anew for each name that a template answers',
  }),
  renderedQueries: limit({
    default: 1024,
    min: 1,
    max: 1 << 20,
    why: 'names for which an answer thread keeps what a template says; past it the oldest make room',
  }),
  coordinateSegments: limit({
    default: 16,
    min: 1,
    max: 1024,
    why: 'segments of the network that one node has coordinates in',
  }),

  // Snapshots
  snapshotStateBytes: limit({
    default: Math.floor(getHeapStatistics().heap_size_limit / 2),
    min: 1 << 20,
    max: 2 ** 36,
    why: 'a snapshot unpacked, saved or restored: all its rows are in memory beside those that they take the place of, so it may be half of the heap, twice what keys and values take',
  }),
} as const;
