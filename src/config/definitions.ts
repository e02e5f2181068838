/**
 * Turns the service and check definitions of a configuration file into those that the agent takes. Only shapes are
 * looked at here, and what a check must keep to; what makes a service valid is the agent's to say.
 */
import type { ServiceDefinition } from '../agent/index.ts';
import { CHECK_STATUSES, type CheckDefinition } from '../checks/index.ts';
import {
  CHECK_BLOCKS,
  CHECK_FIELDS,
  type DefinitionField,
  foldKey,
  SERVICE_BLOCKS,
  SERVICE_FIELDS,
} from './definition-fields.ts';
import { elementAt, isObject, type ReadValue, readValue, type SimpleType } from './values.ts';

type Json = ServiceDefinition['proxy'];

/** Takes each mistake: where it is, what was expected there (undefined for a key that does not exist), what was found. */
export type Refuse = (path: string, expected: string | undefined, received: unknown) => void;

/** The fields of one definition, by folded key, with the path of each as it was spelled. */
class Fields {
  readonly #path: string;
  readonly #refuse: Refuse;
  readonly #given = new Map<string, { readonly path: string; readonly raw: unknown }>();

  constructor(raw: unknown, path: string, known: readonly string[], refuse: Refuse) {
    this.#path = path;
    this.#refuse = refuse;
    if (!isObject(raw)) {
      refuse(path, 'an object', raw);
      return;
    }
    const keys = new Set(known.map(foldKey));
    for (const [key, value] of Object.entries(raw)) {
      const at = `${path}.${key}`;
      if (!keys.has(foldKey(key))) refuse(at, undefined, value);
      else if (this.#given.has(foldKey(key))) refuse(at, 'a key that is given once', value);
      else if (value !== null) this.#given.set(foldKey(key), { path: at, raw: value });
    }
  }

  pathOf(key: string): string {
    return this.#given.get(foldKey(key))?.path ?? `${this.#path}.${key}`;
  }

  raw(key: string): unknown {
    return this.#given.get(foldKey(key))?.raw;
  }

  /** The value of `key`, or undefined when it is not there or wrong, which has then been said. */
  value(key: string, type: SimpleType): unknown {
    const raw = this.raw(key);
    return raw === undefined ? undefined : this.taken(key, readValue(type, raw));
  }

  taken(key: string, read: ReadValue): unknown {
    if (read.ok) return read.value;
    const { at = [], expected } = read;
    this.#refuse([this.pathOf(key), ...at].join('.'), expected, elementAt(this.raw(key), at));
    return undefined;
  }

  /** Every field of `table` that is there, under its typed name. */
  all(table: readonly DefinitionField[]): Record<string, unknown> {
    const values: Record<string, unknown> = {};
    for (const { key, type, field } of table) {
      const value = this.value(key, type);
      if (value !== undefined && field !== undefined) values[field] = value;
    }
    return values;
  }
}

/** Reads a `check` block; an empty `checkId` is filled in from the service or, without one, from the name. */
export function readCheck(raw: unknown, path: string, refuse: Refuse): CheckDefinition {
  const known = [...CHECK_FIELDS.map(({ key }) => key), ...CHECK_BLOCKS];
  const fields = new Fields(raw, path, known, refuse);
  const values = fields.all(CHECK_FIELDS) as Partial<CheckDefinition>;
  fields.value('token', 'string');
  if (values.status !== undefined && !CHECK_STATUSES.includes(values.status)) {
    refuse(fields.pathOf('status'), `one of ${CHECK_STATUSES.join(', ')}`, values.status);
  }
  const header = fields.raw('header');
  if (header !== undefined && !isHeader(header)) {
    refuse(fields.pathOf('header'), 'an object of lists of strings', header);
  }
  return {
    // Consul: TLS unless told otherwise.
    ...(values.h2ping !== undefined && { h2pingUseTls: true }),
    ...(isHeader(header) && { header }),
    ...values,
    checkId: values.checkId ?? '',
    name: values.name ?? '',
    serviceId: values.serviceId ?? '',
  };
}

/** Reads a `service` block; its checks keep an empty id and name where none is given. */
export function readService(raw: unknown, path: string, refuse: Refuse): ServiceDefinition {
  const known = [...SERVICE_FIELDS.map(({ key }) => key), ...SERVICE_BLOCKS];
  const fields = new Fields(raw, path, known, refuse);
  const connect = readConnect(fields, refuse);
  return {
    ...EMPTY_SERVICE,
    ...(fields.all(SERVICE_FIELDS) as Partial<ServiceDefinition>),
    taggedAddresses: readTaggedAddresses(fields, refuse),
    weights: readWeights(fields, refuse),
    proxy: apiForm(fields.raw('proxy') ?? null),
    locality: apiForm(fields.raw('locality') ?? null),
    ...connect,
    checks: readChecks(fields, refuse),
  };
}

const EMPTY_SERVICE: ServiceDefinition = {
  name: '',
  id: '',
  kind: '',
  tags: [],
  address: '',
  taggedAddresses: {},
  meta: {},
  port: 0,
  socketPath: '',
  weights: undefined,
  enableTagOverride: false,
  proxy: null,
  connectNative: false,
  sidecarService: null,
  locality: null,
  token: '',
  checks: [],
};

/** `check` comes before `checks`, as Consul numbers them. */
function readChecks(fields: Fields, refuse: Refuse): CheckDefinition[] {
  const one = fields.raw('check');
  const many = fields.raw('checks') ?? [];
  const checks = one === undefined ? [] : [readCheck(one, fields.pathOf('check'), refuse)];
  if (!Array.isArray(many)) {
    refuse(fields.pathOf('checks'), 'a list of checks', many);
    return checks;
  }
  const path = fields.pathOf('checks');
  return [...checks, ...many.map((raw, at) => readCheck(raw, `${path}.${at}`, refuse))];
}

function readTaggedAddresses(fields: Fields, refuse: Refuse): ServiceDefinition['taggedAddresses'] {
  const raw = fields.raw('tagged_addresses') ?? {};
  if (!isObject(raw)) {
    refuse(fields.pathOf('tagged_addresses'), 'an object of addresses', raw);
    return {};
  }
  const entries = Object.entries(raw).map(([tag, value]) => {
    const path = `${fields.pathOf('tagged_addresses')}.${tag}`;
    const one = new Fields(value, path, ['address', 'port'], refuse);
    const address = (one.value('address', 'string') ?? '') as string;
    const port = (one.value('port', 'integer') ?? 0) as number;
    return [tag, { address, port }] as const;
  });
  return Object.fromEntries(entries);
}

function readWeights(fields: Fields, refuse: Refuse): ServiceDefinition['weights'] {
  const raw = fields.raw('weights');
  if (raw === undefined) return undefined;
  const one = new Fields(raw, fields.pathOf('weights'), ['passing', 'warning'], refuse);
  return {
    passing: (one.value('passing', 'integer') ?? 1) as number,
    warning: (one.value('warning', 'integer') ?? 1) as number,
  };
}

function readConnect(
  fields: Fields,
  refuse: Refuse,
): Pick<ServiceDefinition, 'connectNative' | 'sidecarService'> {
  const raw = fields.raw('connect');
  if (raw === undefined) return { connectNative: false, sidecarService: null };
  const path = fields.pathOf('connect');
  const one = new Fields(raw, path, ['native', 'sidecar_service'], refuse);
  return {
    connectNative: one.value('native', 'boolean') === true,
    sidecarService: apiForm(one.raw('sidecar_service') ?? null),
  };
}

function isHeader(raw: unknown): raw is Readonly<Record<string, readonly string[]>> {
  if (!isObject(raw)) return false;
  return Object.values(raw).every(
    (list) => Array.isArray(list) && list.every((item) => typeof item === 'string'),
  );
}

/** Blocks whose keys are the user's own. */
const OPAQUE_KEYS = new Set(['config', 'meta', 'arguments', 'opaqueconfig']);

/** A block with its keys as the API spells them: `destination_service_id` becomes `DestinationServiceID`. */
function apiForm(raw: unknown): Json {
  if (Array.isArray(raw)) return raw.map(apiForm);
  if (!isObject(raw)) return raw as Json;
  const entries = Object.entries(raw).map(([key, value]): [string, Json] => [
    key.split('_').map(capitalised).join(''),
    OPAQUE_KEYS.has(foldKey(key)) ? (value as Json) : apiForm(value),
  ]);
  return Object.fromEntries(entries);
}

function capitalised(word: string): string {
  return word === 'id' ? 'ID' : word.slice(0, 1).toUpperCase() + word.slice(1);
}
