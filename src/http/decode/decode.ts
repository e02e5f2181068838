/**
 * Decodes a request body by a shape, the way Go's encoding/json does it for Consul: keys match without regard to
 * case, unknown ones are refused, null is zero, only the first JSON value is read, and errors have Go's words.
 * The only error it throws is a DecodeError.
 */
import type { Json } from '../../catalog/index.ts';
import {
  limits,
  parseAsWritten,
  parseDuration,
  parseLossless,
  WrittenNumber,
} from '../../runtime/index.ts';
import { DecodeError } from './decode-error.ts';
import { scanJson } from './scan.ts';
import type { Decoded, FieldsShape, Shape } from './shape.ts';

/** Where a value stands: `full` from the top, `go` as Go's error text names it. */
interface Path {
  readonly full: string;
  readonly go: string;
  /** A number as the body has it. */
  readonly written?: string;
}

const TOP: Path = { full: '', go: '' };

/** @throws DecodeError */
export function decodeBody<S extends Shape>(shape: S, body: string): Decoded<S> {
  try {
    return decodeValue(shape, parseFirst(body, parseLossless), TOP) as Decoded<S>;
  } catch (error) {
    if (!(error instanceof NumberMismatch)) throw error;
    // Again, to say how the number was written.
    return decodeValue(shape, parseFirst(body, parseAsWritten), TOP) as Decoded<S>;
  }
}

function parseFirst(body: string, parse: (text: string) => unknown): unknown {
  try {
    return parse(body);
  } catch (error) {
    // Reading long numbers back recurses.
    if (error instanceof RangeError) throw new DecodeError('', 'exceeded max depth');
    const scan = scanJson(body);
    if (!scan.ok) throw new DecodeError('', scan.message);
    return parse(body.slice(0, scan.end));
  }
}

function decodeValue(shape: Shape, value: unknown, path: Path): unknown {
  if (value instanceof WrittenNumber) {
    return decodeValue(shape, parseLossless(value.text), { ...path, written: value.text });
  }
  if (shape.kind === 'optional') {
    return value === undefined || value === null ? undefined : decodeValue(shape.of, value, path);
  }
  if (shape.kind === 'uint64') return decodeUint64(value ?? 0, path);
  const given = typeof value === 'bigint' ? Number(value) : (value ?? undefined);
  switch (shape.kind) {
    case 'text':
      if (given === undefined) return '';
      if (typeof given !== 'string') throw mismatch(given, path, 'string');
      return wellFormed(given);
    case 'boolean':
      if (given === undefined) return false;
      if (typeof given !== 'boolean') throw mismatch(given, path, 'bool');
      return given;
    case 'integer':
      return decodeInteger(given, path);
    case 'number':
      if (given === undefined) return 0;
      if (typeof given !== 'number') throw mismatch(given, path, 'float64');
      if (!Number.isFinite(given)) throw numberMismatch(path, 'float64');
      return given;
    case 'duration':
      return decodeDuration(given, path);
    case 'list':
      if (given === undefined) return [];
      if (!Array.isArray(given)) throw mismatch(given, path, shape.goType);
      return given.map((item, at) => decodeValue(shape.of, item, inList(path, at)));
    case 'map':
      if (given === undefined) return {};
      if (!isObject(given)) throw mismatch(given, path, shape.goType);
      return decodeMap(shape.of, given, path);
    case 'json':
      return decodeJson(given ?? null, path, 0);
    case 'fields':
      if (given === undefined) return decodeFields(shape, {}, path);
      if (!isObject(given)) throw mismatch(given, path, shape.goType);
      return decodeFields(shape, given, path);
  }
}

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// ---- Scalars

const LONE_SURROGATE = /\p{Surrogate}/gu;

/** Go turns half a surrogate pair into the replacement character; the store could not keep it. */
function wellFormed(text: string): string {
  return text.replace(LONE_SURROGATE, '\ufffd');
}

function decodeInteger(given: unknown, path: Path): number {
  if (given === undefined) return 0;
  if (typeof given !== 'number') throw mismatch(given, path, 'int');
  if (!Number.isSafeInteger(given)) throw numberMismatch(path, 'int');
  return given;
}

function decodeUint64(given: unknown, path: Path): bigint {
  const isWhole = typeof given === 'bigint' || Number.isSafeInteger(given);
  if (isWhole) {
    const value = BigInt(given as bigint | number);
    if (value >= 0n && value < 2n ** 64n) return value;
  }
  if (typeof given === 'number' || isWhole) throw numberMismatch(path, 'uint64');
  throw mismatch(given, path, 'uint64');
}

const NANOSECONDS_PER_MS = 1e6;
/** Go keeps a duration in a signed 64-bit count of nanoseconds; its own maximum is no double. */
const NANOSECONDS_END = 2 ** 63;

