/**
 * Writes RRsets of DNS that come through HTTP: what one of them may stand beside, what a zone needs, and
 * compare-and-set as Consul's KV has it. Names and data are given in their canonical form and well formed; what a
 * master file has at the same name, whoever knows the files has looked at before (`dns/zone/`).
 */
import { CatalogError } from './catalog-error.ts';
import { indexKeys } from './index-keys.ts';
import type { DnsRecordRow, Unversioned } from './rows.ts';
import { dnsNameKey, dnsRecordKey } from './schema.ts';
import type { Transaction } from './transaction.ts';

export type DnsRecordInput = Unversioned<DnsRecordRow>;

export interface DnsRecordChange {
  /** Only when the RRset was last changed at this index, or is not there for 0; undefined: in any case. */
  readonly cas: number | undefined;
  /** A master file has the zone, so it needs no SOA here. */
  readonly hasFile: boolean;
}

/**
 * @returns false when `cas` did not fit, and nothing is changed then
 * @throws CatalogError when the RRset cannot stand beside what is there
 */
export function putDnsRecord(
  transaction: Transaction,
  rrset: DnsRecordInput,
  { cas, hasFile }: DnsRecordChange,
): boolean {
  const { zone, name, type } = rrset;
  const before = transaction.get('dns_records', dnsRecordKey(zone, name, type));
  if (cas !== undefined && cas !== (before?.modifyIndex ?? 0)) return false;
  const makesZone = type === 'SOA' && name === APEX;
  if (!hasFile && !makesZone && !hasSoa(transaction, zone)) {
    throw new CatalogError('dns_zone_unknown', 'zone', `the zone "${zone}" is not served here`);
  }
  checkBeside(transaction, rrset);
  checkDname(transaction, rrset);
  if (transaction.put('dns_records', rrset)) touchName(transaction, zone, name);
  return true;
}

/**
 * Removing what is not there changes nothing.
 * @returns false when `cas` did not fit. @throws CatalogError for the SOA that other RRsets need
 */
export function deleteDnsRecord(
  transaction: Transaction,
  { zone, name, type }: Pick<DnsRecordRow, 'zone' | 'name' | 'type'>,
  { cas, hasFile }: DnsRecordChange,
): boolean {
  const key = dnsRecordKey(zone, name, type);
  const before = transaction.get('dns_records', key);
  if (before === undefined) return true;
  // As Consul's KV: 0 deletes nothing that is there.
  if (cas !== undefined && cas !== before.modifyIndex) return false;
  const endsZone = type === 'SOA' && name === APEX;
  if (endsZone && !hasFile && transaction.find('dns_records', 'zone', zone).length > 1) {
    const reason = `the zone "${zone}" has other records: they go before its SOA`;
    throw new CatalogError('dns_zone_in_use', 'type', reason);
  }
  transaction.delete('dns_records', key);
  touchName(transaction, zone, name);
  if (transaction.find('dns_records', 'name', dnsNameKey(zone, name)).length === 0) {
    transaction.touch(indexKeys.dnsNameExtinction);
    transaction.forget(indexKeys.dnsName(zone, name));
  }
  // Without a file the zone is gone, and with it the serial that must not go back.
  if (endsZone && !hasFile) transaction.forget(indexKeys.dnsZone(zone));
  return true;
}

const APEX = '@';

function touchName(transaction: Transaction, zone: string, name: string): void {
  transaction.touch(indexKeys.dnsRecords);
  transaction.touch(indexKeys.dnsZone(zone));
  transaction.touch(indexKeys.dnsName(zone, name));
}

function hasSoa(transaction: Transaction, zone: string): boolean {
  return transaction.get('dns_records', dnsRecordKey(zone, APEX, 'SOA')) !== undefined;
}

/** RFC 2181 §10.1: a CNAME stands alone. */
function checkBeside(transaction: Transaction, { zone, name, type }: DnsRecordInput): void {
  for (const other of transaction.find('dns_records', 'name', dnsNameKey(zone, name))) {
    if (other.type === type || (other.type !== 'CNAME' && type !== 'CNAME')) continue;
    throw conflict(`"${name}" has ${other.type} records and so no ${type} (RFC 2181 §10.1)`);
  }
}

/** RFC 6672 §2.4: there is nothing below a DNAME. */
function checkDname(transaction: Transaction, { zone, name, type }: DnsRecordInput): void {
  for (let above = name; above !== APEX; ) {
    above = parentOf(above);
    if (transaction.get('dns_records', dnsRecordKey(zone, above, 'DNAME')) === undefined) continue;
    throw conflict(`"${name}" is below the DNAME of "${above}" (RFC 6672 §2.4)`);
  }
  if (type !== 'DNAME') return;
  const below = transaction
    .find('dns_records', 'zone', zone)
    .find((row) => isBelow(row.name, name));
  if (below === undefined) return;
  throw conflict(`"${below.name}" would be below the DNAME of "${name}" (RFC 6672 §2.4)`);
}

/** By labels: a dot within one is no boundary. */
function isBelow(name: string, above: string): boolean {
  for (let at = name; at !== APEX; ) {
    at = parentOf(at);
    if (at === above) return true;
  }
  return false;
}

/** A relative name without its first label, in which a backslash escapes a dot. */
function parentOf(name: string): string {
  return name.replace(/^(?:\\.|[^.\\])*\.?/s, '') || APEX;
}

function conflict(reason: string): CatalogError {
  return new CatalogError('dns_record_conflict', 'type', reason);
}
