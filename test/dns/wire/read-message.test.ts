/** Whole messages from bytes: what upstreams send, what attackers send, and what our own writer makes. */
import dnsPacket from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameFromLabels } from '../../../src/dns/wire/name.ts';
import { readMessage } from '../../../src/dns/wire/read-message.ts';
import type { ResourceRecord } from '../../../src/dns/wire/record.ts';
import { WireError } from '../../../src/dns/wire/wire-error.ts';
import { MessageWriter, Section } from '../../../src/dns/wire/write-message.ts';
import { limits } from '../../../src/runtime/index.ts';
import { name, rr } from '../records.ts';

/** A message by hand: counts, then anything. */
function message(counts: readonly [number, number, number, number], ...parts: number[][]): Buffer {
  const header = Buffer.from([0xab, 0xcd, 0x84, 0x00, 0, 0, 0, 0, 0, 0, 0, 0]);
  for (const [at, count] of counts.entries()) header.writeUInt16BE(count, 4 + 2 * at);
  return Buffer.concat([header, ...parts.map((part) => Buffer.from(part))]);
}

const ROOT_A = [0, 0, 1, 0, 1];
/** Type, class IN, TTL 60, RDLENGTH and RDATA, behind an owner. */
const record = (type: number, rdata: number[], length = rdata.length): number[] => [
  type >> 8,
  type & 255,
  0,
  1,
  0,
  0,
  0,
  60,
  length >> 8,
  length & 255,
  ...rdata,
];

function codeOf(bytes: Uint8Array): string {
  try {
    readMessage(bytes);
    return 'read';
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    if (bytes.length >= 12) expect(error.header?.id).toBe((bytes[0]! << 8) | bytes[1]!);
    return error.code;
  }
}

describe('what is malformed', () => {
  const a = [...record(1, [10, 0, 0, 1])];
  const table: [title: string, bytes: Buffer, code: string][] = [
    ['eleven octets', message([0, 0, 0, 0]).subarray(0, 11), 'short-message'],
    ['a count bomb', message([65535, 65535, 65535, 65535]), 'count-beyond-message'],
    ['one record too many', message([0, 2, 0, 0], [0, ...a]), 'count-beyond-message'],
    ['two questions', message([2, 0, 0, 0], ROOT_A, ROOT_A), 'many-questions'],
    ['a pointer to itself', message([0, 1, 0, 0], [0xc0, 12, ...a]), 'pointer-not-backward'],
    ['a pointer forward', message([0, 1, 0, 0], [0xc0, 14, ...a]), 'pointer-not-backward'],
    ['a pointer into the header', message([0, 1, 0, 0], [0xc0, 4, ...a]), 'pointer-not-backward'],
    [
      'a label and a pointer to it',
      message([0, 1, 0, 0], [1, 97, 0xc0, 12, ...a]),
      'pointer-not-backward',
    ],
    ['half a pointer', message([1, 0, 0, 0], [3, 97, 97, 97, 0xc0]), 'name-beyond-message'],
    ['label type 01', message([1, 0, 0, 0], [0x41, 0, 0, 1, 0, 1]), 'label-type'],
    ['label type 10', message([1, 0, 0, 0], [0x80, 0, 0, 1, 0, 1]), 'label-type'],
    [
      'a label past the end',
      message([1, 0, 0, 0], [63, 97, 97, 97, 97, 97]),
      'name-beyond-message',
    ],
    [
      'RDLENGTH past the end',
      message([0, 1, 0, 0], [0, ...record(1, [10, 0, 0, 1], 5)]),
      'record-beyond-message',
    ],
    ['an A of three octets', message([0, 1, 0, 0], [0, ...record(1, [10, 0, 0])]), 'rdata-length'],
    [
      'an A of eight octets',
      message([0, 1, 0, 0], [0, ...record(1, [10, 0, 0, 1, 0, 0, 0, 0])]),
      'rdata-length',
    ],
    [
      'an AAAA of four octets',
      message([0, 1, 0, 0], [0, ...record(28, [10, 0, 0, 1])]),
      'rdata-length',
    ],
    [
      'a CNAME with more behind it',
      message([0, 1, 0, 0], [0, ...record(5, [0, 0])]),
      'rdata-length',
    ],
    [
      'a CNAME past its RDLENGTH',
      message([0, 1, 0, 0], [0, ...record(5, [1, 97, 0], 1)]),
      'rdata-length',
    ],
    ['a SOA cut short', message([0, 1, 0, 0], [0, ...record(6, [0, 0, 1, 2, 3])]), 'rdata-length'],
    [
      'an SRV without target',
      message([0, 1, 0, 0], [0, ...record(33, [0, 0, 0, 0, 0, 0]), 0x7f]),
      'label-type',
    ],
    ['an MX of one octet', message([0, 1, 0, 0], [0, ...record(15, [0])]), 'rdata-length'],
    [
      'two OPTs',
      message([0, 0, 0, 2], [0, ...record(41, [])], [0, ...record(41, [])]),
      'edns-repeated',
    ],
    ['an OPT among answers', message([0, 1, 0, 0], [0, ...record(41, [])]), 'edns-misplaced'],
    ['an OPT with a name', message([0, 0, 0, 1], [1, 97, 0, ...record(41, [])]), 'edns-misplaced'],
    [
      'an option past the end',
      message([0, 0, 0, 1], [0, ...record(41, [0, 8, 0, 5, 0])]),
      'edns-malformed',
    ],
    ['half an option', message([0, 0, 0, 1], [0, ...record(41, [0, 8])]), 'edns-malformed'],
  ];
  it.each(table)('%s', (_, bytes, code) => expect(codeOf(bytes)).toBe(code));
});

