/**
 * Bounds of zones: master files, and records written through HTTP.
 * A new row goes in here, and is read as `limits.<row>` (`../limits.ts`).
 */
import { limit } from './limit.ts';

/** The bounds of zones, by row. */
export const zoneLimits = {
  zoneFileBytes: limit({
    default: 64 << 20,
    min: 4096,
    max: 1 << 30,
    why: 'a master file is read whole; a wrong path (a device, a log) must not fill the memory',
  }),
  zoneEntryCharacters: limit({
    default: 300_000,
    min: 1000,
    max: 1 << 24,
    why: 'an entry of a master file is read without a pause; 65,535 octets of data, each written as \\DDD, are fewer',
  }),
  zoneIncludeDepth: limit({
    default: 8,
    min: 1,
    max: 64,
    why: '$INCLUDE within $INCLUDE; a file that includes itself is refused before that',
  }),
  zoneFaults: limit({
    default: 50,
    min: 1,
    max: 10_000,
    why: 'faults reported of one zone; a file of another kind has one in every line',
  }),
  dnsRecords: limit({
    default: 1000,
    min: 1,
    max: 4000,
    why: 'records of one RRset written through HTTP; they go out in one message, and are compared with each other',
  }),
  dnsRecordCharacters: limit({
    default: 245_760,
    min: 512,
    max: 262_144,
    why: 'text of one record written through HTTP: as many octets as an RRset has, each escaped as \\DDD',
  }),
  dnsRRsetBytes: limit({
    default: 60_000,
    min: 4096,
    max: 65_000,
    why: 'an RRset as it goes out, owners compressed: past 64 KiB no message could carry it',
  }),
  dnsRRsets: limit({
    default: 200_000,
    min: 1,
    max: 1 << 24,
    why: 'RRsets written through HTTP in all zones, each in the memory of every thread and in the store',
  }),
} as const;
