/**
 * The whole way from octets to octets, over the catalog and master files of `catalog.ts`, under any options. What is
 * checked holds for every reply, whatever it says; `strict-reader.ts` and dns-packet read it, not the server's code.
 *
 *   input:  options (8) ▸ transport and client (8) ▸ the message
 */
import dnsPacket from 'dns-packet';
import type { AnswerOptions, ProtocolOptions } from '../../../src/dns/options.ts';
import type { Client } from '../../../src/dns/wire/question.ts';
import { readMessage } from '../../../src/dns/wire/read-message.ts';
import { type Random, seededRandom, silentLogger } from '../../../src/runtime/index.ts';
import { type Server, serve } from '../../dns/ask.ts';
import { ROWS } from '../catalog.ts';
import { mutate } from '../mutate.ts';
import { makeQuery } from '../queries.ts';
import { readName, readStrictly, type StrictMessage, type StrictRecord } from '../strict-reader.ts';
import { must, oneIn, pick, type Target } from '../target.ts';
import { servedZones } from '../zones.ts';

const OPTION_SETS = 24;
const PREFIX_OCTETS = 2;

const CLIENTS = [
  '192.0.2.1',
  '10.1.0.7',
  '127.0.0.1',
  '2001:db8::1',
  '::1',
  '::ffff:10.1.0.7',
  'fe80::1%eth0',
  '10.2.0.1',
];

const TYPE = { NS: 2, CNAME: 5, SOA: 6, DNAME: 39, OPT: 41, ANY: 255 };
const RCODE = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, BADVERS: 16 };
const CLASS_CHAOS = 3;
const FLAG = { RESPONSE: 0x8000, TRUNCATED: 0x0200 };

function generate(random: Random): Uint8Array {
  const query = makeQuery(random);
  const message = oneIn(8, random) ? mutate(query, random) : query;
  return Buffer.concat([Buffer.from([random.integer(OPTION_SETS), random.integer(256)]), message]);
}

// ---- The servers, one for each set of options

interface Fuzzed extends Server {
  readonly answer: Partial<AnswerOptions>;
  readonly protocol: Partial<ProtocolOptions>;
  readonly errors: unknown[];
}

const servers = new Map<number, Fuzzed>();

function serverOf(set: number): Fuzzed {
  const known = servers.get(set);
  if (known !== undefined) return known;
  const random = seededRandom(set);
  const answer = set === 0 ? {} : makeAnswerOptions(random);
  const protocol = set === 0 ? {} : makeProtocolOptions(random);
  const errors: unknown[] = [];
  const note = (...line: unknown[]): void => void errors.push(line);
  const zones = servedZones();
  const server = serve({
    rows: ROWS,
    answer,
    protocol,
    seed: set,
    recursionAvailable: oneIn(3, random),
    identity: oneIn(3, random) ? { altDomain: 'test.consul.' } : {},
    logger: { ...silentLogger, error: note, fatal: note } as typeof silentLogger,
    ...(oneIn(5, random) ? {} : zones),
  });
  zones.connect(server.responder.ask);
  const fuzzed = { ...server, answer, protocol, errors };
  servers.set(set, fuzzed);
  return fuzzed;
}

/** Any options, at random. */
export function makeAnswerOptions(random: Random): Partial<AnswerOptions> {
  const half = (): boolean => oneIn(2, random);
  return {
    onlyPassing: half(),
    nodeTtlSeconds: pick(random, [0, 5, 2 ** 31 - 1]),
    serviceTtlSeconds: pick(random, [{}, { 'w*': 7, db: 1 }, { '*': 9 }]),
    aRecordLimit: pick(random, [0, 0, 1, 3]),
    udpAnswerLimit: pick(random, [0, 0, 1, 3]),
    additionalNodeMetaTxt: half(),
    disableCompression: half(),
    truncate: !oneIn(4, random),
    weighted: half(),
    minimalAny: half(),
    translateWanAddresses: half(),
    failOpen: {
      minHealthyPercent: pick(random, [0, 0, 50, 100]),
      services: pick(random, [[], ['sick', 'w*']]),
    },
    near: pick(random, [
      {},
      { a: ['10.1.0.0/24', '2001:db8::/32'], b: ['10.2.0.0/16', '10.1.0.7'], c: ['192.0.2.0/24'] },
    ]),
    soa: pick(random, [{}, { minTtlSeconds: 5, expireSeconds: 9 }]),
  };
}

