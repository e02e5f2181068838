/**
 * Why a name answers what it answers: asks the question of a responder, with a trace, and puts what was noted and what
 * was replied into words. Decides nothing itself, so it cannot tell another story than the answer.
 */
import { limits } from '../../runtime/index.ts';
import type { CatalogName, Locality } from '../names.ts';
import { parseAddress } from '../subnet.ts';
import type { InstanceEntry } from '../view/entries.ts';
import type { Drop } from '../view/health.ts';
import type { Candidate } from '../view/service-entry.ts';
import { formatMessage, formatRcode } from '../wire/format-message.ts';
import { Flag, type Message } from '../wire/message.ts';
import { formatName, lowerName, type Name, parseName } from '../wire/name.ts';
import { octetText } from '../wire/octet-text.ts';
import type { Client } from '../wire/question.ts';
import { readMessage } from '../wire/read-message.ts';
import { formatType, parseType, RecordClass, RecordType } from '../wire/types.ts';
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
import type { Step, Trace } from './trace.ts';

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

const EXTENDED_ERROR = 15;

interface Asked {
  readonly name: Name;
  readonly type: number;
  readonly client: Client;
  readonly bytes: Uint8Array;
  readonly bytesMax: number;
}

/** @throws UnaskableError */
export async function explain(
  responder: Pick<Responder, 'respond'>,
  request: ExplainRequest,
): Promise<ExplainedAnswer> {
  const asked = readRequest(request);
  const trace: Trace = { steps: [] };
  const reply = await responder.respond(asked.bytes, asked.client, trace);
  const message = reply === undefined ? undefined : readMessage(reply);
  const { steps } = trace;
  const source = lastOf(steps, 'source');
  const ttl = lastOf(steps, 'ttl');
  const outcome = source?.outcome;
  const hasTtl = ttl !== undefined && message !== undefined && message.answers.length > 0;
  return {
    name: formatName(asked.name),
    type: formatType(asked.type),
    client: request.client,
    transport: request.transport,
    parsed: parsedOf(lastOf(steps, 'name')),
    source: outcome === undefined || outcome.kind === 'skip' ? 'none' : (source?.source ?? 'none'),
    outcome: outcome?.kind ?? 'refused',
    rcode: message === undefined ? 'none' : formatRcode(message.rcode),
    why: extendedError(message) ?? whyOf(outcome, steps),
    notes: notesOf(steps, message),
    ttl: hasTtl ? { seconds: ttl.seconds, rule: ttl.rule } : undefined,
    instances: explainInstances(steps, message, asked),
    truncated: message?.header.truncated ?? false,
    bytes: reply?.length ?? 0,
    bytesMax: asked.bytesMax,
    reply: message === undefined ? [] : formatMessage(message),
  };
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
    Object.entries(locality)
      .filter(([, value]) => value !== '')
      .map(([part, value]) => [part, utf8(value)]),
  );
}

/** Octets of a label as the text that was registered. */
function utf8(label: string): string {
  return Buffer.from(label, 'latin1').toString();
}

/** RFC 8914 §2: what the reply itself says; INFO-CODE (16) EXTRA-TEXT. */
function extendedError(message: Message | undefined): string | undefined {
  const data = message?.edns?.options.find(({ code }) => code === EXTENDED_ERROR)?.data;
  const text = data === undefined ? '' : Buffer.from(data.subarray(2)).toString();
  return text === '' ? undefined : text;
}

/** A query without EDNS is told nothing: then it is the outcome that is put into words. */
function whyOf(outcome: Outcome | undefined, steps: readonly Step[]): string {
  switch (outcome?.kind) {
    case undefined:
      return 'no source was asked';
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
      return 'this server does not do that';
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

function notesOf(steps: readonly Step[], message: Message | undefined): string[] {
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
  if (message?.header.truncated === true) notes.push('TC: something was left out, TCP has more');
  return notes;
}

function explainInstances(
  steps: readonly Step[],
  message: Message | undefined,
  { type }: Asked,
): ExplainedInstance[] {
  const looked = lastOf(steps, 'instances');
  if (looked === undefined) return [];
  const records = lastOf(steps, 'records');
  const answered = new Set(message?.answers.map(({ rdata }) => keyOf(rdata)));
  const isLimited = lastOf(steps, 'limit') !== undefined;
  const shownBy = new Map<string, InstanceEntry>();
  const judge = ({ instance, drop }: Candidate): Verdict => {
    if (drop !== undefined) return dropped(drop);
    const { selection } = looked;
    const rdatas = records?.of(instance) ?? [];
    if (rdatas.length === 0) {
      return selection?.hostOf(instance, type) === undefined
        ? { reason: 'no-address', detail: 'it has no address that a record could hold' }
        : { reason: 'type', detail: `it has no ${formatType(type)} record` };
    }
    const found = rdatas.map(keyOf).find((key) => answered.has(key));
    if (found !== undefined) {
      const other = shownBy.get(found);
      if (other === undefined) {
        shownBy.set(found, instance);
        return { reason: 'answered', detail: 'it is in the reply' };
      }
      const detail = `same record as "${other.id}" on ${other.node.row?.name ?? other.node.key}`;
      return { reason: 'duplicate', detail };
    }
    if (isLimited) return { reason: 'limit', detail: 'a setting lets fewer answers through' };
    if (type === RecordType.ANY || message?.header.truncated !== true) {
      return { reason: 'type', detail: 'ANY is answered with one RRset, or another host name' };
    }
    return { reason: 'size', detail: 'the reply had no room for it' };
  };
  return looked.candidates
    .map((candidate) => described(candidate, judge(candidate), looked))
    .sort((one, other) => Number(other.kept) - Number(one.kept));
}

interface Verdict {
  readonly reason: KeptOrDropped;
  readonly detail: string;
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

function described(
  { instance }: Candidate,
  { reason, detail }: Verdict,
  { selection }: StepOf<'instances'>,
): ExplainedInstance {
  const { node, id, health, address } = instance;
  const other = instance.allMarks.find(({ status }) => status !== 'passing');
  return {
    node: node.row?.name ?? node.key,
    serviceId: id,
    address: address === '' ? (node.row?.address ?? '') : address,
    port: selection?.portOf(instance) ?? instance.port,
    status: health === 'other' ? (other?.status ?? health) : health,
    weight: instance.weight(),
    kept: reason === 'answered' || reason === 'duplicate',
    reason,
    detail,
  };
}

/** Names in RDATA compare in any letter case. */
function keyOf(rdata: Uint8Array): string {
  return lowerName(octetText(rdata, 0, rdata.length));
}
