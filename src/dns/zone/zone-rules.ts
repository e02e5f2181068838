/**
 * What may stand where in a zone: the rules that the records of a master file (`build-zone.ts`) and an RRset that is
 * to be stored (`stored-rrset.ts`, `stored-verdict.ts`) are both held to. Knows neither where a record was written nor
 * what else its zone has.
 */
import { formatName, lowerName, type Name } from '../wire/name.ts';
import { octetText } from '../wire/octet-text.ts';
import type { ResourceRecord } from '../wire/record.ts';
import { formatType, RecordType } from '../wire/types.ts';

/** RFC 2181 §10.1, RFC 4034 §2.5: what may stand beside a CNAME. */
export const BESIDE_CNAME: ReadonlySet<number> = new Set([
  RecordType.CNAME,
  RecordType.RRSIG,
  RecordType.NSEC,
]);

/** What the zone above may have below a delegation. */
export const GLUE: ReadonlySet<number> = new Set([RecordType.A, RecordType.AAAA]);

/** What the zone above may have at a delegation. */
export const AT_CUT: ReadonlySet<number> = new Set([
  ...GLUE,
  RecordType.NS,
  RecordType.DS,
  RecordType.RRSIG,
  RecordType.NSEC,
]);

/** RFC 2181 §10.3, RFC 2782: the host they name is no alias. */
export const NO_ALIAS: ReadonlySet<number> = new Set([
  RecordType.NS,
  RecordType.MX,
  RecordType.SRV,
]);

export const quoted = (name: Name): string => `"${formatName(name)}"`;

/** Why lower-cased `owner` cannot own records of `type`, whatever they say; undefined when it can. */
export function faultOfOwner(apex: Name, owner: Name, type: number): string | undefined {
  const mayNotBeWild = type === RecordType.NS || type === RecordType.DNAME;
  // RFC 4592 §4.2, §4.4: what these would mean is not defined.
  if (mayNotBeWild && owner.startsWith('\x01*')) {
    return `the wildcard ${quoted(owner)} cannot own ${formatType(type)} (RFC 4592 §4)`;
  }
  if (type === RecordType.DS && owner === apex) {
    return `a DS at the apex ${quoted(owner)} belongs to the zone above (RFC 4035 §2.4)`;
  }
  return undefined;
}

/** RFC 4035 §2.4: a DS is about the delegation that it stands at. */
export const dsWithoutNs = (owner: Name): string =>
  `the DS at ${quoted(owner)} needs the NS of a delegation there (RFC 4035 §2.4)`;

/** Why an alias would never end; undefined for one that may, and for any other record. */
export function faultOfAlias({ owner, type, rdata }: ResourceRecord): string | undefined {
  if (type !== RecordType.CNAME) return undefined;
  const target = octetText(rdata, 0, rdata.length);
  return lowerName(target) === lowerName(owner)
    ? `the CNAME of ${quoted(owner)} names itself`
    : undefined;
}
