/**
 * Where domain names stand inside RDATA. Only the types that existed when compression did may carry compressed
 * names (RFC 3597 §4): a reader must decompress those, and any other RDATA is opaque octets.
 */
import { RecordType } from './types.ts';

/** A number of octets, a domain name, a character string, or whatever is left. */
export type RdataField = number | 'name' | 'string' | 'rest';

const ONE_NAME: readonly RdataField[] = ['name'];
const PREFERENCE_AND_NAME: readonly RdataField[] = [2, 'name'];

/** RFC 3597 §4: types whose names a receiver must be ready to decompress. */
const layouts: ReadonlyMap<number, readonly RdataField[]> = new Map<number, readonly RdataField[]>([
  [RecordType.NS, ONE_NAME],
  [RecordType.MD, ONE_NAME],
  [RecordType.MF, ONE_NAME],
  [RecordType.CNAME, ONE_NAME],
  [RecordType.SOA, ['name', 'name', 20]],
  [RecordType.MB, ONE_NAME],
  [RecordType.MG, ONE_NAME],
  [RecordType.MR, ONE_NAME],
  [RecordType.PTR, ONE_NAME],
  [RecordType.MINFO, ['name', 'name']],
  [RecordType.MX, PREFERENCE_AND_NAME],
  [RecordType.RP, ['name', 'name']],
  [RecordType.AFSDB, PREFERENCE_AND_NAME],
  [RecordType.RT, PREFERENCE_AND_NAME],
  [RecordType.SIG, [18, 'name', 'rest']],
  [RecordType.PX, [2, 'name', 'name']],
  [RecordType.NXT, ['name', 'rest']],
  [RecordType.SRV, [6, 'name']],
  [RecordType.NAPTR, [4, 'string', 'string', 'string', 'name']],
  [RecordType.KX, PREFERENCE_AND_NAME],
  [RecordType.DNAME, ONE_NAME],
]);

/** The fields of a type that may hold compressed names, or undefined when its RDATA is opaque. */
export function rdataLayoutOf(type: number): readonly RdataField[] | undefined {
  return layouts.get(type);
}

/**
 * Octets before the first name of a type whose names a sender may compress: those of RFC 1035 and no others
 * (RFC 3597 §4, RFC 2782 for SRV). -1 for the rest.
 */
export function compressibleNameOffset(type: number): number {
  switch (type) {
    case RecordType.NS:
    case RecordType.CNAME:
    case RecordType.PTR:
    case RecordType.SOA:
      return 0;
    case RecordType.MX:
      return 2;
    default:
      return -1;
  }
}
