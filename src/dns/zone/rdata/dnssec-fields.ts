/**
 * Fields that only the DNSSEC types have (RFC 4034, RFC 5155). The records are carried as written; nothing here
 * signs, validates or proves anything.
 */
import { parseType } from '../../wire/types.ts';
import type { TokenCursor } from '../master-file/token-cursor.ts';
import { encodeInteger, type Field } from './fields.ts';

/** RFC 4034 Appendix A.1 and its successors: mnemonics that may stand for the number. */
const ALGORITHMS: Readonly<Record<string, number>> = {
  RSAMD5: 1,
  DH: 2,
  DSA: 3,
  RSASHA1: 5,
  'DSA-NSEC3-SHA1': 6,
  'RSASHA1-NSEC3-SHA1': 7,
  RSASHA256: 8,
  RSASHA512: 10,
  ECDSAP256SHA256: 13,
  ECDSAP384SHA384: 14,
  ED25519: 15,
  ED448: 16,
};

export const algorithm: Field = {
  parse(cursor) {
    const known = ALGORITHMS[cursor.peek()?.text.toUpperCase() ?? ''];
    if (known === undefined) return encodeInteger(cursor.integer('algorithm', 255), 1);
    cursor.next('algorithm');
    return encodeInteger(known, 1);
  },
  measure: (rdata, at) => (at < rdata.length ? at + 1 : -1),
};

/** RFC 4034 §3.2: `YYYYMMDDHHmmSS` in UTC, or seconds since the epoch. */
export function signatureTime(what: string): Field {
  return {
    parse(cursor) {
      const token = cursor.peek();
      const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(token?.text ?? '');
      if (token === undefined || parts === null) {
        return encodeInteger(cursor.integer(what, 2 ** 32 - 1), 4);
      }
      cursor.next(what);
      const [, year, month, day, hour, minute, second] = parts.map(Number);
      const ms = Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second);
      const written = new Date(ms).toISOString().replace(/\D/g, '').slice(0, 14);
      // Date.UTC carries a 31 February over to March; the text then differs.
      if (written !== token.text) throw cursor.fault(token, 'is not a date and time');
      return encodeInteger((ms / 1000) >>> 0, 4);
    },
    measure: (rdata, at) => (at + 4 <= rdata.length ? at + 4 : -1),
  };
}

/** RFC 5155 §3.3: hexadecimal, or `-` for none; a length octet goes before it. */
export const salt: Field = {
  parse(cursor) {
    const token = cursor.next('salt');
    if (token.text === '-') return '\0';
    if (!/^([0-9a-f]{2}){1,255}$/i.test(token.text)) {
      throw cursor.fault(token, 'is neither - nor hexadecimal in pairs of digits');
    }
    const octets = Buffer.from(token.text, 'hex').toString('latin1');
    return String.fromCharCode(octets.length) + octets;
  },
  measure: measureCounted,
};

/** RFC 5155 §3.3: the next hashed owner in Base32hex without padding; a length octet goes before it. */
export const hashedOwner: Field = {
  parse(cursor) {
    const token = cursor.next('next hashed owner');
    const octets = decodeBase32Hex(token.text);
    if (octets === undefined) throw cursor.fault(token, 'is not Base32 with the extended alphabet');
    return String.fromCharCode(octets.length) + octets;
  },
  measure: measureCounted,
};

function measureCounted(rdata: string, at: number): number {
  const end = at + 1 + rdata.charCodeAt(at);
  return end <= rdata.length ? end : -1;
}

function decodeBase32Hex(text: string): string | undefined {
  if (!/^[0-9a-v]{2,408}$/i.test(text)) return undefined;
  let octets = '';
  let bits = 0;
  let held = 0;
  for (const char of text) {
    held = ((held << 5) | Number.parseInt(char, 32)) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    octets += String.fromCharCode((held >> bits) & 255);
  }
  return octets;
}

/**
 * RFC 4034 §4.1.2: the types that exist at a name, as windows of 256 of them.
 *
 *   +--------+--------+----------------------+
 *   | window | length | bitmap, length octets|   ascending windows, empty ones left out
 *   +--------+--------+----------------------+
 */
export const typeBitmap: Field = {
  parse(cursor) {
    const windows = new Map<number, number[]>();
    for (const type of readTypes(cursor)) {
      const bitmap = windows.get(type >> 8) ?? [];
      const octet = (type & 255) >> 3;
      while (bitmap.length <= octet) bitmap.push(0);
      bitmap[octet] = (bitmap[octet] ?? 0) | (0x80 >> (type & 7));
      windows.set(type >> 8, bitmap);
    }
    return [...windows]
      .sort(([one], [other]) => one - other)
      .map(([window, bitmap]) => String.fromCharCode(window, bitmap.length, ...bitmap))
      .join('');
  },
  measure(rdata, at) {
    let next = at;
    let before = -1;
    while (next < rdata.length) {
      const window = rdata.charCodeAt(next);
      const length = rdata.charCodeAt(next + 1);
      if (!(window > before && length >= 1 && length <= 32)) return -1;
      before = window;
      next += 2 + length;
    }
    return next === rdata.length ? next : -1;
  },
};

function readTypes(cursor: TokenCursor): number[] {
  const types: number[] = [];
  while (cursor.peek() !== undefined) {
    const token = cursor.next('type');
    const type = parseType(token.text);
    if (type === undefined) throw cursor.fault(token, 'is not a record type');
    types.push(type);
  }
  return types;
}
