/**
 * One DNS question to one server, and the reply as values. A truncated reply is asked for again over TCP. What is not
 * the reply to this question is ignored (RFC 5452 §9.1), so a forged datagram ends nothing.
 */
import { randomInt } from 'node:crypto';
import {
  type EdnsOption,
  type EdnsReply,
  Flag,
  HEADER_BYTES,
  lowerName,
  type Message,
  type MessageQuestion,
  MessageWriter,
  Opcode,
  Rcode,
  readMessage,
  WireError,
} from '../dns/index.ts';
import { type DnsServer, exchange, type Judgement, type Transport } from './dns-exchange.ts';

/** Option code of RFC 7873. */
const COOKIE = 10;
const CLIENT_COOKIE_BYTES = 8;
const QUERY_BYTES_MAX = 1024;

export interface DnsQuery {
  readonly question: MessageQuestion;
  readonly recursionDesired: boolean;
  /** Undefined: a query without EDNS. */
  readonly edns: QueryEdns | undefined;
  readonly transport: Transport;
  /** Keep a truncated reply instead of asking again over TCP. */
  readonly keepTruncated: boolean;
}

export type QueryEdns = Pick<EdnsReply, 'payloadBytes' | 'dnssecOk' | 'options'>;

export interface DnsReply {
  readonly message: Message;
  readonly bytes: number;
  readonly elapsedMs: number;
  /** What it came over in the end. */
  readonly transport: Transport;
}

/** @throws NoReplyError when no reply to this question comes in time */
export async function queryDns(query: DnsQuery, server: DnsServer): Promise<DnsReply> {
  const id = randomInt(0x1_0000);
  const sent = encodeQuery(query, id);
  const ask = async (transport: Transport): Promise<DnsReply> => {
    const start = performance.now();
    const reply = await exchange(transport, sent, server, (bytes) => judge(bytes, query, id));
    return { ...reply, transport, elapsedMs: performance.now() - start };
  };
  const reply = await ask(query.transport);
  const isWhole = !reply.message.header.truncated || query.transport === 'tcp';
  return isWhole || query.keepTruncated ? reply : ask('tcp');
}

function encodeQuery({ question, edns, recursionDesired }: DnsQuery, id: number): Uint8Array {
  const writer = new MessageWriter();
  writer.begin(HEADER_BYTES + QUERY_BYTES_MAX);
  writer.question(question);
  if (edns !== undefined) writer.edns({ ...edns, extendedRcode: 0 });
  return writer.finish(id, recursionDesired ? Flag.RECURSION_DESIRED : 0);
}

type Received = Pick<DnsReply, 'message' | 'bytes'>;

function judge(bytes: Uint8Array, query: DnsQuery, id: number): Judgement<Received> {
  try {
    const message = readMessage(bytes);
    const reason = mismatch(message, query, id);
    if (reason !== undefined) return { kind: 'ignored', reason };
    return { kind: 'reply', reply: { message, bytes: bytes.length } };
  } catch (error) {
    if (error instanceof WireError) return { kind: 'ignored', reason: error.message };
    throw error;
  }
}

/** Why `message` is not the reply to `query`; undefined when it is. */
function mismatch(message: Message, query: DnsQuery, id: number): string | undefined {
  const { header, question, edns } = message;
  if (!header.response || header.opcode !== Opcode.QUERY) return 'no reply';
  if (header.id !== id) return 'another id';
  if (!isSameQuestion(question, query.question) && !mayLackQuestion(message)) {
    return 'another question';
  }
  // RFC 7873 §5.3: a reply with somebody else's client cookie is forged.
  const sent = clientCookie(query.edns?.options);
  const echoed = clientCookie(edns?.options);
  if (sent !== undefined && echoed !== undefined && sent !== echoed) return 'another cookie';
  return undefined;
}

function isSameQuestion(one: MessageQuestion | undefined, asked: MessageQuestion): boolean {
  return (
    one !== undefined &&
    lowerName(one.name) === lowerName(asked.name) &&
    one.type === asked.type &&
    one.class === asked.class
  );
}

/** A server that could not read the question, or would not, need not repeat it. */
function mayLackQuestion({ question, rcode }: Message): boolean {
  const isAnswered = rcode === Rcode.NOERROR || rcode === Rcode.NXDOMAIN;
  return question === undefined && !isAnswered;
}

function clientCookie(options: readonly EdnsOption[] = []): string | undefined {
  const data = options.find(({ code }) => code === COOKIE)?.data;
  return data && Buffer.from(data).toString('hex', 0, CLIENT_COOKIE_BYTES);
}
