/**
 * Why a name answers what it answers: asks the question of a responder, with a trace, and puts what was noted and what
 * was replied into words. Decides nothing itself, so it cannot tell another story than the answer.
 */
import { limits } from '../../runtime/index.ts';
import type { CatalogName, Locality } from '../names.ts';
import { parseAddress } from '../subnet.ts';
import type { InstanceEntry } from '../view/entries.ts';
import type { Drop } from '../view/health.ts';
import type { Host } from '../view/host.ts';
import type { Candidate } from '../view/service-entry.ts';
import { formatMessage, formatRcode } from '../wire/format-message.ts';
import { formatRdata } from '../wire/format-record.ts';
import { Flag, type Message } from '../wire/message.ts';
import { formatName, lowerName, type Name, parseName } from '../wire/name.ts';
import { octetText } from '../wire/octet-text.ts';
import type { Client } from '../wire/question.ts';
import { readMessage } from '../wire/read-message.ts';
import {
  EdnsOptionCode,
  formatType,
  parseType,
  Rcode,
  RecordClass,
  RecordType,
} from '../wire/types.ts';
import { MessageWriter } from '../wire/write-message.ts';
import type {
  ExplainedAnswer,
  ExplainedInstance,
  ExplainRequest,
  KeptOrDropped,
} from './explained.ts';
import type { Outcome } from './outcome.ts';
import { replyBytesMax } from './reply-size.ts';
import type { Responder } from './responder.ts';
import type { Rdata, Step, Trace } from './trace.ts';

/** A request that no query can be made of. */
export class UnaskableError extends Error {
  readonly code = 'dns_unaskable';
  readonly field: keyof ExplainRequest;

  constructor(field: keyof ExplainRequest, message: string) {
    super(message);
    this.name = 'UnaskableError';
    this.field = field;
  }
}

export const EXPLAIN_ERROR_CODES = ['dns_busy', 'dns_failed'] as const;
export type ExplainErrorCode = (typeof EXPLAIN_ERROR_CODES)[number];

/** A question that is not explained, for reasons of the server. */
export class ExplainError extends Error {
  readonly code: ExplainErrorCode;

  constructor(code: ExplainErrorCode, message: string) {
    super(message);
    this.name = 'ExplainError';
    this.code = code;
  }
}

interface Asked {
  readonly name: Name;
  readonly type: number;
  readonly client: Client;
  readonly bytes: Uint8Array;
  readonly bytesMax: number;
}

/** Everything but the reply in presentation form, which takes its time and is for another thread to make. */
export interface Account {
  readonly answer: Omit<ExplainedAnswer, 'reply'>;
  /** The reply itself; undefined when there is none. */
  readonly message: Uint8Array | undefined;
}

export interface ExplainParts {
  readonly responder: Pick<Responder, 'respond'>;
  /** Resolves after everyone else had a turn: a service may have many instances. */
  readonly pause: () => Promise<void>;
}

/** @throws UnaskableError */
export async function explain(
  { responder, pause }: ExplainParts,
  request: ExplainRequest,
): Promise<Account> {
  const asked = readRequest(request);
  const trace: Trace = { steps: [] };
  const reply = await responder.respond(asked.bytes, asked.client, trace);
  const message = reply === undefined ? undefined : readMessage(reply);
  const { steps } = trace;
  const source = lastOf(steps, 'source');
  const outcome = source?.outcome;
  const { instances, others } = await explainInstances(steps, message, asked, pause);
  const answer: Account['answer'] = {
    name: formatName(asked.name),
    type: formatType(asked.type),
    client: request.client,
    transport: request.transport,
    parsed: parsedOf(lastOf(steps, 'name')),
    source: outcome === undefined || outcome.kind === 'skip' ? 'none' : (source?.source ?? 'none'),
    outcome: outcome?.kind ?? (message?.rcode === Rcode.NOTIMP ? 'not-implemented' : 'refused'),
    rcode: message === undefined ? 'none' : formatRcode(message.rcode),
    why: extendedError(message) ?? whyOf(outcome, steps),
    notes: [...notesOf(steps, message, request.transport), ...others],
    ttl: ttlOf(steps, message, source?.source),
    instances,
    truncated: message?.header.truncated ?? false,
    bytes: reply?.length ?? 0,
    bytesMax: asked.bytesMax,
  };
  return { answer, message: reply };
}

