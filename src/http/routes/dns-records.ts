/**
 * `/v1/dns/records/<zone>/<name>/<type>`: RRsets that DNS answers beside and before those of the master files. Ours;
 * the forms are those of Consul's KV: `cas`, blocking reads, a DELETE that may be repeated.
 */
import {
  type DnsRecordRow,
  deleteDnsRecord,
  dnsRecordKey,
  putDnsRecord,
  type Reading,
  readDnsName,
  readDnsRecord,
  readDnsRecords,
  readDnsZone,
} from '../../catalog/index.ts';
import { InTurn, limits } from '../../runtime/index.ts';
import { type Answer, json } from '../answer.ts';
import { decodeBody } from '../decode/decode.ts';
import { type FieldsShape, integer, textList } from '../decode/shape.ts';
import type { HttpDeps } from '../deps.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { HttpError } from '../errors.ts';
import type { Query } from '../query.ts';
import { answerRead, checkDatacenter, type ReadDeps } from '../reads.ts';
import type { RecordPath, RecordRules } from '../record-rules.ts';

type Deps = ReadDeps & Pick<HttpDeps, 'commit' | 'logger' | 'recordRules'>;

const PATH = '/v1/dns/records/';

/** What a GET answers can be put back as it is. */
const rrsetShape = {
  kind: 'fields',
  goType: 'rollcall.RRset',
  fields: { TTL: integer, Records: textList },
  ignored: ['Zone', 'Name', 'Type', 'CreateIndex', 'ModifyIndex'],
} as const satisfies FieldsShape;

export function dnsRecords(deps: Deps): readonly Endpoint[] {
  const inTurn = writesInTurn(deps);
  return [
    { method: 'GET', path: PATH, handle: (call) => read(deps, call) },
    { method: 'PUT', path: PATH, handle: (call) => inTurn(call, (path) => put(deps, call, path)) },
    {
      method: 'DELETE',
      path: PATH,
      handle: (call) => inTurn(call, (path) => remove(deps, call, path)),
    },
  ];
}

/**
 * What is judged of an RRset holds until it is committed: the writes of a zone come one after another, and an SOA,
 * which takes names from the zones around it, between all others.
 */
function writesInTurn({ recordRules }: Deps) {
  const gate = new InTurn();
  const turnsOf = new Map<string, InTurn>();
  const inZone = (zone: string, write: () => Promise<Answer>): Promise<Answer> => {
    const turns = turnsOf.get(zone) ?? new InTurn();
    turnsOf.set(zone, turns);
    return turns.run(write).finally(() => {
      if (turns.count === 0) turnsOf.delete(zone);
    });
  };
  return async (call: Call, write: (path: RecordPath) => Promise<Answer>): Promise<Answer> => {
    const path = pathOf(recordRules, partsOf(call));
    if (path.type === 'SOA') {
      return gate.run(async () => {
        await Promise.all(Array.from(turnsOf.values(), (turns) => turns.run(async () => {})));
        return write(path);
      });
    }
    const { done } = await gate.run(async () => ({ done: inZone(path.zone, () => write(path)) }));
    return done;
  };
}

function read(deps: Deps, call: Call): Answer | Promise<Answer> {
  const { state, recordRules } = deps;
  const parts = partsOf(call);
  const [zoneText, nameText, typeText] = parts;
  if (zoneText === undefined) return list(deps, call, () => readDnsRecords(state));
  const zone = recordRules.canonicalZone(zoneText);
  if (nameText === undefined) return list(deps, call, () => readDnsZone(state, zone));
  const name = recordRules.canonicalName(zone, nameText);
  if (typeText === undefined) return list(deps, call, () => readDnsName(state, zone, name));
  const path = pathOf(recordRules, parts);
  const answer = answerRead(deps, call, {
    read: () => readDnsRecord(state, path),
    toJson: (row) => row && rrsetJson(row),
  });
  return answer instanceof Promise
    ? answer.then((settled) => foundOr404(call, path, settled))
    : foundOr404(call, path, answer);
}

function list(
  deps: Deps,
  call: Call,
  readRows: () => Reading<DnsRecordRow[]>,
): Answer | Promise<Answer> {
  return answerRead(deps, call, { read: readRows, toJson: (rows) => rows.map(rrsetJson) });
}