function makeProtocolOptions(random: Random): Partial<ProtocolOptions> {
  return {
    identity: pick(random, ['', 'n1', '\u00fc'.repeat(100)]),
    version: pick(random, ['', 'rollcall 1']),
    nsid: pick(random, ['', 'n1', '0x0001ff']),
    cookies: !oneIn(3, random),
    cookieSecrets: pick(random, [[], ['0123456789abcdef0123456789abcdef']]),
    rateLimit: {
      responsesPerSecond: oneIn(4, random) ? 20 : 0,
      slip: pick(random, [0, 1, 2]),
      exempt: pick(random, [[], ['10.0.0.0/8']]),
    },
  };
}

// ---- One case

function check(input: Uint8Array): void {
  const [set = 0, from = 0] = input;
  const query = Buffer.from(input.subarray(PREFIX_OCTETS));
  const server = serverOf(set % OPTION_SETS);
  const transport = (from & 1) === 0 ? 'udp' : 'tcp';
  const client: Client = { address: CLIENTS[(from >> 1) % CLIENTS.length]!, port: 5353, transport };
  const isLimited = (server.protocol.rateLimit?.responsesPerSecond ?? 0) > 0;

  const reply = respond(server, query, client);
  const isQuery = query.length >= 12 && query[2]! < 128;
  if (reply === undefined) {
    must(!isQuery || (isLimited && transport === 'udp'), () => 'a query got no reply');
    return;
  }
  must(isQuery, () => 'a message that is no query got a reply');

  const message = readTwice(reply);
  const plain = readPlainQuery(query);
  checkHeader(query, message, plain);
  checkSize(reply, plain, transport, message);
  if (plain !== undefined) checkPlain(message, plain);
  checkRecords(reply, message, plain);
  if (plain === undefined || transport === 'tcp' || isLimited) return;
  const whole = respond(server, query, { ...client, transport: 'tcp' });
  must(whole !== undefined, () => 'no reply over TCP');
  const other = readStrictly(whole);
  // RFC 7828 §3.2: a keepalive with a time in it is a format error over TCP, and ignored over UDP.
  if (plain.hasOptions && rcodeOf(other) === RCODE.FORMERR) return;
  compareWithWhole(message, other, server.answer);
}

function respond(server: Fuzzed, query: Buffer, client: Client): Buffer | undefined {
  const sent = Buffer.from(query);
  const reply = server.responder.respond(sent, client);
  const error = server.errors.splice(0)[0];
  must(error === undefined, () => `a line at level error: ${describe(error)}`);
  must(!(reply instanceof Promise), () => 'no source waits, and still the reply is late');
  must(sent.equals(query), () => 'the query was written to');
  return reply === undefined ? undefined : Buffer.from(reply);
}

function describe(line: unknown): string {
  const fields = (line as [{ readonly err?: unknown }])[0];
  const error = fields.err;
  return error instanceof Error ? (error.stack ?? String(error)) : JSON.stringify(line);
}

/** The strict reader's view, after dns-packet and the server's own reader were seen to agree on the counts. */
function readTwice(reply: Buffer): StrictMessage {
  const message = readStrictly(reply);
  readMessage(reply);
  const packet = dnsPacket.decode(reply);
  const counts = [packet.questions, packet.answers, packet.authorities, packet.additionals].map(
    (section) => section?.length ?? 0,
  );
  const expected = [
    message.questions,
    message.answers.length,
    message.authority.length,
    message.additional.length,
  ];
  must(
    counts.join() === expected.join(),
    () => `dns-packet reads ${counts} records, not ${expected}`,
  );
  return message;
}

interface PlainQuery {
  /** Octets of the question. */
  readonly question: Buffer;
  readonly name: string;
  readonly type: number;
  readonly class: number;
  readonly payloadBytes: number | undefined;
  readonly version: number;
  readonly hasOptions: boolean;
}

