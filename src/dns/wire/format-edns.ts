/**
 * The OPT pseudo-record of a message for people, in the words of dig. An option that is not known, or not what its
 * code says, is shown as octets, so nothing is refused.
 */
import { formatIpv4, formatIpv6 } from './format-fields.ts';
import { octetText } from './octet-text.ts';
import type { Edns, EdnsOption } from './question.ts';

/** `; EDNS: version: 0, flags: do; udp: 1232`, then a line for each option. */
export function formatEdns(edns: Edns): string[] {
  const flags = edns.dnssecOk ? ' do' : '';
  return [
    `; EDNS: version: ${edns.version}, flags:${flags}; udp: ${edns.payloadBytes}`,
    ...edns.options.map((option) => `; ${formatOption(option)}`),
  ];
}

/** Text after the option's name; undefined when the octets do not form one. */
type FormatData = (data: Buffer) => string | undefined;

/** https://www.iana.org/assignments/dns-parameters, "DNS EDNS0 Option Codes". */
const OPTIONS: Readonly<Record<number, { readonly name: string; readonly format: FormatData }>> = {
  3: { name: 'NSID', format: formatOctets },
  8: { name: 'CLIENT-SUBNET', format: formatSubnet },
  10: { name: 'COOKIE', format: (data) => (data.length < 8 ? undefined : data.toString('hex')) },
  11: { name: 'TCP-KEEPALIVE', format: formatKeepalive },
  12: { name: 'PADDING', format: (data) => `(${data.length} bytes)` },
  15: { name: 'EDE', format: formatExtendedError },
};

function formatOption({ code, data }: EdnsOption): string {
  const octets = Buffer.from(data);
  const known = OPTIONS[code];
  const text = known?.format(octets);
  if (known !== undefined && text !== undefined) return `${known.name}: ${text}`.trimEnd();
  return `OPT=${code}: ${formatOctets(octets)}`.trimEnd();
}

/** `6e 31 ("n1")` */
function formatOctets(data: Buffer): string {
  if (data.length === 0) return '';
  const hex = data.toString('hex').replace(/..(?=.)/g, '$& ');
  return `${hex} ("${plain(data.toString('latin1'))}")`;
}

/** What comes from the network must not move the cursor of a terminal. */
function plain(text: string): string {
  return text.replace(/[^ -~]/g, '.');
}

/**
 * RFC 7871 §6: `10.1.0.0/16/0`, the source and the scope prefix length.
 *
 *   | FAMILY 16 | SOURCE PREFIX 8 | SCOPE PREFIX 8 | ADDRESS, as many octets as the source prefix reaches |
 */
function formatSubnet(data: Buffer): string | undefined {
  if (data.length < 4) return undefined;
  const family = FAMILIES[data.readUInt16BE(0)];
  const [source, scope] = [data.readUInt8(2), data.readUInt8(3)];
  const address = octetText(data, 4, data.length);
  if (family === undefined || address.length !== Math.ceil(source / 8)) return undefined;
  if (address.length > family.octets) return undefined;
  return `${family.format(address.padEnd(family.octets, '\0'))}/${source}/${scope}`;
}

/** Address families of IANA; 0 stands for "no address" (RFC 7871 §7.1.2). */
const FAMILIES: Readonly<
  Record<number, { readonly octets: number; readonly format: (octets: string) => string }>
> = {
  0: { octets: 0, format: () => '0' },
  1: { octets: 4, format: formatIpv4 },
  2: { octets: 16, format: formatIpv6 },
};

/** RFC 7828 §3.1: tenths of a second. */
function formatKeepalive(data: Buffer): string | undefined {
  if (data.length === 0) return '';
  return data.length === 2 ? `${(data.readUInt16BE(0) / 10).toFixed(1)} secs` : undefined;
}

/** RFC 8914 §2: `22 (No Reachable Authority): (text)` */
function formatExtendedError(data: Buffer): string | undefined {
  if (data.length < 2) return undefined;
  const code = data.readUInt16BE(0);
  const name = EXTENDED_ERRORS[code];
  const text = plainUnicode(data.toString('utf8', 2));
  return `${code}${name === undefined ? '' : ` (${name})`}${text === '' ? '' : `: (${text})`}`;
}

/** RFC 8914 §2: the text is UTF-8; it may end in a zero octet, which is no part of it. */
function plainUnicode(text: string): string {
  return text.replace(/\0$/, '').replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '.');
}

/** RFC 8914 §5.2 and what was registered since. */
const EXTENDED_ERRORS: readonly string[] = [
  'Other',
  'Unsupported DNSKEY Algorithm',
  'Unsupported DS Digest Type',
  'Stale Answer',
  'Forged Answer',
  'DNSSEC Indeterminate',
  'DNSSEC Bogus',
  'Signature Expired',
  'Signature Not Yet Valid',
  'DNSKEY Missing',
  'RRSIGs Missing',
  'No Zone Key Bit Set',
  'NSEC Missing',
  'Cached Error',
  'Not Ready',
  'Blocked',
  'Censored',
  'Filtered',
  'Prohibited',
  'Stale NXDOMAIN Answer',
  'Not Authoritative',
  'Not Supported',
  'No Reachable Authority',
  'Network Error',
  'Invalid Data',
  'Signature Expired before Valid',
  'Too Early',
  'Unsupported NSEC3 Iterations Value',
  'Unable to conform to policy',
  'Synthesized',
];
