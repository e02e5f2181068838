/** Replies to bytes: compression, limits, and that nothing leaks from one message into the next. */
import dnsPacket from 'dns-packet';
import { describe, expect, it } from 'vitest';
import { readMessage } from '../../../src/dns/wire/read-message.ts';
import type { ResourceRecord } from '../../../src/dns/wire/record.ts';
import { ednsBytes, MessageWriter, Section } from '../../../src/dns/wire/write-message.ts';
import { name, rr } from '../records.ts';

const writer = new MessageWriter();

function write(question: string, records: readonly ResourceRecord[], limit = 65535): Buffer {
  writer.begin(limit);
  writer.question({ name: name(question), type: 255, class: 1 });
  for (const record of records) writer.record(Section.ANSWER, record);
  const bytes = writer.finish(1, 0x8000);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Octets of each record of a message whose question is `question`. */
function sizes(question: string, records: readonly ResourceRecord[]): number[] {
  const lengths = records.map((_, at) => write(question, records.slice(0, at + 1)).length);
  return lengths.map((length, at) => length - (lengths[at - 1] ?? write(question, []).length));
}

describe('compression', () => {
  const table: [title: string, question: string, records: string[], sizes: number[]][] = [
    ['the question’s name is a pointer', 'a.example', ['a.example. 1 IN A 192.0.2.1'], [16]],
    ['whatever its case', 'a.example', ['A.EXAMPLE. 1 IN A 192.0.2.1'], [16]],
    [
      'a name below it is a label and a pointer',
      'a.example',
      ['b.a.example. 1 IN A 192.0.2.1'],
      [18],
    ],
    ['a name beside it too', 'a.example', ['b.example. 1 IN A 192.0.2.1'], [18]],
    ['the root is one octet', '.', ['. 1 IN A 192.0.2.1'], [15]],
    ['RDATA of a CNAME is compressed', 'a.example', ['a.example. 1 IN CNAME b.example.'], [16]],
    [
      'and can be pointed at',
      'a.example',
      ['a.example. 1 IN CNAME b.example.', 'b.example. 1 IN A 192.0.2.1'],
      [16, 16],
    ],
    [
      'both names of a SOA',
      'example',
      ['example. 1 IN SOA ns.example. admin.example. 1 2 3 4 5'],
      [45],
    ],
    ['an MX', 'example', ['example. 1 IN MX 10 mail.example.'], [21]],
    ['but no SRV target (RFC 2782)', 'example', ['example. 1 IN SRV 1 1 1 a.example.'], [29]],
    [
      'which can be pointed at',
      'example',
      ['example. 1 IN SRV 1 1 1 a.example.', 'a.example. 1 IN A 192.0.2.1'],
      [29, 16],
    ],
    ['and no DNAME target (RFC 6672 §2.5)', 'example', ['example. 1 IN DNAME a.example.'], [23]],
    ['nor RDATA of other types', 'example', ['example. 1 IN TYPE65400 076578616d706c6500'], [21]],
  ];
  it.each(table)('%s', (_, question, texts, expected) => {
    const records = texts.map(rr);
    expect(sizes(question, records)).toEqual(expected);
    expect(readMessage(write(question, records)).answers.map(({ rdata }) => rdata)).toEqual(
      records.map(({ rdata }) => rdata),
    );
  });

  it('points at nothing beyond 14 bits', () => {
    const filler = {
      ...rr('x.example. 1 IN A 192.0.2.1'),
      type: 65400,
      rdata: Buffer.alloc(16_400),
    };
    const late = [filler, rr('late.test. 1 IN A 192.0.2.1'), rr('late.test. 1 IN A 192.0.2.2')];
    expect(sizes('example', late).slice(1)).toEqual([25, 25]);
    expect(readMessage(write('example', late)).answers[2]?.owner).toBe(name('late.test'));
  });

  it('goes on when there are more names than it can remember', () => {
    // 60 names of 60 labels each, none a suffix of another: 3,600 suffixes that a pointer could reach.
    const records = Array.from({ length: 60 }, (_, at) =>
      rr(`${'a.'.repeat(60)}z${at}. 1 IN A 192.0.2.1`),
    );
    const read = readMessage(write('example', records));
    expect(read.answers.map(({ owner }) => owner)).toEqual(records.map(({ owner }) => owner));
  });
});

describe('a limit', () => {
  it('leaves a record out whole, and later ones can still go in', () => {
    writer.begin(60);
    writer.question({ name: name('example'), type: 255, class: 1 });
    expect(writer.record(Section.ANSWER, rr('example. 1 IN A 192.0.2.1'))).toBe(true);
    expect(writer.record(Section.ANSWER, rr('other.test. 1 IN A 192.0.2.1'))).toBe(false);
    expect(writer.record(Section.ANSWER, rr('example. 1 IN TYPE65400 ff'))).toBe(true);
    expect(readMessage(writer.finish(1, 0)).answers).toHaveLength(2);
  });

  it('forgets the names of what it left out', () => {
    writer.begin(55);
    writer.question({ name: name('example'), type: 255, class: 1 });
    const long = rr('a.gone.test. 1 IN CNAME b.also.gone.test.');
    expect(writer.record(Section.ANSWER, long)).toBe(false);
    expect(writer.record(Section.ANSWER, rr('gone.test. 1 IN A 192.0.2.1'))).toBe(true);
    expect(readMessage(writer.finish(1, 0)).answers).toEqual([rr('gone.test. 1 IN A 192.0.2.1')]);
  });

  it('holds for every length', () => {
    const records = [
      'a.example. 1 IN A 192.0.2.1',
      'x.test. 1 IN MX 1 y.test.',
      'y.test. 1 IN TXT hello',
    ].map(rr);
    const whole = write('example', records).length;
    for (let limit = 40; limit <= whole; limit++) {
      const bytes = write('example', records, limit);
      expect(bytes.length).toBeLessThanOrEqual(limit);
      expect(readMessage(bytes).question?.name).toBe(name('example'));
    }
    expect(readMessage(write('example', records, whole)).answers).toEqual(records);
    expect(readMessage(write('example', records, whole - 1)).answers.length).toBeLessThan(3);
  });

  it('is 65,535 octets at most', () => {
    const big = { ...rr('example. 1 IN A 192.0.2.1'), type: 65400, rdata: Buffer.alloc(65_000) };
    expect(write('example', [big, big], 1 << 20).length).toBeLessThanOrEqual(65_535);
  });
});

it('nothing of an earlier message comes out in a later one', () => {
  const secret = rr('secret.example. 1 IN TXT hunter2hunter2hunter2hunter2');
  write('secret.example', [secret, secret, secret]);
  const next = write('a', [rr('a. 1 IN A 192.0.2.1')]);
  expect(next.toString('latin1')).not.toContain('hunter');
  expect(next.length).toBe(12 + 7 + 16);
  // The result is a copy: writing on does not change it.
  const before = next.toString('hex');
  write('secret.example', [secret]);
  expect(next.toString('hex')).toBe(before);
});

it('the OPT record is what dns-packet reads', () => {
  const options = [{ code: 15, data: Buffer.from([0, 20]) }];
  const edns = { payloadBytes: 1232, dnssecOk: true, extendedRcode: 1, options };
  writer.begin(512);
  writer.question({ name: name('example'), type: 1, class: 1 });
  const before = writer.length;
  expect(writer.edns(edns)).toBe(true);
  expect(writer.length - before).toBe(ednsBytes(edns));
  const packet = dnsPacket.decode(Buffer.from(writer.finish(9, 0x8400)));
  expect(packet.additionals).toMatchObject([
    { type: 'OPT', udpPayloadSize: 1232, extendedRcode: 1, ednsVersion: 0, flag_do: true },
  ]);
});
