/**
 * What `/v1/dns/records` asks the DNS side: this layer may not import DNS, so the shapes are written down here, and
 * the composition root shows that they fit. An Error that comes out of them has the code `dns_record_invalid` or
 * `dns_record_conflict`, and names the `field` of the request.
 */

/** Names in presentation form; `name` is relative to the zone, `@` is the apex. */
export interface RecordPath {
  readonly zone: string;
  readonly name: string;
  readonly type: string;
}

export interface RecordSet extends RecordPath {
  readonly ttlSeconds: number;
  readonly records: readonly string[];
}

export interface RecordRules {
  readonly canonicalZone: (zone: string) => string;
  /** Of a canonical zone. */
  readonly canonicalName: (zone: string, name: string) => string;
  readonly canonicalType: (type: string) => string;
  /** The RRset of a canonical path as it is to be stored, and whether a master file has its zone. */
  readonly admit: (
    path: RecordPath,
    ttlSeconds: number,
    records: readonly string[],
  ) => Promise<{ readonly rrset: RecordSet; readonly hasFile: boolean }>;
  /** Whether a master file has its zone; rejects when other records need the RRset. */
  readonly admitDeletion: (path: RecordPath) => Promise<{ readonly hasFile: boolean }>;
}
