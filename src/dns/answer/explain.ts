/**
 * Why a name answers what it answers: asks the question of a responder, with a trace, and puts what was noted and what
 * was replied into words. Decides nothing itself, so it cannot tell another story than the answer.
 */
import { limits } from '../../runtime/index.ts';
import type { CatalogName, Locality } from '../names.ts';
import { parseAddress } from '../subnet.ts';
import { formatMessage, formatRcode } from '../wire/format-message.ts';
import { Flag, type Message } from '../wire/message.ts';
import { formatName, type Name, parseName } from '../wire/name.ts';
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
import { explainInstances } from './explain-instances.ts';
import type { ExplainedAnswer, ExplainRequest } from './explained.ts';
import type { Outcome } from './outcome.ts';
import { replyBytesMax } from './reply-size.ts';
import type { Responder } from './responder.ts';
import { lastOf, type Step, type StepOf, type Trace } from './trace.ts';

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
  const { instances, others } = await explainInstances(steps, message, asked.type, pause);
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