/** A query that is all right: one question, and an OPT or nothing. What is wrong with others is not judged here. */
function readPlainQuery(query: Buffer): PlainQuery | undefined {
  if (query.length < 12 || (query.readUInt16BE(2) & 0xf800) !== 0) return undefined;
  if (query.readUInt32BE(4) !== 0x0001_0000 || query.readUInt16BE(8) !== 0) return undefined;
  const records = query.readUInt16BE(10);
  if (records > 1) return undefined;
  let at = 12;
  for (let length = query[at]; length !== 0; length = query[at]) {
    if (length === undefined || length > 63) return undefined;
    at += 1 + length;
  }
  at += 1;
  if (at - 12 > 255 || at + 4 > query.length) return undefined;
  const name = query.toString('latin1', 12, at).toLowerCase();
  const fixed = {
    question: query.subarray(12, at + 4),
    name,
    type: query.readUInt16BE(at),
    class: query.readUInt16BE(at + 2),
  };
  at += 4;
  if (records === 0) return { ...fixed, payloadBytes: undefined, version: 0, hasOptions: false };
  if (at + 11 > query.length || query.readUIntBE(at, 3) !== TYPE.OPT) return undefined;
  const end = at + 11 + query.readUInt16BE(at + 9);
  let option = at + 11;
  while (option + 4 <= end && end <= query.length) option += 4 + query.readUInt16BE(option + 2);
  if (option !== end) return undefined;
  return {
    ...fixed,
    payloadBytes: query.readUInt16BE(at + 3),
    version: query[at + 6]!,
    hasOptions: end > at + 11,
  };
}

function rcodeOf(message: StrictMessage): number {
  const opt = message.additional.find((record) => record.type === TYPE.OPT);
  return (((opt?.ttl ?? 0) >>> 24) << 4) | (message.flags & 15);
}

const isTruncated = (message: StrictMessage): boolean => (message.flags & FLAG.TRUNCATED) !== 0;

function checkHeader(query: Buffer, message: StrictMessage, plain: PlainQuery | undefined): void {
  must(message.id === query.readUInt16BE(0), () => `id ${message.id}`);
  must((message.flags & FLAG.RESPONSE) !== 0, () => 'QR is clear');
  const echoed = 0x7910;
  must(
    (message.flags & echoed) === (query.readUInt16BE(2) & echoed),
    () => `flags ${message.flags.toString(16)}: opcode, RD or CD is not the query's`,
  );
  must((message.flags & 0x0040) === 0, () => 'the reserved bit is set');
  const rcode = rcodeOf(message);
  const isRejected = rcode === RCODE.FORMERR || rcode === RCODE.NOTIMP;
  if (message.questions === 0) {
    // RFC 7873 §5.4: a query without a question asks for a cookie.
    const isAnswer = isRejected || query.readUInt16BE(4) === 0;
    must(isAnswer && plain === undefined, () => `rcode ${rcode} without the question`);
    return;
  }
  const asked = query.subarray(12, 12 + message.question.length);
  must(message.questions === 1 && message.question.equals(asked), () => 'another question');
}

function checkSize(
  reply: Buffer,
  plain: PlainQuery | undefined,
  transport: string,
  message: StrictMessage,
): void {
  if (transport === 'tcp') {
    must(!isTruncated(message) || reply.length > 60_000, () => 'TC over TCP');
    return;
  }
  const asked = plain === undefined ? 4096 : (plain.payloadBytes ?? 512);
  const most = Math.min(Math.max(asked, 512), 4096);
  must(reply.length <= most, () => `${reply.length} octets, and the client takes ${most}`);
}

/** Where a DNAME leads may be too long for a name (RFC 6672 §2.2): then there is no answer. */
const DNAME_OWNERS = ['\x01d\x06consul\0', '\x02dd\x06consul\0', '\x03far\x07example\x03org\0'];

function mayLeadTooFar(name: string): boolean {
  return DNAME_OWNERS.some((owner) => name.endsWith(owner)) || name.includes('z'.repeat(63));
}

