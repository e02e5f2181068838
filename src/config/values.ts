/**
 * Reads single values of a configuration file: one reader for each type of the schema, and what it expects in words.
 * Durations become milliseconds. No value is converted from another type: "8600" is not a port.
 */
import { formatDuration, parseDuration } from '../runtime/index.ts';
import type { SchemaRow, ValueType } from './schema-row.ts';

export type RawObject = Readonly<Record<string, unknown>>;

/** A value, or what should have been there; `at` leads to the wrong element inside lists and maps. */
export type ReadValue =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly expected: string; readonly at?: readonly string[] };

export type SimpleType = Exclude<
  ValueType,
  'service' | 'list of services' | 'check' | 'list of checks'
>;

type Bounds = Pick<SchemaRow, 'min' | 'max' | 'oneOf' | 'form'>;

export function isObject(raw: unknown): raw is RawObject {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw);
}

/** What `at` leads to inside `raw`. */
export function elementAt(raw: unknown, at: readonly string[]): unknown {
  return at.reduce((inner, key) => (inner as RawObject)[key], raw);
}

/** Reads `raw` as a value of `type` within `bounds`. */
export function readValue(type: SimpleType, raw: unknown, bounds: Bounds = {}): ReadValue {
  switch (type) {
    case 'any':
      return { ok: true, value: raw };
    case 'boolean':
      return typeof raw === 'boolean' ? { ok: true, value: raw } : refuse('true or false');
    case 'string':
      return readText(raw, bounds);
    case 'integer':
    case 'number':
      return readNumber(type, raw, bounds);
    case 'duration':
      return readDuration(raw, bounds);
    case 'list of strings':
      return readList(raw, bounds);
    case 'map of strings':
      return readMap(raw, 'an object of strings', (item) => readText(item, {}));
    case 'map of durations':
      return readMap(raw, 'an object of durations', (item) => readDuration(item, bounds));
    case 'map of lists of strings':
      return readMap(raw, 'an object of lists of strings', (item) => readList(item, bounds));
  }
}

function readText(raw: unknown, { oneOf, form }: Bounds): ReadValue {
  if (oneOf === undefined) {
    if (typeof raw !== 'string') return refuse('a string');
    if (form !== undefined && !form.matches(raw)) return refuse(form.expected);
    return { ok: true, value: raw };
  }
  const wanted = typeof raw === 'string' ? raw.toLowerCase() : undefined;
  const match = oneOf.find((candidate) => candidate.toLowerCase() === wanted);
  return match === undefined ? refuse(`one of ${oneOf.join(', ')}`) : { ok: true, value: match };
}

function readNumber(type: 'integer' | 'number', raw: unknown, { min, max }: Bounds): ReadValue {
  const isNumber = type === 'integer' ? Number.isSafeInteger(raw) : Number.isFinite(raw);
  if (isNumber && isWithin(raw as number, min, max)) return { ok: true, value: raw };
  const noun = type === 'integer' ? 'an integer' : 'a number';
  return refuse(`${noun}${boundsText(min, max, String)}`);
}

function readDuration(raw: unknown, { min, max }: Bounds): ReadValue {
  const noun = 'a duration such as "10s"';
  if (typeof raw !== 'string') return refuse(noun);
  const parsed = parseDuration(raw);
  if (!parsed.ok) return refuse(`${noun} (${parsed.message})`);
  if (isWithin(parsed.ms, min, max)) return { ok: true, value: parsed.ms };
  return refuse(`${noun}${boundsText(min, max, formatDuration)}`);
}

function readList(raw: unknown, bounds: Bounds): ReadValue {
  if (!Array.isArray(raw)) return refuse('a list of strings');
  for (const [at, item] of raw.entries()) {
    const read = readText(item, bounds);
    if (!read.ok) return { ...read, at: [String(at)] };
  }
  return { ok: true, value: raw };
}

function readMap(raw: unknown, expected: string, read: (item: unknown) => ReadValue): ReadValue {
  if (!isObject(raw)) return refuse(expected);
  const entries: [string, unknown][] = [];
  for (const [key, item] of Object.entries(raw)) {
    const value = read(item);
    if (!value.ok) return { ...value, at: [key, ...(value.at ?? [])] };
    entries.push([key, value.value]);
  }
  return { ok: true, value: Object.fromEntries(entries) };
}

function isWithin(value: number, min = -Infinity, max = Infinity): boolean {
  return value >= min && value <= max;
}

/** ` from a to b`, ` of at least a`, or nothing. */
export function boundsText(
  min: number | undefined,
  max: number | undefined,
  format: (bound: number) => string,
): string {
  if (min !== undefined && max !== undefined) return ` from ${format(min)} to ${format(max)}`;
  if (min !== undefined) return ` of at least ${format(min)}`;
  return max === undefined ? '' : ` of at most ${format(max)}`;
}

function refuse(expected: string): ReadValue {
  return { ok: false, expected };
}
