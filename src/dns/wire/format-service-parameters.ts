/**
 * The parameters of SVCB and HTTPS (RFC 9460 §2.1, Appendix A) in presentation form: `alpn="h2,h3" port=8443`. The
 * layout is drawn in `zone/rdata/service-parameters.ts`, which reads the same text.
 */
import { isDohPath } from './doh-path.ts';
import { type FormatField, formatIpv4, formatIpv6, integerOf, quote } from './format-fields.ts';

/** Text of a value, without the equals sign; undefined when the octets do not fit the key. */
type FormatValue = (value: string) => string | undefined;

interface Parameter {
  readonly name: string;
  readonly format: FormatValue;
}

const MANDATORY = 0;
const ALPN = 1;
const NO_DEFAULT_ALPN = 2;
/** RFC 9460 §14.3.2: reserved as the "invalid key". */
const INVALID_KEY = 65_535;

const PARAMETERS: readonly Parameter[] = [
  { name: 'mandatory', format: formatMandatory },
  { name: 'alpn', format: formatProtocols },
  { name: 'no-default-alpn', format: (value) => (value === '' ? '' : undefined) },
  { name: 'port', format: (value) => (value.length === 2 ? `${integerOf(value)}` : undefined) },
  { name: 'ipv4hint', format: (value) => formatEach(value, 4, formatIpv4) },
  { name: 'ech', format: formatBase64 },
  { name: 'ipv6hint', format: (value) => formatEach(value, 16, formatIpv6) },
  { name: 'dohpath', format: (value) => (isDohPath(value) ? quote(value) : undefined) },
];

/** Refuses what a master file may not say: keys out of order, an alias with parameters, `mandatory` that lies. */
export const serviceParameters: FormatField = (octets, start) => {
  const values = new Map<number, string>();
  let keyBefore = -1;
  let at = start;
  while (at < octets.length) {
    const key = integerOf(octets.slice(at, at + 2));
    const end = at + 4 + integerOf(octets.slice(at + 2, at + 4));
    if (at + 4 > octets.length || end > octets.length || key <= keyBefore) return undefined;
    values.set(key, octets.slice(at + 4, end));
    keyBefore = key;
    at = end;
  }
  if (!isConsistent(values, isAlias(octets))) return undefined;
  const texts = [...values].map(([key, value]) => formatParameter(key, value));
  return texts.includes(undefined) ? undefined : { text: texts.join(' '), end: at };
};

/** RFC 9460 §2.4.2: priority 0 only points at another name. */
function isAlias(octets: string): boolean {
  return octets.startsWith('\0\0');
}

function isConsistent(values: ReadonlyMap<number, string>, alias: boolean): boolean {
  if (alias && values.size > 0) return false;
  if (values.has(NO_DEFAULT_ALPN) && !values.has(ALPN)) return false;
  return keysIn(values.get(MANDATORY) ?? '').every((key) => values.has(key));
}

function formatParameter(key: number, value: string): string | undefined {
  if (key === INVALID_KEY) return undefined;
  const { format } = PARAMETERS[key] ?? { format: quote };
  const text = format(value);
  if (text === undefined) return undefined;
  return value === '' ? keyName(key) : `${keyName(key)}=${text}`;
}

function keyName(key: number): string {
  return PARAMETERS[key]?.name ?? `key${key}`;
}

function keysIn(value: string): number[] {
  const keys: number[] = [];
  for (let at = 0; at < value.length; at += 2) keys.push(integerOf(value.slice(at, at + 2)));
  return keys;
}

/** RFC 9460 §8: keys in ascending order, each once, `mandatory` not among them. */
function formatMandatory(value: string): string | undefined {
  if (value.length === 0 || value.length % 2 !== 0) return undefined;
  const keys = keysIn(value);
  const ascending = keys.every((key, index) => key > (keys[index - 1] ?? MANDATORY));
  return ascending ? keys.map(keyName).join(',') : undefined;
}

/** RFC 9460 §7.1.1 and Appendix A.1: a comma or backslash in a protocol's own name is escaped twice. */
function formatProtocols(value: string): string | undefined {
  const protocols: string[] = [];
  for (let at = 0; at < value.length; ) {
    const end = at + 1 + value.charCodeAt(at);
    if (end === at + 1 || end > value.length) return undefined;
    protocols.push(value.slice(at + 1, end).replace(/[\\,]/g, '\\$&'));
    at = end;
  }
  return protocols.length === 0 ? undefined : quote(protocols.join(','));
}

function formatEach(
  value: string,
  octetsEach: number,
  format: (octets: string) => string,
): string | undefined {
  if (value.length === 0 || value.length % octetsEach !== 0) return undefined;
  const items: string[] = [];
  for (let at = 0; at < value.length; at += octetsEach) {
    items.push(format(value.slice(at, at + octetsEach)));
  }
  return items.join(',');
}

function formatBase64(value: string): string | undefined {
  return value === '' ? undefined : Buffer.from(value, 'latin1').toString('base64');
}
