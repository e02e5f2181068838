/**
 * LOC (RFC 1876): a place on the earth, `52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m`.
 *
 *   | VERSION 0 | SIZE | HORIZ PRE | VERT PRE | LATITUDE ×4 | LONGITUDE ×4 | ALTITUDE ×4 |
 */
import type { TokenCursor } from '../master-file/token-cursor.ts';
import { encodeInteger, type Field } from './fields.ts';

/** The equator and the prime meridian (RFC 1876 §2); units are thousandths of an arc second. */
const ARC_ORIGIN = 2 ** 31;
/** Altitude is counted in centimetres from 100 km below the reference spheroid. */
const ALTITUDE_ORIGIN_CM = 10_000_000;

export const location: Field = {
  parse(cursor) {
    const latitude = readArc(cursor, { what: 'latitude', plus: 'N', minus: 'S', degreesMax: 90 });
    const longitude = readArc(cursor, {
      what: 'longitude',
      plus: 'E',
      minus: 'W',
      degreesMax: 180,
    });
    const altitude = readCentimetres(cursor, 'altitude', -ALTITUDE_ORIGIN_CM, 4_284_967_295);
    // RFC 1876 §3: 1 m, 10 km and 10 m when left out.
    const size = readPrecision(cursor, 'size', 100);
    const horizontal = readPrecision(cursor, 'horizontal precision', 1_000_000);
    const vertical = readPrecision(cursor, 'vertical precision', 1000);
    return (
      String.fromCharCode(0, size, horizontal, vertical) +
      encodeInteger(latitude, 4) +
      encodeInteger(longitude, 4) +
      encodeInteger(altitude + ALTITUDE_ORIGIN_CM, 4)
    );
  },
  measure: (rdata, at) => (rdata.charCodeAt(at) === 0 && at + 16 <= rdata.length ? at + 16 : -1),
};

interface ArcRule {
  readonly what: string;
  readonly plus: string;
  readonly minus: string;
  readonly degreesMax: number;
}

/** `d [m [s]] {plus|minus}` */
function readArc(cursor: TokenCursor, rule: ArcRule): number {
  const parts: number[] = [];
  for (;;) {
    const token = cursor.next(rule.what);
    const letter = token.text.toUpperCase();
    if (parts.length > 0 && (letter === rule.plus || letter === rule.minus)) {
      const [degrees = 0, minutes = 0, seconds = 0] = parts;
      const arc = Math.round((degrees * 3600 + minutes * 60 + seconds) * 1000);
      if (arc > rule.degreesMax * 3_600_000) {
        throw cursor.fault(token, `follows a ${rule.what} of more than ${rule.degreesMax} degrees`);
      }
      return ARC_ORIGIN + (letter === rule.plus ? arc : -arc);
    }
    const pattern = parts.length === 2 ? /^\d{1,2}(\.\d{1,3})?$/ : /^\d{1,3}$/;
    const bound = parts.length === 0 ? rule.degreesMax : 59.999;
    if (parts.length === 3 || !pattern.test(token.text) || Number(token.text) > bound) {
      throw cursor.fault(token, `does not fit in a ${rule.what} such as 52 22 23.000 ${rule.plus}`);
    }
    parts.push(Number(token.text));
  }
}

function readCentimetres(cursor: TokenCursor, what: string, min: number, max: number): number {
  const token = cursor.next(what);
  const metres = /^(-?\d{1,8}(\.\d{1,2})?)m?$/i.exec(token.text)?.[1];
  const centimetres = Math.round(Number(metres) * 100);
  if (metres === undefined || centimetres < min || centimetres > max) {
    throw cursor.fault(token, `does not fit as ${what} in metres`);
  }
  return centimetres;
}

/** RFC 1876 §2: one octet, a digit and a power of ten in centimetres. */
function readPrecision(cursor: TokenCursor, what: string, fallbackCm: number): number {
  const centimetres =
    cursor.peek() === undefined ? fallbackCm : readCentimetres(cursor, what, 0, 9_000_000_000);
  let digit = centimetres;
  let power = 0;
  for (; digit > 9; power++) digit = Math.floor(digit / 10);
  return (digit << 4) | power;
}