/** The reply of an account as `dig` prints it, a line each. */
export function formatReply(message: Uint8Array | undefined): string[] {
  return message === undefined ? [] : formatMessage(readMessage(message));
}

function readRequest({ name: text, type: typeText, ...rest }: ExplainRequest): Asked {
  const name = parseName(text);
  if (name === undefined) throw new UnaskableError('name', `"${text}" is not a domain name`);
  const type = parseType(typeText);
  if (type === undefined) throw new UnaskableError('type', `"${typeText}" is not a record type`);
  if (parseAddress(rest.client) === undefined) {
    throw new UnaskableError('client', `"${rest.client}" is not an IP address`);
  }
  const client: Client = { address: rest.client, port: 0, transport: rest.transport };
  const writer = new MessageWriter();
  writer.begin(limits.udpPayloadBytes.max);
  writer.question({ name, type, class: RecordClass.IN });
  const { bufsize: payloadBytes } = rest;
  const edns =
    payloadBytes === undefined
      ? undefined
      : { version: 0, payloadBytes, dnssecOk: false, extendedRcode: 0, options: [] };
  if (edns !== undefined) writer.edns(edns);
  const bytes = writer.finish(0, Flag.RECURSION_DESIRED);
  return { name, type, client, bytes, bytesMax: replyBytesMax(client, edns) };
}

type StepOf<Kind extends Step['kind']> = Extract<Step, { readonly kind: Kind }>;

function lastOf<Kind extends Step['kind']>(
  steps: readonly Step[],
  kind: Kind,
): StepOf<Kind> | undefined {
  return steps.findLast((step): step is StepOf<Kind> => step.kind === kind);
}

function parsedOf(step: StepOf<'name'> | undefined): Readonly<Record<string, string>> | undefined {
  if (step === undefined) return undefined;
  const { name, domain } = step;
  return { kind: name.kind, domain: formatName(domain), ...partsOf(name) };
}

function partsOf(name: CatalogName): Readonly<Record<string, string>> {
  const parts: Record<string, string> = {};
  for (const [part, value] of Object.entries(name)) {
    if (part === 'kind' || value === undefined) continue;
    if (typeof value === 'object') Object.assign(parts, localityOf(value));
    else if (typeof value === 'string' && value !== '') parts[part] = utf8(value);
    else if (value === true) parts[part] = 'true';
  }
  return parts;
}

function localityOf(locality: Locality): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [
      ['datacenter', locality.datacenter],
      ['peer', locality.peer],
    ]
      .filter(([, value]) => value !== '')
      .map(([part = '', value = '']) => [part, utf8(value)]),
  );
}

/** Octets of a label as the text that was registered. */
function utf8(label: string): string {
  return Buffer.from(label, 'latin1').toString();
}

/** RFC 8914 §2: what the reply itself says; INFO-CODE (16) EXTRA-TEXT. */
function extendedError(message: Message | undefined): string | undefined {
  const data = message?.edns?.options.find(
    ({ code }) => code === EdnsOptionCode.EXTENDED_ERROR,
  )?.data;
  const text = data === undefined ? '' : Buffer.from(data.subarray(2)).toString();
  return text === '' ? undefined : text;
}

/** A query without EDNS is told nothing: then it is the outcome that is put into words. */
function whyOf(outcome: Outcome | undefined, steps: readonly Step[]): string {
  switch (outcome?.kind) {
    case undefined:
      return lastOf(steps, 'note')?.text ?? 'no source was asked';
    case 'skip':
      return 'the name is in no zone of this server, and there is no recursor to ask';
    case 'answer':
    case 'no-data':
    case 'name-error':
    case 'refused':
    case 'failure':
    case 'overflow':
      return outcome.explanation?.text ?? plainWhy(outcome, steps);
    case 'referral':
      return 'the name is below a zone cut of a zone file';
    case 'relayed':
      return 'a recursor answered';
    case 'not-implemented':
      return outcome.explanation?.text ?? 'this server does not do that';
  }
}

