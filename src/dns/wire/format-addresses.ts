/** Presentation form of the fields that hold addresses of several families: APL (RFC 3123), IPSECKEY (RFC 4025). */
import {
  type FormatField,
  type FormattedField,
  formatIpv4,
  formatIpv6,
  integerOf,
  ipv4,
  ipv6,
  name,
} from './format-fields.ts';

/** One prefix or more, to the end; `zone/rdata/address-prefixes.ts` has the layout. */
export const addressPrefixes: FormatField = (octets, start) => {
  const texts: string[] = [];
  let at = start;
  do {
    const end = at + 4 + (octets.charCodeAt(at + 3) & 127);
    const text = end <= octets.length ? formatPrefix(octets.slice(at, end)) : undefined;
    if (text === undefined) return undefined;
    texts.push(text);
    at = end;
  } while (at < octets.length);
  return { text: texts.join(' '), end: at };
};

function formatPrefix(octets: string): string | undefined {
  const family = integerOf(octets.slice(0, 2));
  const bits = octets.charCodeAt(2);
  const address = octets.slice(4);
  const octetCount = family === 1 ? 4 : 16;
  const isKnown = family === 1 || family === 2;
  // RFC 3123 §4: zeros at the end are not sent, and no text would bring them back.
  if (!isKnown || bits > octetCount * 8 || address.length > octetCount || address.endsWith('\0')) {
    return undefined;
  }
  const whole = address.padEnd(octetCount, '\0');
  const not = octets.charCodeAt(3) > 127 ? '!' : '';
  return `${not}${family}:${family === 1 ? formatIpv4(whole) : formatIpv6(whole)}/${bits}`;
}

const none: FormatField = (_, at) => ({ text: '.', end: at });
const GATEWAYS: readonly FormatField[] = [none, ipv4, ipv6, name];

/** Kind, algorithm and gateway; `zone/rdata/ipsec-gateway.ts` has the layout. */
export const ipsecGateway: FormatField = (octets, at): FormattedField | undefined => {
  const kind = octets.charCodeAt(at);
  const gateway = at + 2 <= octets.length ? GATEWAYS[kind]?.(octets, at + 2) : undefined;
  if (gateway === undefined) return undefined;
  return { text: `${kind} ${octets.charCodeAt(at + 1)} ${gateway.text}`, end: gateway.end };
};
