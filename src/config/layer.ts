/**
 * One source of settings, read against the schema, and how sources are merged: a later scalar wins, lists are
 * appended, maps are merged key by key. Every mistake in a source is reported; none stops the reading.
 */
import { type ConfigProblem, shownAt } from './config-error.ts';
import { type Refuse, readCheck, readService } from './definitions.ts';
import { isBlock, rowAt } from './schema.ts';
import type { SchemaRow } from './schema-row.ts';
import { elementAt, isObject, readValue, type SimpleType } from './values.ts';

export interface Setting {
  readonly value: unknown;
  /** The last source that had a say in it. */
  readonly file: string;
}

/** Settings by dotted path. */
export type Layer = ReadonlyMap<string, Setting>;

export interface ReadLayer {
  readonly layer: Layer;
  readonly problems: readonly ConfigProblem[];
}

/** Reads the parsed content of one file, or what the flags say. */
export function readLayer(content: unknown, file: string): ReadLayer {
  const problems: ConfigProblem[] = [];
  const layer = new Map<string, Setting>();
  const refuse: Refuse = (path, expected, raw) => {
    const received = shownAt(path, raw);
    const message =
      expected === undefined
        ? `invalid config key ${path}`
        : `${path}: expected ${expected}, received ${received}`;
    const wanted = expected ?? 'a key that exists';
    problems.push({ kind: 'parse', path, expected: wanted, received, file, message });
  };
  if (isObject(content)) readBlock(content, '', '', { file, layer, refuse });
  else refuse('', 'an object at the top level', content);
  return { layer, problems };
}

interface Reading {
  readonly file: string;
  readonly layer: Map<string, Setting>;
  readonly refuse: Refuse;
}

/** `path` is in lower case, `spelled` as it stands in the file. */
function readBlock(
  block: Readonly<Record<string, unknown>>,
  path: string,
  spelled: string,
  reading: Reading,
): void {
  const seen = new Set<string>();
  for (const [key, raw] of Object.entries(block)) {
    const at = path === '' ? key.toLowerCase() : `${path}.${key.toLowerCase()}`;
    const spelledAt = spelled === '' ? key : `${spelled}.${key}`;
    const row = rowAt(at);
    if (seen.has(at)) reading.refuse(spelledAt, 'a key that is given once', raw);
    else if (row === undefined && !isBlock(at)) reading.refuse(spelledAt, undefined, raw);
    else if (raw !== null) readKey(raw, at, spelledAt, row, reading);
    seen.add(at);
  }
}

function readKey(
  raw: unknown,
  path: string,
  spelled: string,
  row: SchemaRow | undefined,
  reading: Reading,
): void {
  if (row !== undefined) {
    const value = readRow(row, raw, spelled, reading.refuse);
    if (value === undefined) return;
    const target = rowAt(row.addsTo ?? path) ?? row;
    const setting = { value: row.addsTo === undefined ? value : [value], file: reading.file };
    reading.layer.set(target.path, join(target, reading.layer.get(target.path), setting));
  } else if (isObject(raw)) readBlock(raw, path, spelled, reading);
  else reading.refuse(spelled, 'an object', raw);
}

/** The value of one key; undefined when it is wrong, which has then been said. */
function readRow(row: SchemaRow, raw: unknown, path: string, refuse: Refuse): unknown {
  switch (row.type) {
    case 'service':
      return readService(raw, path, refuse);
    case 'check':
      return readCheck(raw, path, refuse);
    case 'list of services':
    case 'list of checks': {
      const read = row.type === 'list of services' ? readService : readCheck;
      if (Array.isArray(raw)) return raw.map((item, at) => read(item, `${path}.${at}`, refuse));
      refuse(path, `a ${row.type}`, raw);
      return undefined;
    }
    default:
      return readSimple(row.type, row, raw, path, refuse);
  }
}

function readSimple(
  type: SimpleType,
  row: SchemaRow,
  raw: unknown,
  path: string,
  refuse: Refuse,
): unknown {
  const read = readValue(type, raw, row);
  if (read.ok) return read.value;
  const { at = [], expected } = read;
  refuse([path, ...at].join('.'), expected, elementAt(raw, at));
  return undefined;
}

/** `later` over `earlier`: neither is changed. */
export function merge(earlier: Layer, later: Layer): Layer {
  const merged = new Map(earlier);
  for (const [path, setting] of later) {
    const row = rowAt(path);
    if (row !== undefined) merged.set(path, join(row, merged.get(path), setting));
  }
  return merged;
}

function join(row: SchemaRow, earlier: Setting | undefined, later: Setting): Setting {
  if (earlier === undefined) return later;
  if (row.type.startsWith('list')) {
    const value = [...(earlier.value as unknown[]), ...(later.value as unknown[])];
    return { value, file: later.file };
  }
  if (row.type.startsWith('map')) {
    return {
      value: { ...(earlier.value as object), ...(later.value as object) },
      file: later.file,
    };
  }
  return later;
}