function decodeDuration(given: unknown, path: Path): number {
  if (given === undefined) return 0;
  if (typeof given === 'number') {
    if (isInt64(given)) return given / NANOSECONDS_PER_MS;
    throw numberMismatch(path, 'time.Duration');
  }
  if (typeof given !== 'string') throw mismatch(given, path, 'time.Duration');
  const parsed = parseDuration(given);
  if (!parsed.ok) throw new DecodeError(path.full, parsed.message);
  return parsed.ms;
}

function isInt64(value: number): boolean {
  return Number.isInteger(value) && value >= -NANOSECONDS_END && value < NANOSECONDS_END;
}

// ---- Containers

/** Own properties by any name, `__proto__` too. */
function decodeMap(of: Shape, given: JsonObject, path: Path): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => [
      wellFormed(key),
      decodeValue(of, value, inFields(path, key)),
    ]),
  );
}

function decodeJson(value: unknown, path: Path, depth: number): Json {
  if (typeof value === 'string') return wellFormed(value);
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value as Json;
  if (depth >= limits.jsonDepth.default) throw new DecodeError(path.full, 'exceeded max depth');
  if (Array.isArray(value)) return value.map((item) => decodeJson(item, path, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, item]) => [wellFormed(key), decodeJson(item, path, depth + 1)]),
  );
}

function decodeFields(shape: FieldsShape, given: JsonObject, path: Path): JsonObject {
  const { names, fields } = compiled(shape);
  const start = shape.ownPath === true ? { full: path.full, go: '' } : path;
  const decoded: Record<string, unknown> = {};
  // In the order of the body, so that the first error is the one that Go would name.
  for (const key of Object.keys(given)) {
    const name = names.get(key) ?? names.get(key.toLowerCase());
    if (name === undefined) {
      if (shape.tolerant === true) continue;
      throw unknownField(key, start);
    }
    const field = shape.fields[name];
    if (field !== undefined) decoded[name] = decodeValue(field, given[key], inFields(start, name));
  }
  // What is absent is zero, and cannot be wrong anywhere.
  for (const [name, field] of fields) {
    if (decoded[name] === undefined) decoded[name] = decodeValue(field, undefined, TOP);
  }
  return decoded;
}

interface CompiledFields {
  /** Every accepted spelling, as it is and in lower case, to the field's name. */
  readonly names: ReadonlyMap<string, string>;
  readonly fields: readonly (readonly [string, Shape])[];
}

const compiledShapes = new WeakMap<FieldsShape, CompiledFields>();

function compiled(shape: FieldsShape): CompiledFields {
  const known = compiledShapes.get(shape);
  if (known !== undefined) return known;
  const names = new Map<string, string>();
  for (const name of [...Object.keys(shape.fields), ...(shape.ignored ?? [])]) {
    names.set(name, name);
    names.set(name.toLowerCase(), name);
  }
  for (const [alias, name] of Object.entries(shape.aliases ?? {})) names.set(alias, name);
  const fresh = { names, fields: Object.entries(shape.fields) };
  compiledShapes.set(shape, fresh);
  return fresh;
}

// ---- Errors

const ENTERPRISE_FIELDS: Readonly<Record<string, string>> = {
  namespace: 'Namespaces are a Consul Enterprise feature',
  partition: 'Partitions are a Consul Enterprise feature',
};

function unknownField(key: string, path: Path): DecodeError {
  const lower = key.toLowerCase();
  const enterprise = Object.hasOwn(ENTERPRISE_FIELDS, lower) ? ENTERPRISE_FIELDS[lower] : undefined;
  const suffix = enterprise === undefined ? '' : ` - ${enterprise}`;
  return new DecodeError(
    inFields(path, key).full,
    `json: unknown field ${JSON.stringify(key)}${suffix}`,
  );
}

function mismatch(value: unknown, path: Path, goType: string): DecodeError {
  return new DecodeError(path.full, mismatchText(goWord(value), path, goType));
}

/** A number that the type has no room for. */
class NumberMismatch extends DecodeError {}

function numberMismatch(path: Path, goType: string): NumberMismatch {
  return new NumberMismatch(path.full, mismatchText(`number ${path.written}`, path, goType));
}

function mismatchText(described: string, path: Path, goType: string): string {
  const target = path.go === '' ? 'Go value' : `Go struct field .${path.go}`;
  return `json: cannot unmarshal ${described} into ${target} of type ${goType}`;
}

function goWord(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}

function inFields(path: Path, name: string): Path {
  return { full: joined(path.full, name), go: joined(path.go, name) };
}

function inList(path: Path, at: number): Path {
  return { full: `${path.full}[${at}]`, go: path.go };
}

const joined = (before: string, name: string): string =>
  before === '' ? name : `${before}.${name}`;
