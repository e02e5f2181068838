/**
 * What HTTP is given to write records: names and types in their canonical form, and whether an RRset may be stored.
 * What an RRset says alone is read here, in the main thread; about its zone the answer thread is asked, which alone
 * has the zones.
 */
import type { Name } from '../wire/name.ts';
import {
  canonicalName,
  canonicalRRset,
  canonicalType,
  canonicalZone,
  RecordError,
  type RRsetPath,
  type RRsetText,
  storedRRset,
} from './stored-rrset.ts';
import type { RecordVerdict, RRsetToJudge } from './stored-verdict.ts';
import { targetOf } from './zone.ts';

export interface RecordRules {
  /** These three throw RecordError for what cannot name records. */
  readonly canonicalZone: (zone: string) => string;
  readonly canonicalName: (zone: string, name: string) => string;
  readonly canonicalType: (type: string) => string;
  /** Of a canonical path. Rejects with RecordError when the RRset must not be stored. */
  readonly admit: (
    path: RRsetPath,
    ttlSeconds: number,
    records: readonly string[],
  ) => Promise<Admitted>;
  /** Whether the zone of a canonical path comes from a master file. */
  readonly hasFile: (path: RRsetPath) => Promise<boolean>;
}

export interface Admitted {
  readonly rrset: RRsetText;
  readonly hasFile: boolean;
}

export function createRecordRules(
  judge: (rrset: RRsetToJudge) => Promise<RecordVerdict>,
): RecordRules {
  return {
    canonicalZone,
    canonicalName,
    canonicalType,
    async admit(path, ttlSeconds, records) {
      const rrset = canonicalRRset(path, ttlSeconds, records);
      const { hasFile, conflict } = await judge(toJudge(rrset));
      if (conflict !== undefined) throw new RecordError('type', conflict, 'dns_record_conflict');
      return { rrset, hasFile };
    },
    async hasFile({ zone }) {
      const anything = { zone, name: '@', type: 'TXT', ttlSeconds: 0, records: ['""'] };
      return (await judge(toJudge(anything))).hasFile;
    },
  };
}

function toJudge(text: RRsetText): RRsetToJudge {
  const rrset = storedRRset(text);
  // The canonical text is what the parser itself made of records that it had read.
  if (rrset === undefined) throw new Error(`canonical records cannot be read: ${text.zone}`);
  const { zone, owner, type, records } = rrset;
  const targets = records.map(targetOf).filter((target): target is Name => target !== undefined);
  return { zone, owner, type, targets };
}
