/**
 * Messages of made-up records: what MessageWriter puts down is what its own reader, the strict reader and dns-packet
 * take up, never longer than it was told. The input seeds the records: shrinking it is of no use, and it is short.
 *
 *   input:  seed (32) ▸ limit (16) ▸ number of records (8) ▸ compressing (8)
 */
import dnsPacket from 'dns-packet';
import { type Name, nameFromLabels } from '../../../src/dns/wire/name.ts';
import { readMessage } from '../../../src/dns/wire/read-message.ts';
import type { ResourceRecord } from '../../../src/dns/wire/record.ts';
import { MessageWriter, Section } from '../../../src/dns/wire/write-message.ts';
import { type Random, seededRandom } from '../../../src/runtime/index.ts';
import { lowerHex } from '../lower-hex.ts';
import { readStrictly } from '../strict-reader.ts';
import { must, oneIn, pick, randomOctets, type Target } from '../target.ts';

const LABELS = [
  'a',
  'b',
  'A',
  'web',
  'consul',
  'service',
  '\0',
  '\xff',
  'a.b',
  'x'.repeat(63),
  'y'.repeat(40),
  '_tcp',
];
const SECTIONS = [Section.ANSWER, Section.AUTHORITY, Section.ADDITIONAL];
const TYPES = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  DNAME: 39,
};

function generate(random: Random): Uint8Array {
  const input = randomOctets(8, random);
  input.writeUInt16BE(oneIn(2, random) ? 512 + random.integer(4000) : 65_535, 4);
  if (!oneIn(10, random)) input[6] = input[6]! % 40;
  return input;
}

function makeName(random: Random): Name {
  const labels = Array.from({ length: random.integer(6) }, () =>
    oneIn(6, random)
      ? randomOctets(1 + random.integer(63), random).toString('latin1')
      : pick(random, LABELS),
  );
  return nameFromLabels(labels) ?? '\0';
}

function makeRecord(random: Random, question: Name): ResourceRecord {
  const [type, rdata] = makeRdata(random);
  const owner = oneIn(2, random) ? question : makeName(random);
  return { owner, type, class: 1, ttl: random.integer(2 ** 31), rdata };
}

function makeRdata(random: Random): readonly [number, Buffer] {
  const name = (): Buffer => Buffer.from(makeName(random), 'latin1');
  const octets = (length: number): Buffer => randomOctets(length, random);
  switch (random.integer(8)) {
    case 0:
      return [TYPES.A, octets(4)];
    case 1:
      return [TYPES.AAAA, octets(16)];
    case 2:
      return [pick(random, [TYPES.NS, TYPES.CNAME, TYPES.PTR, TYPES.DNAME]), name()];
    case 3:
      return [TYPES.SOA, Buffer.concat([name(), name(), octets(20)])];
    case 4:
      return [TYPES.MX, Buffer.concat([octets(2), name()])];
    case 5:
      return [TYPES.SRV, Buffer.concat([octets(6), name()])];
    case 6: {
      const text = octets(random.integer(256));
      return [TYPES.TXT, Buffer.concat([Buffer.from([text.length]), text])];
    }
    default:
      return [65_400, octets(random.integer(300))];
  }
}

const writer = new MessageWriter();

function check(input: Uint8Array): void {
  const octets = Buffer.alloc(8, 0);
  octets.set(input.subarray(0, 8));
  const random = seededRandom(octets.readUInt32BE(0));
  const limit = Math.max(octets.readUInt16BE(4), 512);
  const isCompressing = (octets[7]! & 1) === 0;
  const question = { name: makeName(random), type: random.integer(65_536), class: 1 };
  const edns = {
    payloadBytes: 1232,
    dnssecOk: oneIn(2, random),
    extendedRcode: random.integer(256),
    options: [],
  };

  writer.begin(limit, isCompressing);
  writer.question(question);
  writer.limitBytes = limit - 11;
  const kept: ResourceRecord[][] = [[], [], []];
  for (const [at, section] of SECTIONS.entries()) {
    for (let left = octets[6]! >> at; left > 0; left--) {
      const record = makeRecord(random, question.name);
      const before = writer.length;
      if (writer.record(section, record)) kept[at]!.push(record);
      else must(writer.length === before, () => 'a record that did not fit left octets behind');
    }
  }
  writer.limitBytes = limit;
  must(writer.edns(edns), () => 'no room for the OPT that room was kept for');
  const message = Buffer.from(writer.finish(7, 0x8003));

  must(message.length <= limit, () => `${message.length} octets of ${limit}`);
  const strict = readStrictly(message);
  must(
    strict.question.toString('latin1', 0, question.name.length) === question.name,
    () => 'another question',
  );
  const read = readMessage(message);
  must(read.rcode === ((edns.extendedRcode << 4) | 3), () => `rcode ${read.rcode}`);
  for (const [at, records] of [read.answers, read.authority, read.additional].entries()) {
    const [expected, seen] = [kept[at]!.map(show), records.map(show)];
    must(
      expected.join('\n') === seen.join('\n'),
      () => `section ${at + 1}:\n${expected.join('\n')}\nis read as\n${seen.join('\n')}`,
    );
  }
  const packet = dnsPacket.decode(message);
  const counts = [packet.answers, packet.authorities, packet.additionals].map(
    (section) => section?.length,
  );
  const expected = [kept[0]!.length, kept[1]!.length, kept[2]!.length + 1];
  must(
    counts.join() === expected.join(),
    () => `dns-packet reads ${counts} records, not ${expected}`,
  );
}

function show({ owner, type, ttl, rdata }: ResourceRecord): string {
  return `${lowerHex(Buffer.from(owner, 'latin1'))} ${ttl} ${type} ${lowerHex(rdata)}`;
}

export const messageWriter: Target = {
  name: 'message-writer',
  casesInTests: 1500,
  generate,
  check,
};
