/** The bodies of `/v1/catalog/register` and `deregister`, and the catalog's inputs that they become. */
import { kindOf } from '../../agent/index.ts';
import type {
  CheckInput,
  Deregistration,
  Json,
  NodeInput,
  Registration,
  ServiceInput,
} from '../../catalog/index.ts';
import { formatDuration } from '../../runtime/index.ts';
import { HttpError } from '../errors.ts';
import { proxyShape, toProxy } from './proxy-shape.ts';
import {
  connectShape,
  localityShape,
  taggedAddressesShape,
  toTaggedAddresses,
  toWeights,
  weightsShape,
} from './service-shape.ts';
import {
  boolean,
  type Decoded,
  duration,
  type FieldsShape,
  integer,
  text,
  textList,
  textMap,
} from './shape.ts';
import { isZero } from './zero.ts';

const VERSION_FIELDS = ['CreateIndex', 'ModifyIndex'] as const;

const definitionShape = {
  kind: 'fields',
  goType: 'structs.HealthCheckDefinition',
  fields: {
    Interval: duration,
    OutputMaxSize: integer,
    Timeout: duration,
    DeregisterCriticalServiceAfter: duration,
    HTTP: text,
    TLSServerName: text,
    TLSSkipVerify: boolean,
    Header: { kind: 'map', of: textList, goType: 'map[string][]string' },
    Method: text,
    Body: text,
    DisableRedirects: boolean,
    TCP: text,
    TCPUseTLS: boolean,
    UDP: text,
    H2PING: text,
    OSService: text,
    H2PingUseTLS: boolean,
    ScriptArgs: textList,
    DockerContainerID: text,
    Shell: text,
    GRPC: text,
    GRPCUseTLS: boolean,
    AliasNode: text,
    AliasService: text,
    TTL: duration,
  },
  tolerant: true,
  ownPath: true,
} as const satisfies FieldsShape;

export const healthCheckShape = {
  kind: 'fields',
  goType: 'structs.HealthCheck',
  fields: {
    Node: text,
    CheckID: text,
    Name: text,
    Status: text,
    Notes: text,
    Output: text,
    ServiceID: text,
    ServiceName: text,
    ServiceTags: textList,
    Type: text,
    Interval: text,
    Timeout: text,
    ExposedPort: integer,
    Definition: definitionShape,
    PeerName: text,
  },
  ignored: VERSION_FIELDS,
} as const satisfies FieldsShape;

export const nodeServiceShape = {
  kind: 'fields',
  goType: 'structs.NodeService',
  fields: {
    Kind: text,
    ID: text,
    Service: text,
    Tags: textList,
    Address: text,
    TaggedAddresses: taggedAddressesShape,
    Meta: textMap,
    Port: integer,
    SocketPath: text,
    Weights: weightsShape,
    EnableTagOverride: boolean,
    Proxy: proxyShape,
    Connect: connectShape,
    Locality: localityShape,
    PeerName: text,
  },
  ignored: [...VERSION_FIELDS, 'Datacenter', 'ContentHash'],
} as const satisfies FieldsShape;

export const registerShape = {
  kind: 'fields',
  goType: 'structs.RegisterRequest',
  fields: {
    Datacenter: text,
    ID: text,
    Node: text,
    Address: text,
    TaggedAddresses: textMap,
    NodeMeta: textMap,
    SkipNodeUpdate: boolean,
    Locality: localityShape,
    Service: { kind: 'optional', of: nodeServiceShape },
    Check: { kind: 'optional', of: healthCheckShape },
    Checks: { kind: 'list', of: healthCheckShape, goType: 'structs.HealthChecks' },
    PeerName: text,
  },
  ignored: [...VERSION_FIELDS, 'Token'],
} as const satisfies FieldsShape;

export const deregisterShape = {
  kind: 'fields',
  goType: 'structs.DeregisterRequest',
  fields: { Datacenter: text, Node: text, ServiceID: text, CheckID: text, PeerName: text },
  ignored: ['Address', 'Token'],
} as const satisfies FieldsShape;

/** There is one cluster, and what is of another must not be taken for ours. @throws HttpError */
export function refusePeer(peer: string, field: string): void {
  if (peer === '') return;
  const reason = `peer ${JSON.stringify(peer)} is unknown: there are no peers of this cluster`;
  throw new HttpError('peer_unsupported', reason, field);
}

/** @throws HttpError for a port that is none, and for a peer */
export function toRegistration(
  decoded: Decoded<typeof registerShape>,
  datacenter: string,
): Registration {
  refusePeer(decoded.PeerName, 'PeerName');
  const checks = decoded.Check === undefined ? decoded.Checks : [decoded.Check, ...decoded.Checks];
  return {
    node: toNode(decoded, datacenter),
    skipNodeUpdate: decoded.SkipNodeUpdate,
    service: decoded.Service === undefined ? undefined : toService(decoded.Service),
    checks: checks.map(toCheck),
  };
}