function plainWhy(outcome: Outcome, steps: readonly Step[]): string {
  const looked = lastOf(steps, 'instances');
  if (outcome.kind === 'answer' && looked !== undefined) {
    const used = looked.candidates.filter(({ drop }) => drop === undefined).length;
    return `${used} of ${looked.candidates.length} instances may be answered`;
  }
  return outcome.kind === 'answer' ? 'the name has such a record' : 'there is no such record';
}

function notesOf(
  steps: readonly Step[],
  message: Message | undefined,
  transport: Client['transport'],
): string[] {
  const notes: string[] = [];
  for (const step of steps) {
    switch (step.kind) {
      case 'limit':
        notes.push(`${step.setting} lets ${step.most} of ${step.of} through`);
        break;
      case 'near':
        notes.push(
          step.locations.length === 0
            ? 'the client is in no location of dns_config.near'
            : `the client is in ${step.locations.join(', ')}: instances there go first`,
        );
        break;
      case 'follow':
        notes.push(`${formatName(step.target)} was looked up in turn`);
        break;
      case 'note':
        notes.push(step.text);
        break;
      default:
        // Told elsewhere.
        break;
    }
  }
  if (message?.header.truncated === true) {
    notes.push(
      transport === 'udp'
        ? 'TC: something was left out, TCP has more'
        : 'TC: something was left out, a message holds no more',
    );
  }
  return notes;
}

/** The TTL of the first answer, and where it is set. */
function ttlOf(
  steps: readonly Step[],
  message: Message | undefined,
  source: string | undefined,
): ExplainedAnswer['ttl'] {
  const first = message?.answers[0];
  if (first === undefined) return undefined;
  const step = lastOf(steps, 'ttl');
  const isSoa = first.type === RecordType.SOA;
  if (step !== undefined && step.seconds === first.ttl && !isSoa) {
    return { seconds: first.ttl, rule: step.rule };
  }
  const rule =
    source === 'forward'
      ? 'the recursor'
      : isSoa
        ? 'dns_config.soa.min_ttl, or the zone file'
        : 'the zone file';
  return { seconds: first.ttl, rule };
}

interface Judged {
  readonly instances: readonly ExplainedInstance[];
  /** How many more there are, and why they are in the reply or not. */
  readonly others: readonly string[];
}

/** Those in the reply first; so many that the list stays a list. */
async function explainInstances(
  steps: readonly Step[],
  message: Message | undefined,
  asked: Asked,
  pause: () => Promise<void>,
): Promise<Judged> {
  const looked = lastOf(steps, 'instances');
  if (looked === undefined) return { instances: [], others: [] };
  const most = limits.explainedInstances.default;
  const judge = judging(steps, message, looked, asked);
  const kept: ExplainedInstance[] = [];
  const left: ExplainedInstance[] = [];
  const counts = new Map<KeptOrDropped, number>();
  for (const [at, candidate] of looked.candidates.entries()) {
    if (at % SLICE_INSTANCES === SLICE_INSTANCES - 1) await pause();
    const verdict = judge(candidate);
    const { reason } = verdict;
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
    const list = isKept(reason) ? kept : left;
    if (list.length < most) list.push(described(candidate, verdict, looked, asked));
  }
  const instances = [...kept, ...left].slice(0, most);
  const unlisted = looked.candidates.length - instances.length;
  if (unlisted === 0) return { instances, others: [] };
  const totals = [...counts].map(([reason, count]) => `${count} ${reason}`).join(', ');
  const text = `${unlisted} more instances are not listed; of all ${looked.candidates.length}: ${totals}`;
  return { instances, others: [text] };
}

/** Instances judged between two pauses: some milliseconds. */
const SLICE_INSTANCES = 100;

interface Verdict {
  readonly reason: KeptOrDropped;
  readonly detail: string;
}

