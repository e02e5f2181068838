/**
 * LOC (RFC 1876) in presentation form: `52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m`. The layout is drawn in
 * `zone/rdata/location.ts`, which reads the same text.
 */
import { type FormatField, integerOf } from './format-fields.ts';

const LOCATION_BYTES = 16;
/** The equator and the prime meridian (RFC 1876 §2); units are thousandths of an arc second. */
const ARC_ORIGIN = 2 ** 31;
const DEGREE = 3_600_000;
/** Altitude is counted in centimetres from 100 km below the reference spheroid. */
const ALTITUDE_ORIGIN_CM = 10_000_000;

export const location: FormatField = (octets, at) => {
  const end = at + LOCATION_BYTES;
  if (end > octets.length || octets.charCodeAt(at) !== 0) return undefined;
  const long = (offset: number): number => integerOf(octets.slice(at + offset, at + offset + 4));
  const parts = [
    formatArc(long(4), 90, 'N', 'S'),
    formatArc(long(8), 180, 'E', 'W'),
    `${((long(12) - ALTITUDE_ORIGIN_CM) / 100).toFixed(2)}m`,
    ...[1, 2, 3].map((offset) => formatPrecision(octets.charCodeAt(at + offset))),
  ];
  return parts.includes(undefined) ? undefined : { text: parts.join(' '), end };
};

function formatArc(
  value: number,
  degreesMax: number,
  plus: string,
  minus: string,
): string | undefined {
  const arc = Math.abs(value - ARC_ORIGIN);
  if (arc > degreesMax * DEGREE) return undefined;
  const degrees = Math.floor(arc / DEGREE);
  const minutes = Math.floor((arc % DEGREE) / 60_000);
  const seconds = ((arc % 60_000) / 1000).toFixed(3);
  return `${degrees} ${minutes} ${seconds} ${value >= ARC_ORIGIN ? plus : minus}`;
}

/** RFC 1876 §2: one octet, a digit and a power of ten in centimetres. */
function formatPrecision(octet: number): string | undefined {
  const digit = octet >> 4;
  const power = octet & 15;
  // Zero has a power of its own nowhere, so that it is read back as written.
  if (digit > 9 || power > 9 || (digit === 0 && power > 0)) return undefined;
  const centimetres = digit * 10 ** power;
  return power >= 2 ? `${centimetres / 100}m` : `${(centimetres / 100).toFixed(2)}m`;
}
