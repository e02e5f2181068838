/**
 * What filters may ask of the Proxy and Connect blocks of a service. The catalog carries them as JSON from which
 * fields that say nothing are left out, so that a missing one is an empty text, zero, false or an empty list.
 */
import type { Json } from '../../catalog/index.ts';
import { type Field, type Fields, flag, integer, struct, structs, text } from './fields.ts';

const MESH_GATEWAY = struct((block: Json) => within(block, 'MeshGateway'), { Mode: word('Mode') });

const UPSTREAM: Fields<Json> = {
  DestinationType: word('DestinationType'),
  DestinationNamespace: word('DestinationNamespace'),
  DestinationPartition: word('DestinationPartition'),
  DestinationPeer: word('DestinationPeer'),
  DestinationName: word('DestinationName'),
  Datacenter: word('Datacenter'),
  LocalBindAddress: word('LocalBindAddress'),
  LocalBindPort: number('LocalBindPort'),
  LocalBindSocketPath: word('LocalBindSocketPath'),
  LocalBindSocketMode: word('LocalBindSocketMode'),
  MeshGateway: MESH_GATEWAY,
};

const EXPOSE_PATH: Fields<Json> = {
  ListenerPort: number('ListenerPort'),
  Path: word('Path'),
  LocalPathPort: number('LocalPathPort'),
  Protocol: word('Protocol'),
  ParsedFromCheck: truth('ParsedFromCheck'),
};

export const PROXY_FIELDS: Fields<Json> = {
  DestinationServiceName: word('DestinationServiceName'),
  DestinationServiceID: word('DestinationServiceID'),
  LocalServiceAddress: word('LocalServiceAddress'),
  LocalServicePort: number('LocalServicePort'),
  LocalServiceSocketPath: word('LocalServiceSocketPath'),
  Mode: word('Mode'),
  Upstreams: list('Upstreams', UPSTREAM),
  MeshGateway: MESH_GATEWAY,
  Expose: struct((block) => within(block, 'Expose'), {
    Checks: truth('Checks'),
    Paths: list('Paths', EXPOSE_PATH),
  }),
  TransparentProxy: struct((block) => within(block, 'TransparentProxy'), {
    OutboundListenerPort: number('OutboundListenerPort'),
    DialedDirectly: truth('DialedDirectly'),
  }),
};

export const CONNECT_FIELDS: Fields<Json> = { Native: truth('Native') };

function word(name: string): Field<Json> {
  return text((block) => {
    const value = within(block, name);
    return typeof value === 'string' ? value : '';
  });
}

function number(name: string): Field<Json> {
  return integer((block) => {
    const value = within(block, name);
    return typeof value === 'number' ? value : 0;
  });
}

function truth(name: string): Field<Json> {
  return flag((block) => within(block, name) === true);
}

function list(name: string, fields: Fields<Json>): Field<Json> {
  return structs((block: Json) => {
    const value = within(block, name);
    return Array.isArray(value) ? (value as readonly Json[]) : [];
  }, fields);
}

function within(block: Json, name: string): Json {
  if (block === null || typeof block !== 'object' || Array.isArray(block)) return null;
  const members = block as { readonly [key: string]: Json };
  return Object.hasOwn(members, name) ? (members[name] ?? null) : null;
}