/** As with Consul's KV, what is not there has an index too, and can be waited for. */
function foundOr404({ reply }: Call, { zone, name, type }: RecordPath, answer: Answer): Answer {
  if (answer.kind !== 'json' || answer.value !== undefined) return answer;
  for (const header in answer.headers) {
    reply.raw.setHeader(header, answer.headers[header] ?? '');
  }
  throw new HttpError('dns_record_unknown', `no ${type} records of "${name}" in "${zone}"`);
}

async function put(deps: Deps, call: Call, path: RecordPath): Promise<Answer> {
  const { state, commit, logger, recordRules, agent } = deps;
  const { query, request, body } = call;
  checkDatacenter(query, agent.identity.datacenter);
  const cas = casOf(query);
  const { TTL, Records } = decodeBody(rrsetShape, body);
  const { rrset, hasFile } = await recordRules.admit(path, TTL, Records);
  const key = dnsRecordKey(path.zone, path.name, path.type);
  const { result } = await commit((transaction) => {
    const most = limits.dnsRRsets.default;
    // Those on their way to the disk do not count yet: a few more than the limit do no harm.
    const isFull = state.tables.dns_records.size >= most;
    if (isFull && transaction.get('dns_records', key) === undefined) {
      throw new HttpError('dns_records_exceeded', `there are ${most} RRsets already`);
    }
    const done = putDnsRecord(transaction, rrset, { cas, hasFile });
    return { done, changed: transaction.isChanged };
  });
  if (result.changed) logger.info({ requestId: request.id, ...path }, 'DNS records written');
  return json(result.done);
}

async function remove(deps: Deps, call: Call, path: RecordPath): Promise<Answer> {
  const { commit, logger, recordRules, agent } = deps;
  const { query, request } = call;
  checkDatacenter(query, agent.identity.datacenter);
  const cas = casOf(query);
  const { hasFile } = await recordRules.admitDeletion(path);
  const { result } = await commit((transaction) => {
    const done = deleteDnsRecord(transaction, path, { cas, hasFile });
    return { done, changed: transaction.isChanged };
  });
  if (result.changed) logger.info({ requestId: request.id, ...path }, 'DNS records removed');
  return json(result.done);
}

const PARTS = ['zone', 'name', 'type'] as const;

/** Cut before it is decoded: RFC 2317 names have a slash in a label, which comes as `%2F`. */
function partsOf({ request }: Call): readonly string[] {
  const [url = ''] = (request.raw.url ?? '').split('?', 1);
  // A proxy may write the whole URL; an escape in this part of it is nobody's need.
  const start = url.indexOf(PATH);
  const path = url.slice(start + PATH.length).replace(/\/$/, '');
  const parts = path === '' ? [] : path.split('/').map(decodeURIComponent);
  if (start < 0 || parts.includes('') || parts.length > PARTS.length) {
    const reason = `the path is not ${PATH}<zone>/<name>/<type>`;
    throw new HttpError('dns_record_invalid', reason, 'path');
  }
  return parts;
}

/** Of a path with all its parts. */
function pathOf(rules: RecordRules, parts: readonly string[]): RecordPath {
  const [zoneText, nameText, typeText] = parts;
  if (zoneText === undefined || nameText === undefined || typeText === undefined) {
    const missing = PARTS[parts.length] ?? 'type';
    throw new HttpError('dns_record_invalid', `Missing ${missing}`, missing);
  }
  const zone = rules.canonicalZone(zoneText);
  const name = rules.canonicalName(zone, nameText);
  return { zone, name, type: rules.canonicalType(typeText) };
}

const UINT64 = /^[0-9]{1,20}$/;

/** Undefined: whatever is there. Past 2^53 it is rounded, which is still an index that nothing has. */
function casOf(query: Query): number | undefined {
  if (!query.has('cas')) return undefined;
  const text = query.get('cas');
  if (UINT64.test(text) && BigInt(text) < 2n ** 64n) return Number(text);
  throw new HttpError('cas_invalid', `${JSON.stringify(text)} is not an index`, 'cas');
}

function rrsetJson(row: DnsRecordRow) {
  return {
    Zone: row.zone,
    Name: row.name,
    Type: row.type,
    TTL: row.ttlSeconds,
    Records: row.records,
    CreateIndex: row.createIndex,
    ModifyIndex: row.modifyIndex,
  };
}