/** @throws HttpError for a peer */
export function toDeregistration(decoded: Decoded<typeof deregisterShape>): Deregistration {
  refusePeer(decoded.PeerName, 'PeerName');
  return { node: decoded.Node, serviceId: decoded.ServiceID, checkId: decoded.CheckID };
}

function toNode(decoded: Decoded<typeof registerShape>, datacenter: string): NodeInput {
  return {
    node: decoded.Node,
    id: decoded.ID,
    datacenter,
    address: decoded.Address,
    taggedAddresses: decoded.TaggedAddresses,
    meta: decoded.NodeMeta,
    locality: decoded.Locality ?? null,
  };
}

const WEIGHT_MAX = 65535;
const DEFAULT_WEIGHTS = { passing: 1, warning: 1 };

export function toService(decoded: Decoded<typeof nodeServiceShape>): ServiceInput {
  refusePeer(decoded.PeerName, 'Service.PeerName');
  checkPort('Port', decoded.Port);
  for (const [tag, { Port }] of Object.entries(decoded.TaggedAddresses)) {
    checkPort(`TaggedAddresses.${tag}.Port`, Port);
  }
  const weights = toWeights(decoded.Weights) ?? DEFAULT_WEIGHTS;
  return {
    id: decoded.ID,
    service: decoded.Service,
    kind: decoded.Kind,
    tags: decoded.Tags,
    address: decoded.Address,
    taggedAddresses: toTaggedAddresses(decoded.TaggedAddresses),
    meta: decoded.Meta,
    port: decoded.Port,
    socketPath: decoded.SocketPath,
    // Consul: the catalog does not refuse weights that make no sense, it forgets them.
    weights:
      isWeight(weights.passing, 1) && isWeight(weights.warning, 0) ? weights : DEFAULT_WEIGHTS,
    enableTagOverride: decoded.EnableTagOverride,
    proxy: toProxy(decoded.Proxy),
    connect: decoded.Connect?.Native === true ? { Native: true } : null,
    locality: decoded.Locality ?? null,
  };
}

const PORT_MAX = 65535;

/** Consul's catalog takes any number; an SRV record has no room for it. The words are the agent's. */
function checkPort(field: string, port: number): void {
  if (port >= 0 && port <= PORT_MAX) return;
  throw new HttpError(
    'service_port_invalid',
    `Invalid service port: ${field} must be between 0 and ${PORT_MAX}, received ${port}`,
    `Service.${field}`,
  );
}

function isWeight(weight: number, least: number): boolean {
  return weight >= least && weight <= WEIGHT_MAX;
}

export function toCheck(decoded: Decoded<typeof healthCheckShape>): CheckInput {
  refusePeer(decoded.PeerName, 'Check.PeerName');
  return {
    node: decoded.Node,
    checkId: decoded.CheckID,
    name: decoded.Name,
    status: decoded.Status === '' ? 'critical' : decoded.Status,
    notes: decoded.Notes,
    output: decoded.Output,
    serviceId: decoded.ServiceID,
    type: decoded.Type === '' ? typeOf(decoded.Definition) : decoded.Type,
    interval: decoded.Interval,
    timeout: decoded.Timeout,
    exposedPort: decoded.ExposedPort,
    definition: toDefinition(decoded.Definition),
  };
}

type DecodedDefinition = Decoded<typeof definitionShape>;

/** The `Type` that Consul derives for a check that names none. */
function typeOf(definition: DecodedDefinition): string {
  return kindOf({
    checkId: '',
    name: '',
    serviceId: '',
    intervalMs: definition.Interval,
    ttlMs: definition.TTL,
    http: definition.HTTP,
    tcp: definition.TCP,
    udp: definition.UDP,
    grpc: definition.GRPC,
    h2ping: definition.H2PING,
    aliasNode: definition.AliasNode,
    aliasService: definition.AliasService,
    dockerContainerId: definition.DockerContainerID,
    args: definition.ScriptArgs,
    osService: definition.OSService,
  });
}

const NANOSECONDS_PER_MS = 1e6;

/** As Consul shows it again: durations as text (a TTL as nanoseconds), what says nothing left out. */
function toDefinition(decoded: DecodedDefinition): Json {
  const shown = {
    ...decoded,
    Interval: durationText(decoded.Interval),
    Timeout: durationText(decoded.Timeout),
    DeregisterCriticalServiceAfter: durationText(decoded.DeregisterCriticalServiceAfter),
    TTL: decoded.TTL * NANOSECONDS_PER_MS,
  };
  return Object.fromEntries(Object.entries(shown).filter(([, value]) => !isZero(value)));
}

const durationText = (ms: number): string => (ms === 0 ? '' : formatDuration(ms));
