import { describe, expect, it } from 'vitest';
import { answersTo } from '../../../src/dns/forward/answers-to.ts';
import { limits } from '../../../src/runtime/index.ts';
import { name, rr } from '../records.ts';

const kept = (...records: string[]): string[] => {
  const made = records.map(rr);
  const left = answersTo(name('www.example.'), made);
  return records.filter((_, at) => left.includes(made[at]!));
};

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
});