describe('names are bounded', () => {
  /** `count` records, each owner a label and a pointer to the owner before it. */
  const chain = (count: number, label: number[]): Buffer => {
    const parts: number[][] = [];
    let at = 12;
    let previous = 0;
    for (let link = 0; link < count; link++) {
      const owner = link === 0 ? [0] : [...label, 0xc0 | (previous >> 8), previous & 255];
      previous = at;
      const part = [...owner, ...record(65400, [])];
      at += part.length;
      parts.push(part);
    }
    return message([0, count, 0, 0], ...parts);
  };
  /** One name at the end that follows `hops` bare pointers, kept in the RDATA of one opaque record. */
  const bareChain = (hops: number): Buffer => {
    const start = 12 + 11;
    const rdata = [0];
    for (let hop = 0; hop < hops; hop++) {
      const target = hop === 0 ? start : start + 1 + 2 * (hop - 1);
      rdata.push(0xc0 | (target >> 8), target & 255);
    }
    const last = start + 1 + 2 * (hops - 1);
    const owner = [0xc0 | (last >> 8), last & 255];
    return message([0, 2, 0, 0], [0, ...record(65400, rdata)], [...owner, ...record(65400, [])]);
  };

  it('in pointers followed', () => {
    expect(codeOf(bareChain(limits.nameHops.default - 1))).toBe('read');
    expect(codeOf(bareChain(limits.nameHops.default + 1))).toBe('too-many-hops');
    expect(codeOf(bareChain(8000))).toBe('too-many-hops');
  });

  it('in octets', () => {
    expect(codeOf(chain(127, [1, 97]))).toBe('read');
    expect(codeOf(chain(129, [1, 97]))).toBe('name-too-long');
    const long = Array.from({ length: 300 }, () => [1, 97]).flat();
    expect(codeOf(message([1, 0, 0, 0], [...long, 0, 0, 1, 0, 1]))).toBe('name-too-long');
  });

  it('in work for the whole message', () => {
    // A run of labels that are also the text of thousands of different suffixes, each asked for once.
    const labels = Array.from({ length: 120 }, () => [1, 97]).flat();
    const runs = Array.from({ length: 30 }, () => [...labels, 0]).flat();
    const parts = [[0, ...record(65400, runs)]];
    let count = 1;
    for (let run = 0; run < 30; run++) {
      for (let at = 0; at < 120; at++) {
        const target = 23 + run * 241 + 2 * at;
        parts.push([0xc0 | (target >> 8), target & 255, ...record(65400, [])]);
        count += 1;
      }
    }
    expect(codeOf(message([0, count, 0, 0], ...parts))).toBe('too-much-work');
  });
});

