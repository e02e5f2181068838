/** Merged settings with typed access: what the rules and the building of a Config read. */
import { type Layer, merge, type Setting } from './layer.ts';
import { SCHEMA } from './schema.ts';
import { readValue, type SimpleType } from './values.ts';

export interface Settings {
  text(path: string): string;
  flag(path: string): boolean;
  count(path: string): number;
  list<T = string>(path: string): readonly T[];
  map<T = string>(path: string): Readonly<Record<string, T>>;
  /** The setting itself; undefined when there is neither a value nor a default. */
  at(path: string): Setting | undefined;
  /** Where the value came from; empty for a default. */
  fileOf(path: string): string;
}

const NO_FILE = '';

/** The default of every key that has one. */
export const DEFAULT_LAYER: Layer = new Map(
  SCHEMA.filter((row) => row.default !== undefined).map((row): [string, Setting] => {
    const read = readValue(row.type as SimpleType, row.default);
    return [row.path, { value: read.ok ? read.value : row.default, file: NO_FILE }];
  }),
);

/** `layers` over the defaults, the last one uppermost. */
export function settle(layers: readonly Layer[]): Settings {
  const merged = layers.reduce(merge, DEFAULT_LAYER);
  const value = (path: string): unknown => merged.get(path)?.value;
  return {
    text: (path) => (value(path) ?? '') as string,
    flag: (path) => value(path) === true,
    count: (path) => (value(path) ?? 0) as number,
    list: <T>(path: string) => (value(path) ?? []) as readonly T[],
    map: <T>(path: string) => (value(path) ?? {}) as Readonly<Record<string, T>>,
    at: (path) => merged.get(path),
    fileOf: (path) => merged.get(path)?.file ?? NO_FILE,
  };
}
