/** The body of `/v1/query`, and the prepared query that it becomes once Consul's rules hold. */
import { metaProblem } from '../../agent/index.ts';
import type { QueryInput, QueryService } from '../../catalog/index.ts';
import { compileTemplate } from '../../query/index.ts';
import { parseDuration } from '../../runtime/index.ts';
import { HttpError } from '../errors.ts';
import {
  boolean,
  type Decoded,
  type FieldsShape,
  integer,
  text,
  textList,
  textMap,
} from './shape.ts';

const targetShape = {
  kind: 'fields',
  goType: 'structs.QueryFailoverTarget',
  // Consul's client writes the last two even when they are empty.
  fields: { Peer: text, Datacenter: text, Partition: text, Namespace: text },
} as const satisfies FieldsShape;

const failoverShape = {
  kind: 'fields',
  goType: 'structs.QueryFailoverOptions',
  fields: {
    NearestN: integer,
    Datacenters: textList,
    Targets: { kind: 'list', of: targetShape, goType: '[]structs.QueryFailoverTarget' },
  },
} as const satisfies FieldsShape;

export const queryShape = {
  kind: 'fields',
  goType: 'structs.PreparedQuery',
  fields: {
    ID: text,
    Name: text,
    Session: text,
    Token: text,
    Template: {
      kind: 'fields',
      goType: 'structs.QueryTemplateOptions',
      fields: { Type: text, Regexp: text, RemoveEmptyTags: boolean },
    },
    Service: {
      kind: 'fields',
      goType: 'structs.ServiceQuery',
      fields: {
        Service: text,
        SamenessGroup: text,
        Failover: failoverShape,
        OnlyPassing: boolean,
        IgnoreCheckIDs: textList,
        Near: text,
        Tags: textList,
        NodeMeta: textMap,
        ServiceMeta: textMap,
        Connect: boolean,
        Peer: text,
      },
    },
    DNS: { kind: 'fields', goType: 'structs.QueryDNSOptions', fields: { TTL: text } },
  },
  ignored: ['CreateIndex', 'ModifyIndex'],
} as const satisfies FieldsShape;

type DecodedQuery = Decoded<typeof queryShape>;

/** @throws HttpError for the first of Consul's rules that it breaks */
export function toQuery(decoded: DecodedQuery, id: string): QueryInput {
  const { Name: name, Session, Token: token, Template, DNS } = decoded;
  if (name === '' && Template.Type === '' && Session === '') {
    throw invalid('Session', 'Must be bound to a session');
  }
  if (token === REDACTED) {
    const reason = 'it looks like a query definition with a redacted token was submitted';
    throw invalid('Token', `Bad Token '${REDACTED}', ${reason}`);
  }
  const service = toService(decoded.Service);
  checkTtl(DNS.TTL);
  const { Type: type, Regexp: regexp, RemoveEmptyTags: removeEmptyTags } = Template;
  const template = { type, regexp, removeEmptyTags };
  if (type !== '') {
    const compiled = compileTemplate(name, template, service);
    if (!compiled.ok) {
      const message = `raft apply failed: failed compiling template: ${compiled.message}`;
      throw new HttpError('query_invalid', message, 'Template');
    }
  }
  return { id, name, session: Session.toLowerCase(), token, template, service, dnsTtl: DNS.TTL };
}

/** How Consul shows a token to those who may not see it. */
const REDACTED = '<hidden>';

function toService(decoded: DecodedQuery['Service']): QueryService {
  const { Failover, NodeMeta: nodeMeta, ServiceMeta: serviceMeta } = decoded;
  const { NearestN: nearestN, Datacenters: datacenters, Targets } = Failover;
  if (decoded.Service === '') {
    throw invalid('Service.Service', 'Must provide a Service name to query');
  }
  if (decoded.SamenessGroup !== '') {
    throw invalid('Service.SamenessGroup', 'sameness groups are a Consul Enterprise feature');
  }
  if (nearestN < 0) {
    throw invalid('Service.Failover.NearestN', `Bad NearestN '${nearestN}', must be >= 0`);
  }
  if ((nearestN !== 0 || datacenters.length > 0) && Targets.length > 0) {
    const reason = 'Targets cannot be populated with NearestN or Datacenters';
    throw invalid('Service.Failover.Targets', reason);
  }
  checkMeta('NodeMeta', nodeMeta);
  checkMeta('ServiceMeta', serviceMeta);
  return {
    service: decoded.Service,
    failover: { nearestN, datacenters, targets: Targets.map(toTarget) },
    onlyPassing: decoded.OnlyPassing,
    ignoreCheckIds: decoded.IgnoreCheckIDs,
    near: decoded.Near,
    tags: decoded.Tags,
    nodeMeta,
    serviceMeta,
    connect: decoded.Connect,
    peer: decoded.Peer,
  };
}

function toTarget(target: Decoded<typeof targetShape>, at: number) {
  for (const field of ['Partition', 'Namespace'] as const) {
    if (target[field] === '') continue;
    const reason = `${field}s are a Consul Enterprise feature`;
    throw invalid(`Service.Failover.Targets[${at}].${field}`, reason);
  }
  return { peer: target.Peer, datacenter: target.Datacenter };
}

function checkMeta(
  field: 'NodeMeta' | 'ServiceMeta',
  meta: Readonly<Record<string, string>>,
): void {
  const problem = metaProblem(meta, { mayBeReserved: true });
  if (problem !== undefined)
    throw invalid(`Service.${field}`, `Invalid ${field} filter: ${problem}`);
}

function checkTtl(ttl: string): void {
  if (ttl === '') return;
  const parsed = parseDuration(ttl);
  if (!parsed.ok) throw invalid('DNS.TTL', `Bad DNS TTL '${ttl}': ${parsed.message}`);
  if (parsed.ms < 0) throw invalid('DNS.TTL', `DNS TTL '${parsed.ms * 1e6}', must be >=0`);
}

function invalid(field: string, reason: string): HttpError {
  return new HttpError('query_invalid', `Invalid prepared query: ${reason}`, field);
}