describe('what is well formed', () => {
  it('has header, question, sections and OPT apart', () => {
    const bytes = dnsPacket.encode({
      type: 'response',
      id: 7,
      flags: dnsPacket.AUTHORITATIVE_ANSWER | dnsPacket.RECURSION_AVAILABLE | 3,
      questions: [{ name: 'a.example', type: 'MX' }],
      answers: [{ name: 'a.example', type: 'CNAME', ttl: 5, data: 'b.example' }],
      authorities: [{ name: 'example', type: 'NS', ttl: 6, data: 'ns.example' }],
      additionals: [
        { name: 'ns.example', type: 'A', ttl: 7, data: '192.0.2.1' },
        {
          name: '.',
          type: 'OPT',
          udpPayloadSize: 1400,
          extendedRcode: 1,
          ednsVersion: 0,
          flags: dnsPacket.DNSSEC_OK,
          flag_do: true,
          options: [],
        },
      ],
    });
    const read = readMessage(bytes);
    expect(read.header).toMatchObject({
      id: 7,
      response: true,
      authoritative: true,
      recursionAvailable: true,
      rcode: 3,
    });
    expect(read.rcode).toBe(19);
    expect(read.question).toEqual({ name: name('a.example'), type: 15, class: 1 });
    expect(read.answers).toEqual([rr('a.example. 5 IN CNAME b.example.')]);
    expect(read.authority).toEqual([rr('example. 6 IN NS ns.example.')]);
    expect(read.additional).toEqual([rr('ns.example. 7 IN A 192.0.2.1')]);
    expect(read.edns).toEqual({ version: 0, payloadBytes: 1400, dnssecOk: true, options: [] });
  });

  it('counts a TTL with its top bit set as 0 (RFC 2181 §8)', () => {
    const bytes = message([0, 1, 0, 0], [0, 0, 1, 0, 1, 0x80, 0, 0, 1, 0, 4, 1, 2, 3, 4]);
    expect(readMessage(bytes).answers[0]?.ttl).toBe(0);
  });

  it('does not share octets with the buffer it was read from', () => {
    const bytes = message(
      [0, 1, 0, 1],
      [0, ...record(1, [10, 0, 0, 1])],
      [0, ...record(41, [0, 9, 0, 1, 7])],
    );
    const read = readMessage(bytes);
    bytes.fill(0);
    expect([...read.answers[0]!.rdata]).toEqual([10, 0, 0, 1]);
    expect([...read.edns!.options[0]!.data]).toEqual([7]);
  });

  it('keeps no more EDNS options than it is told to', () => {
    const options = Array.from({ length: 200 }, () => [0, 99, 0, 0]).flat();
    const read = readMessage(message([0, 0, 0, 1], [0, ...record(41, options)]));
    expect(read.edns?.options).toHaveLength(limits.ednsOptions.default);
  });

  // RFC 3597 §4: the types whose names may come compressed, and what is in front of and behind them.
  const types: [type: number, before: number[], after: number[]][] = [
    [2, [], []],
    [5, [], []],
    [6, [], []],
    [7, [], []],
    [8, [], []],
    [9, [], []],
    [12, [], []],
    [15, [0, 1], []],
    [18, [0, 1], []],
    [21, [0, 1], []],
    [24, Array.from({ length: 18 }, () => 1), [9, 9, 9]],
    [30, [], [9, 9]],
    [33, [0, 1, 0, 2, 0, 3], []],
    [35, [0, 1, 0, 2, 1, 85, 0, 2, 33, 33], []],
    [36, [0, 1], []],
    [39, [], []],
  ];
  it.each(types)('decompresses the RDATA of type %d', (type, before, after) => {
    const plain = [1, 97, 0];
    const isSoa = type === 6;
    const tail = isSoa ? [...plain, ...Array.from({ length: 20 }, () => 4)] : after;
    const compressedTail = isSoa ? [0xc0, 12, ...Array.from({ length: 20 }, () => 4)] : after;
    const bytes = message(
      [1, 1, 0, 0],
      [...plain, 0, 1, 0, 1],
      [0, ...record(type, [...before, 0xc0, 12, ...compressedTail])],
    );
    expect([...readMessage(bytes).answers[0]!.rdata]).toEqual([...before, ...plain, ...tail]);
  });
});

const label = fc
  .uint8Array({ minLength: 1, maxLength: 10 })
  .map((octets) => Buffer.from(octets).toString('latin1'));
const anyName = fc.array(label, { maxLength: 6 }).map((labels) => nameFromLabels(labels) as string);
const sharedName = fc
  .tuple(fc.constantFrom('a', 'b', 'C', 'c'), anyName)
  .map(([first, rest]) => `\x01${first}${rest}`);
const anyRecord: fc.Arbitrary<ResourceRecord> = fc
  .record({
    owner: fc.oneof(anyName, sharedName),
    type: fc.constantFrom(2, 5, 12, 15, 33, 65400),
    class: fc.constant(1),
    ttl: fc.nat(0x7fffffff),
    target: fc.oneof(anyName, sharedName),
  })
  .map(({ target, ...fields }) => {
    const front = fields.type === 15 ? 2 : fields.type === 33 ? 6 : 0;
    const rdata = Buffer.concat([Buffer.alloc(front, 1), Buffer.from(target, 'latin1')]);
    return { ...fields, rdata };
  });

describe('any message', () => {
  const writer = new MessageWriter();
  const write = (question: string, records: readonly ResourceRecord[], compressing: boolean) => {
    writer.begin(65535, compressing);
    writer.question({ name: question, type: 255, class: 1 });
    for (const one of records) expect(writer.record(Section.ANSWER, one)).toBe(true);
    return writer.finish(1, 0x8000);
  };
  // Compression may change the case of letters, as RFC 4343 §3.1 allows; everything else comes back.
  const lowered = (records: readonly ResourceRecord[]) =>
    records.map(({ owner, rdata, ...rest }) => ({
      ...rest,
      owner: owner.toLowerCase(),
      rdata: Buffer.from(rdata).toString('latin1').toLowerCase(),
    }));

  it('comes back as it was written', () => {
    fc.assert(
      fc.property(
        anyName,
        fc.array(anyRecord, { maxLength: 12 }),
        fc.boolean(),
        (question, records, compressing) => {
          const read = readMessage(write(question, records, compressing));
          expect(read.question?.name).toBe(question);
          if (compressing) expect(lowered(read.answers)).toEqual(lowered(records));
          else expect(read.answers).toEqual(records);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('cut at any octet is an error and nothing else', () => {
    fc.assert(
      fc.property(
        anyName,
        fc.array(anyRecord, { minLength: 1, maxLength: 6 }),
        (question, records) => {
          const bytes = write(question, records, true);
          for (let length = 0; length < bytes.length; length++) {
            expect(codeOf(bytes.subarray(0, length))).not.toBe('read');
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});
