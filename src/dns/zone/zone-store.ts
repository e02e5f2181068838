/**
 * All static zones that are served, as one value: replaced as a whole on reload, so no answer sees half of it.
 * The apex zones (`consul.` and the alternative domain) are shared with the catalog, which asks here for the
 * SOA and for the names that an operator wrote.
 */
import type { SoaTimers } from '../options.ts';
import { isAtOrBelow, type Name, parentOf } from '../wire/name.ts';
import type { ResourceRecord } from '../wire/record.ts';
import { knowsName, type RRset, type Zone } from './zone.ts';

export interface ZoneStore {
  readonly zones: readonly Zone[];
  /** The zone with the longest apex that lower-cased `name` is at or below. */
  find(name: Name): Zone | undefined;
  /** Whether an operator wrote lower-cased `name`, or a name below it; wildcards do not count. */
  has(name: Name): boolean;
  /** The SOA of the zone at `apex`; `timers` and the steps of the catalog count for the apex zones alone. */
  soaOf(apex: Name, serialSteps: number, timers: Partial<SoaTimers>): ResourceRecord | undefined;
  /** The NS set at `apex`, empty when there is no such zone. */
  nsOf(apex: Name): RRset;
}

export interface StoreContents {
  readonly zones: readonly Zone[];
  /** Apexes of the zones that the catalog lives in. */
  readonly catalogApexes: readonly Name[];
}

export function createZoneStore({ zones, catalogApexes }: StoreContents): ZoneStore {
  const byApex = new Map(zones.map((zone) => [zone.apex, zone]));
  const find = (name: Name): Zone | undefined => {
    for (let at = name; ; at = parentOf(at)) {
      const zone = byApex.get(at);
      if (zone !== undefined || at.length <= 1) return zone;
    }
  };
  return {
    zones,
    find,
    has(name) {
      const zone = find(name);
      return zone !== undefined && isAtOrBelow(name, zone.apex) && knowsName(zone, name);
    },
    soaOf(apex, serialSteps, timers) {
      const zone = byApex.get(apex);
      if (zone === undefined || !catalogApexes.includes(apex)) return zone?.soa;
      return movedSoa(zone.soa, serialSteps, timers);
    },
    nsOf: (apex) => byApex.get(apex)?.ns ?? [],
  };
}

/**
 * The SOA of a catalog zone: its serial moves with the catalog and with the file (RFC 1982 arithmetic).
 *
 *   MNAME · RNAME · | SERIAL 4 | REFRESH 4 | RETRY 4 | EXPIRE 4 | MINIMUM 4 |
 */
function movedSoa(
  soa: ResourceRecord,
  serialSteps: number,
  timers: Partial<SoaTimers>,
): ResourceRecord {
  const rdata = soa.rdata.slice();
  const numbers = new DataView(rdata.buffer, rdata.length - 20);
  numbers.setUint32(0, (numbers.getUint32(0) + serialSteps) % 2 ** 32);
  const { refreshSeconds, retrySeconds, expireSeconds, minTtlSeconds } = timers;
  for (const [at, seconds] of [
    refreshSeconds,
    retrySeconds,
    expireSeconds,
    minTtlSeconds,
  ].entries()) {
    if (seconds !== undefined) numbers.setUint32(4 + 4 * at, seconds);
  }
  return { ...soa, rdata, ttl: minTtlSeconds ?? soa.ttl };
}
