/**
 * What one configuration key is. The schema is made of these rows and of nothing else: reading, defaults, warnings,
 * reload and the table in docs/configuration.md all follow from them.
 */
import type { TextForm } from './text-forms.ts';

export const VALUE_TYPES = [
  'string',
  'boolean',
  'integer',
  'number',
  'duration',
  'list of strings',
  'map of strings',
  'map of durations',
  'map of lists of strings',
  'service',
  'list of services',
  'check',
  'list of checks',
  'any',
] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

/**
 * `built`: the key has its effect. `accepted`: Consul knows it and there is nothing for it to do here; a warning says
 * so when it is set to something else than its default. `refused`: ignoring it would be unsafe, so anything but its
 * default is an error.
 */
export type KeyClass = 'built' | 'accepted' | 'refused';

export interface SchemaRow {
  /** Dotted and in lower case: `dns_config.node_ttl`. */
  readonly path: string;
  readonly class: KeyClass;
  readonly type: ValueType;
  /** As it would stand in a file; undefined when there is none or when it depends on other keys. */
  readonly default?: unknown;
  /** In words, where `default` can't say it. */
  readonly defaultText?: string;
  /** Bounds of a number, or of a duration in milliseconds. */
  readonly min?: number;
  readonly max?: number;
  /** The only values there are, compared without regard to case. */
  readonly oneOf?: readonly string[];
  /** What a text keeps to, or each text in a list or in a map of lists. */
  readonly form?: TextForm;
  /** Never shown: messages have `hidden` in its place. */
  readonly secret?: boolean;
  /** Another key that the value is added to: `service` goes to `services`. */
  readonly addsTo?: string;
  /** Takes effect at a reload; otherwise at the next start. */
  readonly reloadable: boolean;
  /** One line; for accepted and refused keys why they are that. */
  readonly description: string;
}

type RowOptions = Omit<Partial<SchemaRow>, 'path' | 'class' | 'type' | 'description'>;

/** A key that has its effect. */
export function built(
  path: string,
  type: ValueType,
  description: string,
  options: RowOptions = {},
): SchemaRow {
  return { path, class: 'built', type, reloadable: false, description, ...options };
}

/** Keys below `prefix` with their defaults, which also tell their types. */
export function unbuilt(
  keyClass: 'accepted' | 'refused',
  description: string,
  prefix: string,
  defaults: Readonly<Record<string, unknown>>,
): SchemaRow[] {
  return Object.entries(defaults).map(([key, value]) => ({
    path: prefix === '' ? key : `${prefix}.${key}`,
    class: keyClass,
    type: typeOfDefault(value),
    default: value,
    reloadable: false,
    description,
  }));
}

/** A list is one of strings, an object a map of strings, null anything; text that is a duration is one. */
function typeOfDefault(value: unknown): ValueType {
  if (value === null) return 'any';
  if (Array.isArray(value)) return 'list of strings';
  if (typeof value === 'object') return 'map of strings';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return 'number';
  return /^[0-9]+(ms|s|m|h)$/.test(String(value)) ? 'duration' : 'string';
}
