/**
 * What HTTP is given to write records: names and types in their canonical form, and whether an RRset may be stored.
 * What an RRset says alone is read here, in the main thread; about its zone the answer thread is asked, which alone
 * has the zones.
 */
import type { Name } from '../wire/name.ts';
import { parseType } from '../wire/types.ts';
import {
  canonicalName,
  canonicalRRset,
  canonicalType,
  canonicalZone,
  keyOf,
  RecordError,
  type RRsetPath,
  type RRsetText,
  storedRRset,
} from './stored-rrset.ts';
import type { RecordVerdict, RRsetToJudge } from './stored-verdict.ts';
import { targetOf } from './zone.ts';
import { NO_ALIAS } from './zone-rules.ts';

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
  /** Of a canonical path. Rejects with RecordError when other records need the RRset. */
  readonly admitDeletion: (path: RRsetPath) => Promise<Judged>;
}

export interface Judged {
  /** The zone comes from a master file. */
  readonly hasFile: boolean;
}

export interface Admitted extends Judged {
  readonly rrset: RRsetText;
}

export function createRecordRules(
  judge: (rrset: RRsetToJudge) => Promise<RecordVerdict>,
): RecordRules {
  const settle = async (path: RRsetPath, about: Change): Promise<Judged> => {
    const key = keyOf(path);
    if (key === undefined) throw new Error(`a canonical path names nothing: ${path.zone}`);
    const { hasFile, conflict } = await judge({ ...key, ...about });
    if (conflict === undefined) return { hasFile };
    throw new RecordError(conflict.field, conflict.reason, 'dns_record_conflict');
  };
  return {
    canonicalZone,
    canonicalName,
    canonicalType,
    async admit(path, ttlSeconds, records) {
      const rrset = canonicalRRset(path, ttlSeconds, records);
      return { rrset, ...(await settle(path, { change: 'put', targets: targetsOf(rrset) })) };
    },
    admitDeletion: (path) => settle(path, { change: 'delete', targets: [] }),
  };
}

type Change = Pick<RRsetToJudge, 'change' | 'targets'>;

function targetsOf(text: RRsetText): Name[] {
  // Nothing is judged of any other host, and a large RRset is read often enough without this.
  if (!NO_ALIAS.has(parseType(text.type) ?? 0)) return [];
  const targets = storedRRset(text)?.records.map(targetOf) ?? [];
  return targets.filter((target): target is Name => target !== undefined);
}