function checkPlain(message: StrictMessage, plain: PlainQuery): void {
  const rcode = rcodeOf(message);
  const opts = message.additional.filter((record) => record.type === TYPE.OPT).length;
  must(
    opts === (plain.payloadBytes === undefined ? 0 : 1),
    () =>
      `${opts} OPT records, and the query had ${plain.payloadBytes === undefined ? 'none' : 'one'}`,
  );
  must(
    (rcode === RCODE.BADVERS) === plain.version > 0,
    () => `rcode ${rcode} to EDNS version ${plain.version}`,
  );
  must(rcode !== RCODE.FORMERR || plain.hasOptions, () => 'FORMERR to a well-formed query');
  must(rcode !== RCODE.SERVFAIL || mayLeadTooFar(plain.name), () => 'SERVFAIL: nothing can fail');
  if (isTruncated(message)) return;
  const isNameError = rcode === RCODE.NXDOMAIN;
  const isAlias = message.answers.every(({ type }) => type === TYPE.CNAME || type === TYPE.DNAME);
  const hasType = message.authority.some(({ type }) => type === TYPE.SOA);
  if (isNameError) must(hasType, () => 'NXDOMAIN without a SOA');
  const isReferral = message.authority.some(({ type }) => type === TYPE.NS);
  // A reverse name may be in no zone of ours, and class CH has none: then there is no SOA to give.
  const isReverse = plain.name.endsWith('\x04arpa\0');
  if (isReverse || isReferral || plain.class === CLASS_CHAOS) return;
  if (rcode !== RCODE.NOERROR || message.answers.length > 0) return;
  must(isAlias && hasType, () => 'NODATA without a SOA');
}

/** What is true of the records of any message. */
function checkRecords(reply: Buffer, message: StrictMessage, plain: PlainQuery | undefined): void {
  const seen = new Set<string>();
  const ttls = new Map<string, number>();
  for (const record of message.answers) {
    const rrset = `${record.owner}/${record.type}/${record.class}`;
    const shown = `${rrset}/${record.rdata.toString('hex')}`;
    must(!seen.has(shown), () => `an answer is there twice: ${JSON.stringify(shown)}`);
    seen.add(shown);
    const ttl = ttls.get(rrset) ?? record.ttl;
    must(
      ttl === record.ttl,
      () => `TTLs of one RRset differ (RFC 2181 §5.2): ${ttl} and ${record.ttl}`,
    );
    ttls.set(rrset, ttl);
    must(record.ttl < 2 ** 31, () => `TTL ${record.ttl}`);
  }
  for (const [type, count] of countTypes(message)) {
    must(type !== TYPE.SOA || count <= 1, () => `${count} SOA records in authority`);
  }
  if (plain !== undefined) checkOwners(reply, message.answers, plain.name);
}

function countTypes(message: StrictMessage): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { type } of message.authority) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}

/** Every answer is about the name asked for, or about one that an alias before it leads to. */
function checkOwners(reply: Buffer, answers: readonly StrictRecord[], asked: string): void {
  const names = new Set([asked]);
  for (const { owner, type, rdataAt } of answers) {
    if (type === TYPE.DNAME) {
      must(
        [...names].some((name) => name.endsWith(owner)),
        () => 'a DNAME of another branch',
      );
      continue;
    }
    must(
      names.has(owner),
      () => `an answer about ${JSON.stringify(owner)}, which nobody asked for`,
    );
    if (type === TYPE.CNAME) names.add(readName(reply, rdataAt).name.toLowerCase());
  }
}

/** What a reply over UDP leaves out is said by TC, and TC says nothing else. */
function compareWithWhole(
  message: StrictMessage,
  whole: StrictMessage,
  options: Partial<AnswerOptions>,
): void {
  must(
    rcodeOf(message) === rcodeOf(whole),
    () => `rcode ${rcodeOf(message)}, over TCP ${rcodeOf(whole)}`,
  );
  const hasAlias = [...message.answers, ...whole.answers].some(({ type }) => type === TYPE.CNAME);
  // Which of several host names is answered is drawn anew, and what is behind them differs.
  if (hasAlias) return;
  const total = (one: StrictMessage): number =>
    one.answers.length + one.authority.length + one.additional.length;
  if (isTruncated(message)) {
    must(total(message) < total(whole), () => `TC, and all ${total(whole)} records are there`);
    return;
  }
  if (options.truncate === false) return;
  must(
    message.answers.length >= whole.answers.length,
    () => `${message.answers.length} of ${whole.answers.length} answers, and no TC`,
  );
}

export const responder: Target = { name: 'responder', casesInTests: 12_000, generate, check };
