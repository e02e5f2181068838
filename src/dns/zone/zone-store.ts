/**
 * All static zones that are served, as one value: replaced as a whole on reload, so no answer sees half of it.
 * The apex zones (`consul.` and the alternative domain) are shared with the catalog, which takes their SOA from here.
 */
import { type Name, parentOf } from '../wire/name.ts';
import type { ResourceRecord } from '../wire/record.ts';
import { hasName, type Zone } from './zone.ts';

export interface ZoneStore {
  readonly zones: readonly Zone[];
  /** The zone with the longest apex that lower-cased `name` is at or below. */
  find(name: Name): Zone | undefined;
  /** Whether live names are in this zone too: what it does not have may still exist. */
  isShared(zone: Zone): boolean;
  /** Whether a master file says something about this very name: its own records, a cut above it, a zone of its own. */
  hasName(name: Name): boolean;
  /** The SOA of the zone at `apex`. That of a shared zone moves with `catalogIndex`. */
  soaOf(apex: Name, catalogIndex: number): ResourceRecord | undefined;
}

export interface StoreContents {
  readonly zones: readonly Zone[];
  /** Apexes of the zones that the catalog lives in, in lower case. */
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
  const isShared = (zone: Zone): boolean => catalogApexes.includes(zone.apex);
  return {
    zones,
    find,
    isShared,
    hasName(name) {
      const zone = find(name);
      return zone !== undefined && (!isShared(zone) || hasName(zone, name));
    },
    soaOf(apex, catalogIndex) {
      const soa = byApex.get(apex)?.soa;
      const moves = soa !== undefined && catalogApexes.includes(apex);
      return moves ? withSerialMoved(soa, catalogIndex) : soa;
    },
  };
}

/**
 * A serial that moves with the catalog and with the file, and wraps as RFC 1982 has it.
 *
 *   MNAME · RNAME · | SERIAL 4 | REFRESH 4 | RETRY 4 | EXPIRE 4 | MINIMUM 4 |
 */
export function withSerialMoved(soa: ResourceRecord, steps: number): ResourceRecord {
  // A copy, also of a Buffer, whose slice would share its memory.
  const rdata = new Uint8Array(soa.rdata);
  const numbers = new DataView(rdata.buffer, rdata.byteOffset + rdata.length - 20);
  numbers.setUint32(0, (numbers.getUint32(0) + steps) % 2 ** 32);
  return { ...soa, rdata };
}
