import { describe, expect, it } from 'vitest';
import { answersTo } from '../../../src/dns/forward/answers-to.ts';
import { RecordClass, RecordType } from '../../../src/dns/wire/types.ts';
import { limits } from '../../../src/runtime/index.ts';
import { name, rr } from '../records.ts';

const keptOf =
  (type: number) =>
  (...records: string[]): string[] => {
    const made = records.map(rr);
    const asked = { lowerName: name('www.example.'), type, class: RecordClass.IN };
    const { answers } = answersTo(asked, made, () => 'theirs');
    return records.filter((_, at) => answers.includes(made[at]!));
  };
const kept = keptOf(RecordType.A);
const chainOf = (...records: string[]) =>
  answersTo(
    { lowerName: name('www.example.'), type: RecordType.A, class: RecordClass.IN },
    records.map(rr),
    () => 'theirs',
  );

describe('the answers to a question', () => {
  it('are those of its name, in any case', () => {
    const own = 'WWW.example. 1 IN A 192.0.2.1';
    expect(kept('bank.test. 1 IN A 192.0.2.66', own)).toEqual([own]);
  });

  it('are those along its CNAMEs, in whatever order', () => {
    const chain = [
      'b.test. 1 IN A 192.0.2.1',
      'A.test. 1 IN CNAME B.test.',
      'www.example. 1 IN CNAME a.test.',
    ];
    expect(kept(...chain, 'c.test. 1 IN A 192.0.2.66')).toEqual(chain);
  });

  it('are those along a DNAME, with the CNAME made from it and without', () => {
    const dname = 'example. 1 IN DNAME test.';
    const cname = 'www.example. 1 IN CNAME www.test.';
    const address = 'www.test. 1 IN A 192.0.2.1';
    const other = 'other. 1 IN DNAME test.';
    expect(kept(dname, cname, address, other)).toEqual([dname, cname, address]);
    expect(kept(dname, address, other)).toEqual([dname, address]);
  });

  it('end with a loop, and with a chain without end', () => {
    const loop = ['www.example. 1 IN CNAME a.test.', 'a.test. 1 IN CNAME www.example.'];
    expect(kept(...loop)).toEqual(loop);
    const long = Array.from({ length: 99 }, (_, at) => `w${at}.test. 1 IN CNAME w${at + 1}.test.`);
    const first = 'www.example. 1 IN CNAME w0.test.';
    expect(kept(first, ...long)).toHaveLength(limits.forwardAliases.default + 1);
  });

  it('are of the type that was asked, and all types when all were', () => {
    const text = 'www.example. 1 IN TXT "lies"';
    const own = 'www.example. 1 IN A 192.0.2.1';
    expect(kept(text, own)).toEqual([own]);
    expect(keptOf(RecordType.ANY)(text, own)).toEqual([text, own]);
  });

  it('to a question for the alias are the alias alone', () => {
    const alias = 'www.example. 1 IN CNAME a.test.';
    expect(keptOf(RecordType.CNAME)(alias, 'a.test. 1 IN CNAME b.test.')).toEqual([alias]);
  });

  it('are complete when the last of the chain has what was asked', () => {
    const alias = 'www.example. 1 IN CNAME a.test.';
    expect(chainOf(alias, 'a.test. 1 IN A 192.0.2.1')).toMatchObject({
      names: [name('www.example.'), name('a.test.')],
      isComplete: true,
    });
    expect(chainOf(alias, 'www.example. 1 IN A 192.0.2.1').isComplete).toBe(false);
    expect(chainOf().isComplete).toBe(false);
  });
});
