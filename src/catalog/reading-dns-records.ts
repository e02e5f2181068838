/**
 * Reads of the RRsets that were written through HTTP: one, those of a name, of a zone, and all, in the order of their
 * keys. The index of a name that has none is that of the last name that lost its last one.
 */
import { indexKeys } from './index-keys.ts';
import { type Reading, sortBy } from './reading.ts';
import type { DnsRecordRow } from './rows.ts';
import { dnsNameKey, dnsRecordKey } from './schema.ts';
import type { State } from './state.ts';

export function readDnsRecords(state: State): Reading<DnsRecordRow[]> {
  return {
    value: sorted([...state.tables.dns_records.all()]),
    index: state.indexOf(indexKeys.dnsRecords),
    topics: [indexKeys.dnsRecords],
  };
}

export function readDnsZone(state: State, zone: string): Reading<DnsRecordRow[]> {
  const key = indexKeys.dnsZone(zone);
  return {
    value: sorted(state.tables.dns_records.find('zone', zone)),
    // A zone that ended lost the last RRset of its apex.
    index: state.indexOf(key) || state.indexOf(indexKeys.dnsNameExtinction),
    topics: [key],
  };
}

export function readDnsName(state: State, zone: string, name: string): Reading<DnsRecordRow[]> {
  const key = indexKeys.dnsName(zone, name);
  return {
    value: sorted(state.tables.dns_records.find('name', dnsNameKey(zone, name))),
    index: nameIndex(state, key),
    topics: [key],
  };
}

export function readDnsRecord(
  state: State,
  { zone, name, type }: Pick<DnsRecordRow, 'zone' | 'name' | 'type'>,
): Reading<DnsRecordRow | undefined> {
  const key = indexKeys.dnsName(zone, name);
  const value = state.tables.dns_records.get(dnsRecordKey(zone, name, type));
  return { value, index: value?.modifyIndex ?? nameIndex(state, key), topics: [key] };
}

function nameIndex(state: State, key: string): number {
  return state.indexOf(key) || state.indexOf(indexKeys.dnsNameExtinction);
}

function sorted(rows: DnsRecordRow[]): DnsRecordRow[] {
  return sortBy(rows, (row) => dnsRecordKey(row.zone, row.name, row.type));
}
