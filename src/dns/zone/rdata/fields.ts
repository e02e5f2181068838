/**
 * The fields that RDATA is made of. Each knows two things: how to parse its presentation form into octets, and
 * how far it reaches in given octets, so that RDATA written as `\# n hex` is held to the same shape.
 * One char an octet throughout, as in Name. Record types are put together from these in `formats.ts`.
 */
import { encodeIpv4, encodeIpv6 } from '../../wire/address-text.ts';
import { parseType } from '../../wire/types.ts';
import type { TokenCursor } from '../master-file/token-cursor.ts';

export interface Field {
  parse(cursor: TokenCursor): string;
  /** The offset behind the field that starts at `at`, or -1 when the octets do not form one. */
  measure(rdata: string, at: number): number;
}

export function encodeInteger(value: number, octetCount: 1 | 2 | 4): string {
  let octets = '';
  for (let shift = (octetCount - 1) * 8; shift >= 0; shift -= 8) {
    octets += String.fromCharCode((value >>> shift) & 255);
  }
  return octets;
}

const fixed =
  (octetCount: number) =>
  (rdata: string, at: number): number =>
    at + octetCount <= rdata.length ? at + octetCount : -1;

export function integer(what: string, octetCount: 1 | 2 | 4): Field {
  const max = 2 ** (8 * octetCount) - 1;
  return {
    parse: (cursor) => encodeInteger(cursor.integer(what, max), octetCount),
    measure: fixed(octetCount),
  };
}

/** Seconds, with BIND's units, in four octets. */
export function seconds(what: string): Field {
  return { parse: (cursor) => encodeInteger(cursor.seconds(what), 4), measure: fixed(4) };
}

export function name(what: string): Field {
  return { parse: (cursor) => cursor.name(what), measure: measureName };
}

/** An uncompressed name: no pointer is legal in RDATA that is to be copied. */
export function measureName(rdata: string, at: number): number {
  for (let next = at; next < rdata.length && next - at < 255; ) {
    const length = rdata.charCodeAt(next);
    if (length === 0) return next + 1;
    if (length > 63) return -1;
    next += 1 + length;
  }
  return -1;
}

export function ipv4(what: string): Field {
  return {
    parse(cursor) {
      const token = cursor.next(what);
      const octets = encodeIpv4(token.text);
      if (octets === undefined) throw cursor.fault(token, 'is not an IPv4 address');
      return octets;
    },
    measure: fixed(4),
  };
}

export function ipv6(what: string): Field {
  return {
    parse(cursor) {
      const token = cursor.next(what);
      const octets = encodeIpv6(token.text);
      if (octets === undefined) throw cursor.fault(token, 'is not an IPv6 address');
      return octets;
    },
    measure: fixed(16),
  };
}

/** A <character-string> (RFC 1035 §3.3): its length, then up to 255 octets. */
export function characterString(what: string): Field {
  return {
    parse(cursor) {
      const token = cursor.peek();
      const octets = cursor.octets(what);
      if (octets.length > 255 && token !== undefined) {
        throw cursor.fault(token, `has ${octets.length} octets; a string holds 255, so split it`);
      }
      return String.fromCharCode(octets.length) + octets;
    },
    measure: measureString,
  };
}

function measureString(rdata: string, at: number): number {
  const end = at + 1 + rdata.charCodeAt(at);
  return end <= rdata.length ? end : -1;
}

/** One or more of `field`, up to the end. */
export function repeated(field: Field): Field {
  return {
    parse(cursor) {
      let octets = field.parse(cursor);
      while (cursor.peek() !== undefined) octets += field.parse(cursor);
      return octets;
    },
    measure(rdata, at) {
      let next = field.measure(rdata, at);
      while (next !== -1 && next < rdata.length) next = field.measure(rdata, next);
      return next;
    },
  };
}

/** One token whose octets fill the rest of the RDATA, without a length before them. */
export function remainingText(what: string): Field {
  return { parse: (cursor) => cursor.octets(what), measure: (rdata) => rdata.length };
}

/** The remaining tokens, joined, as hexadecimal. */
export function remainingHex(what: string): Field {
  return {
    parse(cursor) {
      const tokens = cursor.rest(what);
      const digits = tokens.map((token) => token.text).join('');
      if (!/^([0-9a-f]{2})+$/i.test(digits)) {
        const bad = tokens.find((token) => !/^[0-9a-f]*$/i.test(token.text)) ?? tokens[0];
        throw cursor.fault(
          bad ?? { text: digits, quoted: false, line: cursor.line },
          'is not hexadecimal in pairs of digits',
        );
      }
      return Buffer.from(digits, 'hex').toString('latin1');
    },
    measure: measureRemaining,
  };
}

/** The remaining tokens, joined, as Base64 (RFC 4648 §4). */
export function remainingBase64(what: string): Field {
  return {
    parse(cursor) {
      const line = cursor.peek()?.line ?? cursor.line;
      const text = cursor
        .rest(what)
        .map((token) => token.text)
        .join('');
      if (!isBase64(text)) throw cursor.fault({ text, quoted: false, line }, 'is not Base64');
      return Buffer.from(text, 'base64').toString('latin1');
    },
    measure: measureRemaining,
  };
}

/** The same, or nothing. */
export function remainingBase64OrNone(what: string): Field {
  const some = remainingBase64(what);
  return {
    parse: (cursor) => (cursor.peek() === undefined ? '' : some.parse(cursor)),
    measure: (rdata) => rdata.length,
  };
}

/** RFC 7043: `00-00-5e-00-53-2a`, an octet a pair. */
export function hyphenatedHex(what: string, octetCount: 6 | 8): Field {
  const pattern = new RegExp(`^[0-9a-f]{2}(-[0-9a-f]{2}){${octetCount - 1}}$`, 'i');
  return {
    parse(cursor) {
      const token = cursor.next(what);
      if (!pattern.test(token.text)) {
        throw cursor.fault(token, `is not ${octetCount} pairs of hexadecimal digits with hyphens`);
      }
      return Buffer.from(token.text.replaceAll('-', ''), 'hex').toString('latin1');
    },
    measure: fixed(octetCount),
  };
}

export function isBase64(text: string): boolean {
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text);
}

function measureRemaining(rdata: string, at: number): number {
  return at < rdata.length ? rdata.length : -1;
}

/** RFC 4398 §2.1: mnemonics that may stand for the number. */
const CERTIFICATE_TYPES: Readonly<Record<string, number>> = {
  PKIX: 1,
  SPKI: 2,
  PGP: 3,
  IPKIX: 4,
  ISPKI: 5,
  IPGP: 6,
  ACPKIX: 7,
  IACPKIX: 8,
  URI: 253,
  OID: 254,
};

export const certificateType: Field = {
  parse(cursor) {
    const known = CERTIFICATE_TYPES[cursor.peek()?.text.toUpperCase() ?? ''];
    if (known === undefined) return encodeInteger(cursor.integer('certificate type', 65535), 2);
    cursor.next('certificate type');
    return encodeInteger(known, 2);
  },
  measure: fixed(2),
};

/** A record type by name (`A`, `TYPE123`). */
export function recordType(what: string): Field {
  return {
    parse(cursor) {
      const token = cursor.next(what);
      const type = parseType(token.text);
      if (type === undefined) throw cursor.fault(token, 'is not a record type');
      return encodeInteger(type, 2);
    },
    measure: fixed(2),
  };
}
