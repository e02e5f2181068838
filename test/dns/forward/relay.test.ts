/** What of a reply is passed on, searched with records of any content: hostile RDATA ends nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { relay } from '../../../src/dns/forward/relay.ts';
import { retentionOf } from '../../../src/dns/forward/retention.ts';
import type { Message } from '../../../src/dns/wire/message.ts';
import { headerFrom } from '../../../src/dns/wire/message.ts';
import type { ResourceRecord } from '../../../src/dns/wire/record.ts';
import { RecordType } from '../../../src/dns/wire/types.ts';
import { name } from '../records.ts';
import { query } from '../zone/zone-text.ts';

const OWNERS = ['www.example.', 'example.', '.', 'bank.test.', 'a.b.www.example.'].map(name);
const TYPES = [...Object.values(RecordType), 65_280];

/** The reader of messages lets no other RDATA of these through. */
const ALIASES: readonly number[] = [RecordType.CNAME, RecordType.DNAME];

const anyRecord: fc.Arbitrary<ResourceRecord> = fc.record({
  owner: fc.constantFrom(...OWNERS),
  type: fc.constantFrom(...TYPES),
  class: fc.constantFrom(1, 1, 3),
  ttl: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  rdata: fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.constantFrom(...OWNERS).map((owner) => Buffer.from(owner, 'latin1')),
  ),
});

const record = anyRecord.filter(
  ({ type, rdata }) =>
    !ALIASES.includes(type) || OWNERS.includes(Buffer.from(rdata).toString('latin1')),
);

const section = fc.array(record, { maxLength: 6 });

const message: fc.Arbitrary<Message> = fc
  .record({
    answers: section,
    authority: section,
    additional: section,
    rcode: fc.constantFrom(0, 3),
  })
  .map((parts) => ({
    ...parts,
    header: headerFrom(1, 0x8180),
    question: undefined,
    edns: undefined,
  }));

describe('any reply', () => {
  it('is read without an error, and keeps to the names of its chain', () => {
    const caps = { maxTtlSeconds: 86_400, maxNegativeTtlSeconds: 10_800 };
    fc.assert(
      fc.property(message, fc.constantFrom(...TYPES), (reply, type) => {
        const { question } = query('www.example. A', { type });
        const read = relay(reply, question, () => 'theirs');
        const { relayed, chain } = read;
        for (const { owner } of relayed.answers) {
          const isDname = relayed.answers.some((other) => other.type === RecordType.DNAME);
          expect(isDname || chain.names.includes(owner)).toBe(true);
        }
        const retention = retentionOf(read, caps);
        if (retention === undefined) return;
        expect(retention.ttlSeconds).toBeGreaterThan(0);
        expect(retention.ttlSeconds).toBeLessThanOrEqual(
          chain.isComplete ? caps.maxTtlSeconds : caps.maxNegativeTtlSeconds,
        );
      }),
      { numRuns: 3000 },
    );
  });
});

describe('aliases without an end', () => {
  const alias = (from: string, to: string): ResourceRecord => ({
    owner: name(from),
    type: RecordType.CNAME,
    class: 1,
    ttl: 60,
    rdata: Buffer.from(name(to), 'latin1'),
  });
  const reply = (...answers: ResourceRecord[]): Message => ({
    answers,
    authority: [],
    additional: [],
    rcode: 0,
    header: headerFrom(1, 0x8180),
    question: undefined,
    edns: undefined,
  });
  const ENDLESS = { text: 'the alias leads in a circle, or further than it is followed' };

  it('are passed on with a word about it, for otherwise they look like NODATA', () => {
    const { question } = query('a.example. A');
    const theirs = () => 'theirs' as const;
    const circle = reply(alias('a.example.', 'b.example.'), alias('b.example.', 'a.example.'));
    expect(relay(circle, question, theirs).relayed.explanation).toMatchObject(ENDLESS);
    const chain = Array.from({ length: 40 }, (_, at) =>
      alias(at === 0 ? 'a.example.' : `n${at}.example.`, `n${at + 1}.example.`),
    );
    expect(relay(reply(...chain), question, theirs).relayed.explanation).toMatchObject(ENDLESS);
    expect(
      relay(reply(...chain.slice(0, 3)), question, theirs).relayed.explanation,
    ).toBeUndefined();
  });
});
