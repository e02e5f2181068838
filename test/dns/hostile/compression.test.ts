/**
 * Attacks on readers of compressed names. That each limit holds has tests of its own (test/dns/wire/read-message.test.ts);
 * here are the messages that other software fell to, and where reading them ends.
 */
import { describe, expect, it } from 'vitest';
import { readMessage } from '../../../src/dns/wire/read-message.ts';
import { WireError } from '../../../src/dns/wire/wire-error.ts';
import { limits } from '../../../src/runtime/index.ts';
import { QUERY_ID, query, see, serve } from '../ask.ts';

const HEADER_BYTES = 12;

/** A reply with nothing but answers; `records` are owner and the rest, as octets. */
function replyOf(...records: readonly (readonly number[])[]): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(QUERY_ID, 0);
  header.writeUInt16BE(0x8400, 2);
  header.writeUInt16BE(records.length, 6);
  return Buffer.concat([header, Buffer.from(records.flat())]);
}

const pointer = (target: number): number[] => [0xc0 | (target >> 8), target & 255];

/** What follows an owner: an opaque type, so that its RDATA is not read as names. */
const record = (rdata: readonly number[] = []): number[] => [
  ...[255, 120, 0, 1, 0, 0, 0, 0],
  rdata.length >> 8,
  rdata.length & 255,
  ...rdata,
];

function errorOf(message: Buffer): WireError | undefined {
  try {
    readMessage(message);
    return undefined;
  } catch (error) {
    if (error instanceof WireError) return error;
    throw error;
  }
}

const codeOf = (message: Buffer): string => errorOf(message)?.code ?? 'read';
/** Where in the message the reader gave up. */
const offsetOf = (message: Buffer): number => errorOf(message)?.offset ?? Number.NaN;

describe('loops (CVE-2007-3409, CVE-2017-12995)', () => {
  const loops: readonly (readonly [string, Buffer])[] = [
    ['a pointer to itself', replyOf([...pointer(12), ...record()])],
    ['a pointer behind a label to the label', replyOf([1, 97, ...pointer(12), ...record()])],
    [
      'a pointer forward to one that leads back',
      replyOf([...pointer(14), ...pointer(12), ...record()]),
    ],
    [
      'two owners that lead to each other',
      replyOf([...pointer(24), ...record()], [...pointer(12), ...record()]),
    ],
    ['a pointer into the second octet of itself', replyOf([...pointer(13), ...record()])],
    ['a pointer into the header', replyOf([...pointer(0), ...record()])],
    ['a pointer past the end', replyOf([...pointer(0x3fff), ...record()])],
  ];

  it.each(loops)('%s', (_, message) => expect(codeOf(message)).toBe('pointer-not-backward'));

  it.each(loops)('%s, as a question', async (_, message) => {
    const asked = Buffer.from(message);
    asked.writeUInt16BE(0, 2);
    asked.writeUInt16BE(1, 4);
    asked.writeUInt16BE(0, 6);
    const reply = await serve().responder.respond(asked, {
      address: '192.0.2.1',
      port: 53,
      transport: 'udp',
    });
    expect(see(reply as Uint8Array).rcode).toBe(1);
  });
});

describe('chains that only go backward', () => {
  /** Pointers in opaque RDATA, each to the one before it, and the offset of the last. */
  function backwardChain(hops: number): { message: Buffer; last: number } {
    const start = HEADER_BYTES + 1 + 10;
    const rdata = [0];
    for (let hop = 0; hop < hops; hop++) {
      rdata.push(...pointer(hop === 0 ? start : start + 1 + 2 * (hop - 1)));
    }
    const last = start + 1 + 2 * (hops - 1);
    return { message: replyOf([0, ...record(rdata)], [...pointer(last), ...record()]), last };
  }

  it('thousands of hops for one name (CVE-2026-64194)', () => {
    const { message, last } = backwardChain(8000);
    expect(codeOf(message)).toBe('too-many-hops');
    // Where the reader gave up: within the limit's number of pointers, of two octets each, before the last.
    expect(last - offsetOf(message)).toBeLessThanOrEqual(2 * limits.nameHops.default);
  });

  it('names with a label at each hop, a square of octets in 64 KiB (CVE-2026-69184)', () => {
    const records: number[][] = [];
    let at = HEADER_BYTES;
    let previous = 0;
    for (;;) {
      const owner = records.length === 0 ? [0] : [1, 97, ...pointer(previous)];
      const next = [...owner, ...record()];
      // A pointer reaches 14 bits; beyond that every owner is a pointer to the last name within.
      if (at + next.length > 0x3fff) break;
      previous = at;
      at += next.length;
      records.push(next);
    }
    while (at + 12 <= 65_535) {
      records.push([...pointer(previous), ...record()]);
      at += 12;
    }
    expect(replyOf(...records).length).toBeGreaterThan(65_500);
    expect(codeOf(replyOf(...records))).toBe('name-too-long');
    // As many as make a name of 254 octets are no attack, and read.
    expect(codeOf(replyOf(...records.slice(0, 127)))).toBe('read');
  });

  it('every suffix of every name, each asked for once (CVE-2026-69184)', () => {
    const labels = Array.from({ length: 120 }, () => [1, 97]).flat();
    const runs = Array.from({ length: 60 }, () => [...labels, 0]).flat();
    const records = [[0, ...record(runs)]];
    for (let run = 0; run < 60; run++) {
      for (let label = 0; label < 70; label++) {
        records.push([...pointer(23 + run * 241 + 2 * label), ...record()]);
      }
    }
    const message = replyOf(...records);
    expect(message.length).toBeGreaterThan(64_000);
    expect(codeOf(message)).toBe('too-much-work');
  });

  it('one name for all owners of 64 KiB is walked once', () => {
    const long = Array.from({ length: 126 }, () => [1, 97]).flat();
    const records = [[...long, 0, ...record()]];
    while (records.length < 5000) records.push([...pointer(12), ...record()]);
    const message = replyOf(...records);
    expect(message.length).toBeGreaterThan(60_000);
    // 5,000 walks of 253 octets would be ten times the limit of a message.
    expect(5000 * 253).toBeGreaterThan(9 * limits.nameWorkOctets.default);
    expect(readMessage(message).answers).toHaveLength(5000);
  });
});

it('a question is never expanded: pointers in what follows it are stepped over', async () => {
  const asked = Buffer.concat([query('SOA consul'), Buffer.from([...pointer(29), ...record()])]);
  asked.writeUInt16BE(1, 10);
  const reply = await serve().responder.respond(asked, {
    address: '192.0.2.1',
    port: 53,
    transport: 'udp',
  });
  expect(see(reply as Uint8Array)).toMatchObject({ rcode: 0, answer: { length: 1 } });
});
