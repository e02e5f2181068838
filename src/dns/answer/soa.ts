/**
 * The SOA that goes with a reply. Those of the catalog's domains come from the master file of the apex, or are made
 * here when there is none; their serial is the catalog index, their timers yield to the configuration, and their
 * TTL is the negative TTL (RFC 2308 §3). Kept until one of those changes: negative answers come in floods.
 */

import type { AnswerOptions, SoaTimers } from '../options.ts';
import type { View } from '../view/view.ts';
import { encodeSoa } from '../wire/encode-rdata.ts';
import type { Name } from '../wire/name.ts';
import type { ResourceRecord } from '../wire/record.ts';
import { RecordClass, RecordType } from '../wire/types.ts';
import { nameUnder } from './catalog-names.ts';
import type { Settings } from './settings.ts';

/** The SOA records of master files. */
export interface ApexRecords {
  /** `serial` stands for the serial of a zone that moves with the catalog; others keep their own. */
  soaOf(zone: Name, serial: number): ResourceRecord | undefined;
  /** Whether a master file says something about this very lower-cased name; a wildcard does not count. */
  hasName(name: Name): boolean;
}

export interface ZoneSoa {
  /** The record to put into a reply about `zone`; undefined when nobody has such a zone. */
  of(zone: Name): ResourceRecord | undefined;
}

/** Consul's defaults. */
const DEFAULT_TIMERS: SoaTimers = {
  refreshSeconds: 3600,
  retrySeconds: 600,
  expireSeconds: 86_400,
  minTtlSeconds: 0,
};

/** Offsets from the end of SOA RDATA (RFC 1035 §3.3.13). */
const REFRESH_FROM_END = 16;
const RETRY_FROM_END = 12;
const EXPIRE_FROM_END = 8;
const MINIMUM_FROM_END = 4;

interface Kept {
  readonly index: number;
  readonly options: AnswerOptions;
  readonly record: ResourceRecord | undefined;
}

export function createZoneSoa(
  domains: readonly Name[],
  view: Pick<View, 'index'>,
  settings: Settings,
  apex: ApexRecords,
): ZoneSoa {
  const kept = new Map<Name, Kept>();
  return {
    of(zone) {
      if (!domains.includes(zone)) return withNegativeTtl(apex.soaOf(zone, view.index));
      const options = settings.answer;
      const last = kept.get(zone);
      if (last !== undefined && last.index === view.index && last.options === options) {
        return last.record;
      }
      const base = apex.soaOf(zone, view.index) ?? makeSoa(zone, view.index);
      const record = withNegativeTtl(withTimers(base, options.soa));
      kept.set(zone, { index: view.index, options, record });
      return record;
    },
  };
}

function makeSoa(zone: Name, serial: number): ResourceRecord {
  const rdata = encodeSoa({
    // A domain so long that nothing fits in front of it names itself.
    mname: nameUnder(['ns'], zone) ?? zone,
    rname: nameUnder(['hostmaster'], zone) ?? zone,
    serial,
    refresh: DEFAULT_TIMERS.refreshSeconds,
    retry: DEFAULT_TIMERS.retrySeconds,
    expire: DEFAULT_TIMERS.expireSeconds,
    minimum: DEFAULT_TIMERS.minTtlSeconds,
  });
  return { owner: zone, type: RecordType.SOA, class: RecordClass.IN, ttl: 0, rdata };
}

function withTimers(soa: ResourceRecord, timers: Partial<SoaTimers>): ResourceRecord {
  const rdata = Buffer.from(soa.rdata);
  const put = (seconds: number | undefined, fromEnd: number): void => {
    if (seconds !== undefined) rdata.writeUInt32BE(seconds, rdata.length - fromEnd);
  };
  put(timers.refreshSeconds, REFRESH_FROM_END);
  put(timers.retrySeconds, RETRY_FROM_END);
  put(timers.expireSeconds, EXPIRE_FROM_END);
  put(timers.minTtlSeconds, MINIMUM_FROM_END);
  // Told to have another minimum, the record lives as long as that says, also when the file gave it less.
  const ttl = timers.minTtlSeconds ?? soa.ttl;
  return { ...soa, ttl, rdata };
}

/** RFC 2308 §3: a negative answer lives for the lesser of the SOA's TTL and its MINIMUM. */
function withNegativeTtl(soa: ResourceRecord | undefined): ResourceRecord | undefined {
  if (soa === undefined) return undefined;
  const rdata = Buffer.from(soa.rdata.buffer, soa.rdata.byteOffset, soa.rdata.byteLength);
  const minimum = rdata.readUInt32BE(rdata.length - MINIMUM_FROM_END);
  return minimum < soa.ttl ? { ...soa, ttl: minimum } : soa;
}
