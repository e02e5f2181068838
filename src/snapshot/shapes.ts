/** Values as they have to be, for what comes from outside: a shape says whether a value of JSON is one. Knows no rows. */
import { parseDuration } from '../runtime/index.ts';

export type Shape = (value: unknown) => boolean;

export const text: Shape = (value) => typeof value === 'string';

export const filled: Shape = (value) => typeof value === 'string' && value !== '';

/** Part of a key of the store. */
export const name: Shape = (value) =>
  typeof value === 'string' && value !== '' && !value.includes('\0');

export const boolean: Shape = (value) => typeof value === 'boolean';

/** JSON has digits for more than a number holds. */
export const number: Shape = (value) => Number.isFinite(value);

export const whole: Shape = (value) => Number.isInteger(value);

/** A whole number; without `most`, one that can be counted on. */
export const count =
  (least = 0, most = Number.MAX_SAFE_INTEGER): Shape =>
  (value) =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most;

export const port = count(0, 65_535);

const INT64_MAX = 2 ** 63;
const NANOSECONDS_PER_MS = 1e6;

/** What Go keeps a duration in. */
export const nanoseconds = count(-INT64_MAX, INT64_MAX);

export const milliseconds: Shape = (value) =>
  typeof value === 'number' && Math.abs(value) <= INT64_MAX / NANOSECONDS_PER_MS;

/** Go's, no longer than `mostMs`; or empty. */
export const duration =
  (mostMs = Number.POSITIVE_INFINITY): Shape =>
  (value) => {
    if (value === '') return true;
    const parsed = typeof value === 'string' ? parseDuration(value) : undefined;
    return parsed?.ok === true && parsed.ms >= 0 && parsed.ms <= mostMs;
  };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const uuid: Shape = (value) => typeof value === 'string' && UUID.test(value);

const UINT64_MAX = 2n ** 64n - 1n;

/** Its digits, which a number would not hold. */
export const uint64: Shape = (value) =>
  typeof value === 'string' && /^(?:0|[1-9]\d{0,19})$/.test(value) && BigInt(value) <= UINT64_MAX;

/** With its padding. Looks for what does not belong there: a pattern of the whole would be one of a million steps. */
export const base64: Shape = (value) =>
  typeof value === 'string' &&
  value.length % 4 === 0 &&
  !/[^A-Za-z0-9+/]/.test(value.slice(0, -2)) &&
  /^(?:[A-Za-z0-9+/]{2}|[A-Za-z0-9+/]=|==)?$/.test(value.slice(-2));

export const oneOf =
  (values: readonly unknown[]): Shape =>
  (value) =>
    values.includes(value);

/** Whatever JSON has, but it is there. */
export const json: Shape = (value) => value !== undefined;

export const orNull =
  (shape: Shape): Shape =>
  (value) =>
    value === null || shape(value);

export const optional =
  (shape: Shape): Shape =>
  (value) =>
    value === undefined || shape(value);

export const listOf =
  (shape: Shape): Shape =>
  (value) =>
    Array.isArray(value) && value.every(shape);

export const texts = listOf(text);

export const mapOf =
  (shape: Shape): Shape =>
  (value) =>
    isRecord(value) && Object.values(value).every(shape);

/** There may be others. */
export const fields = (shapes: Readonly<Record<string, Shape>>): Shape => {
  const entries = Object.entries(shapes);
  return (value) => isRecord(value) && entries.every(([field, shape]) => shape(value[field]));
};

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
