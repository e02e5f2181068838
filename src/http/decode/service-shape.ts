/** The body of `/v1/agent/service/register`, and the ServiceDefinition that it becomes. */
import type { CheckDefinition, ServiceDefinition } from '../../agent/index.ts';
import type { ServiceAddress, Weights } from '../../catalog/index.ts';
import { isEmptyCheck, serviceCheckShape, toServiceCheck } from './check-shape.ts';
import { proxyShape, toProxy } from './proxy-shape.ts';
import {
  anyJson,
  boolean,
  type Decoded,
  type FieldsShape,
  integer,
  text,
  textList,
  textMap,
} from './shape.ts';

export const taggedAddressesShape = {
  kind: 'map',
  goType: 'map[string]structs.ServiceAddress',
  of: {
    kind: 'fields',
    goType: 'structs.ServiceAddress',
    fields: { Address: text, Port: integer },
  },
} as const;

export const weightsShape = {
  kind: 'optional',
  of: { kind: 'fields', goType: 'structs.Weights', fields: { Passing: integer, Warning: integer } },
} as const;

export const localityShape = {
  kind: 'optional',
  of: { kind: 'fields', goType: 'structs.Locality', fields: { Region: text, Zone: text } },
} as const;

export const connectShape = {
  kind: 'optional',
  of: {
    kind: 'fields',
    goType: 'structs.ServiceConnect',
    fields: { Native: boolean, SidecarService: anyJson },
    aliases: { sidecar_service: 'SidecarService' },
    tolerant: true,
    ownPath: true,
  },
} as const;

export const serviceShape = {
  kind: 'fields',
  goType: 'structs.ServiceDefinition',
  fields: {
    Kind: text,
    ID: text,
    Name: text,
    Tags: textList,
    Address: text,
    TaggedAddresses: taggedAddressesShape,
    Meta: textMap,
    Port: integer,
    SocketPath: text,
    Check: { kind: 'optional', of: serviceCheckShape },
    Checks: { kind: 'list', of: serviceCheckShape, goType: 'structs.CheckTypes' },
    Weights: weightsShape,
    Token: text,
    EnableTagOverride: boolean,
    Locality: localityShape,
    Proxy: proxyShape,
    Connect: connectShape,
  },
  aliases: { enable_tag_override: 'EnableTagOverride', tagged_addresses: 'TaggedAddresses' },
} as const satisfies FieldsShape;

/** @throws HttpError for a check's status that is none */
export function toServiceDefinition(decoded: Decoded<typeof serviceShape>): ServiceDefinition {
  return {
    name: decoded.Name,
    id: decoded.ID,
    kind: decoded.Kind,
    tags: decoded.Tags,
    address: decoded.Address,
    taggedAddresses: toTaggedAddresses(decoded.TaggedAddresses),
    meta: decoded.Meta,
    port: decoded.Port,
    socketPath: decoded.SocketPath,
    weights: toWeights(decoded.Weights),
    enableTagOverride: decoded.EnableTagOverride,
    proxy: toProxy(decoded.Proxy),
    connectNative: decoded.Connect?.Native ?? false,
    sidecarService: decoded.Connect?.SidecarService ?? null,
    locality: decoded.Locality ?? null,
    token: decoded.Token,
    checks: toChecks(decoded),
  };
}

function toChecks({ Check, Checks }: Decoded<typeof serviceShape>): CheckDefinition[] {
  const listed = Checks.map((check, at) => toServiceCheck(check, `Checks[${at}]`));
  if (Check === undefined) return listed;
  const single = toServiceCheck(Check, 'Check');
  return isEmptyCheck(single) ? listed : [single, ...listed];
}

export function toTaggedAddresses(
  decoded: Decoded<typeof taggedAddressesShape>,
): Readonly<Record<string, ServiceAddress>> {
  const entries = Object.entries(decoded);
  return Object.fromEntries(
    entries.map(([tag, { Address, Port }]) => [tag, { address: Address, port: Port }]),
  );
}

export function toWeights(decoded: Decoded<typeof weightsShape>): Weights | undefined {
  if (decoded === undefined) return undefined;
  return { passing: decoded.Passing, warning: decoded.Warning };
}
