/** The table beside a plain map: what it finds is right, what it holds is bounded, whatever is asked and goes stale. */
import { expect, it } from 'vitest';
import { AnswerTable } from '../../../../src/dns/answer/compiled/answer-table.ts';
import type { CompiledAnswer } from '../../../../src/dns/answer/compiled/compiled-answer.ts';
import { PlainQuery } from '../../../../src/dns/answer/compiled/plain-query.ts';
import { seededRandom } from '../../../../src/runtime/index.ts';
import { clientOf, query } from '../../ask.ts';

class Kept implements CompiledAnswer {
  readonly octets = 100;
  readonly isNegative = false;
  isStale = false;
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  write(): boolean {
    return false;
  }
}

const reader = new PlainQuery();

function read(text: string): PlainQuery {
  const bytes = query(text);
  const client = clientOf();
  const room = { reply: bytes, replyStart: 0 };
  if (!reader.read({ bytes, start: 0, end: bytes.length, client, ...room })) throw new Error(text);
  return reader;
}

it('finds what was added last and is not stale, in any letter case', () => {
  const random = seededRandom(5);
  const table = new AnswerTable(1 << 30);
  const model = new Map<string, Kept>();
  for (let step = 0; step < 60_000; step++) {
    const text = `${random.integer(2) === 0 ? 'A' : 'AAAA'} n${random.integer(4000)}.test`;
    const known = model.get(text);
    const found = table.find(read(random.integer(2) === 0 ? text : text.toUpperCase()));
    if (found !== (known?.isStale === false ? known : undefined)) expect(found).toBe(known);
    if (found === undefined) {
      const kept = new Kept(text);
      model.set(text, kept);
      table.add(read(text), kept);
    } else if (random.integer(3) === 0) {
      known!.isStale = true;
    }
  }
  const live = [...model.values()].filter(({ isStale }) => !isStale);
  expect(live.length).toBeGreaterThan(1000);
  for (const kept of live) expect(table.find(read(kept.text))).toBe(kept);
});

it('holds no more than it may, and whatever it still has is right', () => {
  const octetsMax = 1 << 20;
  const table = new AnswerTable(octetsMax);
  const count = 50_000;
  for (let at = 0; at < count; at++) {
    const text = `A name-${at}.test`;
    table.add(read(text), new Kept(text));
  }
  expect(table.octets).toBeLessThanOrEqual(octetsMax);
  expect(table.octets).toBeGreaterThan(octetsMax * 0.99);
  let found = 0;
  for (let at = 0; at < count; at++) {
    const text = `A name-${at}.test`;
    const kept = table.find(read(text)) as Kept | undefined;
    if (kept === undefined) continue;
    if (kept.text !== text) expect(kept.text).toBe(text);
    found += 1;
  }
  expect(found).toBe(table.count);
});

it('makes room among the stale before anything is pushed out', () => {
  const table = new AnswerTable(1 << 20);
  for (let at = 0; at < 50_000; at++) {
    const kept = new Kept('');
    table.add(read(`A name-${at}.test`), kept);
    kept.isStale = at % 500 !== 0;
  }
  for (let at = 0; at < 50_000; at += 500) {
    expect(table.find(read(`A name-${at}.test`))).toBeDefined();
  }
});
