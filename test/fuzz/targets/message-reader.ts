/** `readMessage` on damaged replies: a WireError or a message, which written and read again is the same message. */
import type { Message } from '../../../src/dns/wire/message.ts';
import { readMessage } from '../../../src/dns/wire/read-message.ts';
import type { ResourceRecord } from '../../../src/dns/wire/record.ts';
import { WIRE_ERROR_CODES, WireError } from '../../../src/dns/wire/wire-error.ts';
import { MessageWriter, Section } from '../../../src/dns/wire/write-message.ts';
import type { Random } from '../../../src/runtime/index.ts';
import { clientOf, query, serve } from '../../dns/ask.ts';
import { ROWS } from '../catalog.ts';
import { lowerHex } from '../lower-hex.ts';
import { mutate } from '../mutate.ts';
import { readName, readStrictly } from '../strict-reader.ts';
import { must, oneIn, pick, randomOctets, type Target } from '../target.ts';
import { servedZones } from '../zones.ts';

let seeds: readonly Uint8Array[] | undefined;

/** Replies with all that replies have: compressed names in every place, OPT, long and short ones. */
function makeSeeds(): readonly Uint8Array[] {
  const server = serve({ rows: ROWS, ...servedZones() });
  const questions = [
    'A db.service.consul',
    'SRV web.service.consul',
    'ANY meta.node.consul',
    'MX many.consul',
    'SOA consul',
    'NS consul',
    'A x.lab.consul',
    'A www.example.org',
    'A web.d.consul',
    'A none.consul',
    'PTR 1.0.1.10.in-addr.arpa',
    'TXT big.consul',
    'SRV srv.example.org',
    'CAA caa.consul',
  ];
  return questions.flatMap((text) =>
    [{ edns: 1232 }, {}].map((options) => {
      const reply = server.responder.respond(query(text, options), clientOf(options));
      if (reply === undefined || reply instanceof Promise) throw new Error(`no reply to ${text}`);
      return reply;
    }),
  );
}

function generate(random: Random): Uint8Array {
  if (oneIn(12, random)) return randomOctets(random.integer(120), random);
  seeds ??= makeSeeds();
  return mutate(pick(random, seeds), random);
}

/** NS, CNAME, PTR, DNAME. */
const TYPES_OF_ONE_NAME = [2, 5, 12, 39];

const writer = new MessageWriter();

function check(input: Uint8Array): void {
  const message = readOrRefuse(input);
  if (message === undefined) return;
  checkNames(Buffer.from(input));
  const written = write(message);
  // Uncompressed, what came in as 64 KiB may not fit.
  if (written === undefined) return;
  const again = readMessage(written);
  must(again.rcode === message.rcode, () => `rcode ${message.rcode} became ${again.rcode}`);
  for (const section of ['answers', 'authority', 'additional'] as const) {
    const [before, after] = [message[section].map(show), again[section].map(show)];
    must(
      before.join('\n') === after.join('\n'),
      () => `${section}:\n${before.join('\n')}\nbecame\n${after.join('\n')}`,
    );
  }
}

/** RDATA of one name is that name and nothing more: otherwise what follows it would be lost on the way. */
function checkNames(input: Buffer): void {
  const { answers, authority, additional } = readStrictly(input, 'octets may follow');
  for (const { type, rdata, rdataAt } of [...answers, ...authority, ...additional]) {
    if (!TYPES_OF_ONE_NAME.includes(type)) continue;
    const { end } = readName(input, rdataAt);
    must(end === rdataAt + rdata.length, () => `RDATA at ${rdataAt} is more than its name`);
  }
}

function readOrRefuse(input: Uint8Array): Message | undefined {
  try {
    return readMessage(input);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    must(WIRE_ERROR_CODES.includes(error.code), () => `code ${error.code}`);
    must((error.header !== undefined) === input.length >= 12, () => 'the error lacks the header');
    return undefined;
  }
}

function write(message: Message): Uint8Array | undefined {
  writer.begin(65_535);
  if (message.question !== undefined) writer.question(message.question);
  const parts = [
    [Section.ANSWER, message.answers],
    [Section.AUTHORITY, message.authority],
    [Section.ADDITIONAL, message.additional],
  ] as const;
  for (const [section, records] of parts) {
    for (const record of records) if (!writer.record(section, record)) return undefined;
  }
  const { edns } = message;
  if (edns !== undefined) {
    const fits = writer.edns({ ...edns, extendedRcode: message.rcode >>> 4 });
    if (!fits) return undefined;
  }
  return writer.finish(message.header.id, 0x8000 | message.header.rcode);
}

const show = ({ owner, type, class: recordClass, ttl, rdata }: ResourceRecord): string => {
  const name = lowerHex(Buffer.from(owner, 'latin1'));
  return [name, type, recordClass, ttl, lowerHex(rdata)].join(' ');
};

export const messageReader: Target = {
  name: 'message-reader',
  casesInTests: 40_000,
  generate,
  check,
};