function judging(
  steps: readonly Step[],
  message: Message | undefined,
  { selection }: StepOf<'instances'>,
  { type }: Asked,
): (candidate: Candidate) => Verdict {
  const records = lastOf(steps, 'records');
  const answered = new Set(message?.answers.map(keyOf));
  const drawn = new Set(lastOf(steps, 'drawn')?.records.map(keyOf));
  const isLimited = lastOf(steps, 'limit') !== undefined;
  const shownBy = new Map<string, InstanceEntry>();
  return ({ instance, drop }) => {
    if (drop !== undefined) return dropped(drop);
    const keys = (records?.of(instance) ?? []).map(keyOf);
    if (keys.length === 0) return withoutRecord(selection?.hostOf(instance, type), type);
    const found = keys.find((key) => answered.has(key));
    const other = found === undefined ? undefined : shownBy.get(found);
    if (found !== undefined && other === undefined) {
      shownBy.set(found, instance);
      return { reason: 'answered', detail: 'it is in the reply' };
    }
    if (other !== undefined) {
      const detail = `same record as "${other.id}" on ${other.node.row?.name ?? other.node.key}`;
      return { reason: 'duplicate', detail };
    }
    if (keys.some((key) => drawn.has(key))) {
      return { reason: 'size', detail: 'the reply had no room for it' };
    }
    if (isLimited) return { reason: 'limit', detail: 'a setting lets fewer answers through' };
    if (selection?.isAlias(type) === true) {
      return { reason: 'type', detail: 'the service is an alias, of another host name this time' };
    }
    return type === RecordType.ANY
      ? { reason: 'type', detail: 'ANY is answered with one RRset' }
      : { reason: 'size', detail: 'the reply had no room for it' };
  };
}

function withoutRecord(host: Host | undefined, type: number): Verdict {
  if (host === undefined) {
    return { reason: 'no-address', detail: 'it has no address that a record could hold' };
  }
  const isAddressWanted = type === RecordType.A || type === RecordType.AAAA;
  return host.type === RecordType.CNAME && isAddressWanted
    ? { reason: 'type', detail: 'others have addresses, which go before its host name' }
    : { reason: 'type', detail: `it has no ${formatType(type)} record` };
}

function dropped(drop: Drop): Verdict {
  switch (drop.reason) {
    case 'critical':
    case 'warning': {
      const { checkId, status } = drop.check;
      return { reason: drop.reason, detail: `check "${checkId}" is ${status}` };
    }
    case 'maintenance':
      return { reason: 'maintenance', detail: `in maintenance ("${drop.check.checkId}")` };
    case 'tag':
      return { reason: 'tag', detail: 'it does not have the tag' };
    case 'condition':
      return { reason: 'condition', detail: 'the prepared query does not want it' };
    case 'no-node':
      return { reason: 'no-node', detail: 'its node is not in the catalog' };
  }
}

function isKept(reason: KeptOrDropped): boolean {
  return reason === 'answered' || reason === 'duplicate';
}

function described(
  { instance }: Candidate,
  { reason, detail }: Verdict,
  { selection }: StepOf<'instances'>,
  { type }: Asked,
): ExplainedInstance {
  const { node, id, health, address } = instance;
  const other = instance.allMarks.find(({ status }) => status !== 'passing');
  const host = selection?.hostOf(instance, type);
  const registered = address === '' ? (node.row?.address ?? '') : address;
  return {
    node: node.row?.name ?? node.key,
    serviceId: id,
    address: host === undefined ? registered : formatRdata(host.type, host.rdata),
    port: selection?.portOf(instance) ?? instance.port,
    status: health === 'other' ? (other?.status ?? health) : health,
    weight: instance.weight(),
    kept: isKept(reason),
    reason,
    detail,
  };
}

/** Host names compare in any letter case, and a reply may write one as the question did. */
function keyOf({ type, rdata }: Rdata): string {
  const text = octetText(rdata, 0, rdata.length);
  return `${type} ${type === RecordType.CNAME ? lowerName(text) : text}`;
}
