/**
 * The Proxy block of a service. rollcall carries it for others: it is read with all of Consul's spellings, and kept
 * in the API's form.
 */
import type { Json } from '../../catalog/index.ts';
import {
  anyJson,
  boolean,
  type Decoded,
  type FieldsShape,
  integer,
  type Shape,
  text,
} from './shape.ts';
import { isZero } from './zero.ts';

/** Every multi-word field, in the spelling of configuration files. */
function snakeAliases(fields: Readonly<Record<string, Shape>>): Record<string, string> {
  const aliases = Object.keys(fields).map((name) => [snakeCase(name), name] as const);
  return Object.fromEntries(aliases.filter(([alias]) => alias.includes('_')));
}

const snakeCase = (name: string): string => name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();

function struct<Fields extends Readonly<Record<string, Shape>>>(goType: string, fields: Fields) {
  return { kind: 'fields', goType, fields, aliases: snakeAliases(fields) } as const;
}

const meshGateway = struct('structs.MeshGatewayConfig', { Mode: text });

const upstream = struct('structs.Upstream', {
  DestinationType: text,
  DestinationNamespace: text,
  DestinationPartition: text,
  DestinationPeer: text,
  DestinationName: text,
  Datacenter: text,
  LocalBindAddress: text,
  LocalBindPort: integer,
  LocalBindSocketPath: text,
  LocalBindSocketMode: text,
  Config: anyJson,
  MeshGateway: meshGateway,
  CentrallyConfigured: boolean,
});

const exposePath = struct('structs.ExposePath', {
  ListenerPort: integer,
  Path: text,
  LocalPathPort: integer,
  Protocol: text,
  ParsedFromCheck: boolean,
});

const expose = struct('structs.ExposeConfig', {
  Checks: boolean,
  Paths: { kind: 'list', of: exposePath, goType: '[]structs.ExposePath' },
});

const proxyFields = struct('structs.ConnectProxyConfig', {
  DestinationServiceName: text,
  DestinationServiceID: text,
  LocalServiceAddress: text,
  LocalServicePort: integer,
  LocalServiceSocketPath: text,
  Mode: text,
  Config: anyJson,
  Upstreams: { kind: 'list', of: upstream, goType: 'structs.Upstreams' },
  MeshGateway: meshGateway,
  Expose: expose,
  TransparentProxy: anyJson,
  AccessLogs: anyJson,
  EnvoyExtensions: anyJson,
});

export const proxyShape = {
  kind: 'optional',
  of: { ...proxyFields, ownPath: true } as const satisfies FieldsShape,
} as const;

/** In the API's form: what says nothing is left out, but for the three parts that Consul always shows. */
export function toProxy(decoded: Decoded<typeof proxyShape>): Json {
  if (decoded === undefined) return null;
  const { Mode, MeshGateway, Expose, ...rest } = decoded;
  return {
    ...(withoutZeros(rest as Json) as Readonly<Record<string, Json>>),
    Mode,
    MeshGateway: withoutZeros(MeshGateway),
    Expose: withoutZeros(Expose as unknown as Json),
  };
}

/** Fields of Go structs that say nothing are left out, however deep; what is free-form is left as it is. */
function withoutZeros(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => withoutZeros(item));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value)
    .map(([key, item]) => [key, key === 'Config' ? item : withoutZeros(item)] as const)
    .filter(([, item]) => !isZero(item));
  return Object.fromEntries(kept);
}
