/** The rate limit by itself: buckets, networks, and a table that is full. */
import { describe, expect, it } from 'vitest';
import {
  compileRateLimit,
  ResponseLimiter,
  type Verdict,
} from '../../../src/dns/limit/response-limiter.ts';
import type { RateLimitOptions } from '../../../src/dns/options.ts';
import { limits, seededRandom } from '../../../src/runtime/index.ts';
import { name } from '../records.ts';

const A = 1;
const WEB = name('web.service.consul');
const SEED = new Uint8Array(16).fill(7);

function limitOf(options: Partial<RateLimitOptions>) {
  return compileRateLimit({ responsesPerSecond: 5, slip: 0, exempt: [], ...options });
}

function limiter(options: Partial<RateLimitOptions> = {}): ResponseLimiter {
  return new ResponseLimiter(limitOf(options), SEED);
}

function judge(of: ResponseLimiter, from: string, at = 0, about = WEB, type = A): Verdict {
  return of.judge(from, 0, type, about, at);
}

/** How many of `count` replies at one moment are sent. */
function sent(of: ResponseLimiter, count: number, from: string, at = 0): number {
  let sent = 0;
  for (let reply = 0; reply < count; reply++) if (judge(of, from, at) === 'send') sent += 1;
  return sent;
}

describe('the limit', () => {
  it('lets one second’s worth through at once, then the rate', () => {
    const of = limiter();
    expect(sent(of, 20, '192.0.2.1', 1000)).toBe(5);
    expect(sent(of, 20, '192.0.2.1', 1199)).toBe(0);
    expect(sent(of, 20, '192.0.2.1', 1200)).toBe(1);
    expect(sent(of, 20, '192.0.2.1', 1600)).toBe(2);
    // Nothing is saved up beyond a second.
    expect(sent(of, 20, '192.0.2.1', 60_000)).toBe(5);
  });

  it('is that rate over any longer time, however dense the queries', () => {
    const of = limiter({ responsesPerSecond: 100 });
    let all = 0;
    for (let ms = 0; ms < 10_000; ms += 0.25) if (judge(of, '192.0.2.1', ms) === 'send') all += 1;
    // A second's worth at the start, and then ten seconds.
    expect(all).toBeGreaterThanOrEqual(1099);
    expect(all).toBeLessThanOrEqual(1100);
  });

  it('is kept where the clock wraps', () => {
    const of = limiter();
    const end = 2 ** 32;
    expect(sent(of, 20, '192.0.2.1', end - 100)).toBe(5);
    expect(sent(of, 20, '192.0.2.1', end + 100)).toBe(1);
  });

  it('follows a reload, and remembers who is over it', () => {
    const of = limiter();
    expect(sent(of, 20, '192.0.2.1', 1000)).toBe(5);
    of.setLimit(limitOf({ responsesPerSecond: 10, exempt: ['198.51.100.0/24'] }));
    expect(sent(of, 20, '192.0.2.1', 1000)).toBe(0);
    expect(sent(of, 20, '192.0.2.1', 2000)).toBe(10);
    expect(sent(of, 20, '198.51.100.9', 2000)).toBe(20);
  });
});

describe('what counts together', () => {
  const one = { from: '192.0.2.1', about: WEB, type: A, kind: 0 };
  const table: [string, Partial<typeof one>, together: boolean][] = [
    ['another address of the /24', { from: '192.0.2.254' }, true],
    ['the next /24', { from: '192.0.3.1' }, false],
    ['the address as mapped IPv6', { from: '::ffff:192.0.2.7' }, true],
    ['another name', { about: name('db.service.consul') }, false],
    ['the name in other letters', { about: name('WEB.service.Consul') }, true],
    ['another type', { type: 28 }, false],
    ['another kind', { kind: 3 }, false],
  ];
  it.each(table)('%s', (_, other, together) => {
    const of = limiter({ responsesPerSecond: 1 });
    const ask = ({ from, about, type, kind }: typeof one) => of.judge(from, kind, type, about, 0);
    expect(ask(one)).toBe('send');
    expect(ask({ ...one, ...other })).toBe(together ? 'drop' : 'send');
  });

  it.each<[string, string, boolean]>([
    ['of one /56', '2001:db8:1:2ff:ffff::1', true],
    ['of the next one', '2001:db8:1:300::1', false],
  ])('IPv6 addresses %s', (_, other, together) => {
    const of = limiter({ responsesPerSecond: 1 });
    expect(judge(of, '2001:db8:1:200::1')).toBe('send');
    expect(judge(of, other)).toBe(together ? 'drop' : 'send');
  });
});

describe('who is not limited', () => {
  const exempt = ['10.0.0.0/8', '2001:db8:5::/48', '203.0.113.7'];
  const table: [address: string, limited: boolean][] = [
    ['127.0.0.1', false],
    ['127.9.9.9', false],
    ['::1', false],
    ['::ffff:127.0.0.1', false],
    ['10.200.3.4', false],
    ['2001:db8:5:9::1', false],
    ['203.0.113.7', false],
    ['203.0.113.8', true],
    ['11.0.0.1', true],
    ['2001:db8:6::1', true],
    ['::2', true],
  ];
  it.each(table)('%s is limited: %s', (address, limited) => {
    expect(sent(limiter({ exempt }), 100, address)).toBe(limited ? 5 : 100);
  });
});

describe('slip', () => {
  const table: [slip: number, expected: string][] = [
    [0, 'dddddddd'],
    [1, 'ssssssss'],
    [2, 'dsdsdsds'],
    [3, 'ddsddsdd'],
  ];
  it.each(table)('%i: of the replies over the limit go out %s', (slip, expected) => {
    const of = limiter({ responsesPerSecond: 1, slip });
    expect(judge(of, '192.0.2.1')).toBe('send');
    const verdicts = Array.from({ length: 8 }, () => judge(of, '192.0.2.1')[0]);
    expect(verdicts.join('')).toBe(expected);
  });

  it('is counted for each flow', () => {
    const of = limiter({ responsesPerSecond: 1, slip: 2 });
    const both = ['192.0.2.1', '198.51.100.1'];
    for (const from of both) judge(of, from);
    const verdicts = [1, 2].flatMap(() => both.map((from) => judge(of, from)));
    expect(verdicts).toEqual(['drop', 'drop', 'slip', 'slip']);
  });
});

describe('a table that is full', () => {
  const RATE = 10;
  const SOURCES = 2_000_000;

  it('keeps limiting a flood among millions of forged sources, in the same memory', () => {
    const of = limiter({ responsesPerSecond: RATE });
    const bytes = of.bytes;
    expect(bytes).toBe(limits.rateLimitSlots.default * 18);
    const random = seededRandom(3);
    const heapBefore = process.memoryUsage();
    let flood = 0;
    // Four seconds: half a million networks in each, and the flood 10,000 times.
    for (let at = 0; at < SOURCES; at++) {
      const nowMs = (at * 4000) / SOURCES;
      const source = `${1 + random.integer(120)}.${random.integer(256)}.${random.integer(256)}.9`;
      judge(of, source, nowMs);
      if (at % 50 === 0 && judge(of, '192.0.2.1', nowMs) === 'send') flood += 1;
    }
    expect(of.bytes).toBe(bytes);
    const grown = process.memoryUsage().arrayBuffers - heapBefore.arrayBuffers;
    expect(grown).toBeLessThan(1 << 20);
    // One second's worth and four seconds are 50 of 40,000.
    expect(flood).toBeLessThanOrEqual(5 * RATE);
    expect(flood).toBeGreaterThan(0);
  });

  it('does not shut others out while it has room', () => {
    const of = limiter({ responsesPerSecond: RATE });
    let denied = 0;
    const networks = limits.rateLimitSlots.default / 4;
    for (let at = 0; at < networks; at++) {
      if (judge(of, `${at >> 16}.${(at >> 8) & 255}.${at & 255}.1`) !== 'send') denied += 1;
    }
    expect(denied).toBe(0);
  });

  it('limits those that share, rather than none, when there are more flows than slots at once', () => {
    const of = limiter({ responsesPerSecond: 1 });
    let sentNow = 0;
    const flows = limits.rateLimitSlots.default * 4;
    for (let at = 0; at < flows; at++) {
      if (judge(of, `${at >> 16}.${(at >> 8) & 255}.${at & 255}.1`) === 'send') sentNow += 1;
    }
    expect(sentNow).toBeLessThanOrEqual(limits.rateLimitSlots.default);
  });

  it('cannot be aimed at: which flows share depends on the seed', () => {
    const collisions = (seed: number) => {
      const of = new ResponseLimiter(
        limitOf({ responsesPerSecond: 1 }),
        new Uint8Array(16).fill(seed),
      );
      const shared: number[] = [];
      for (let at = 0; at < limits.rateLimitSlots.default / 2; at++) {
        if (judge(of, `${at >> 16}.${(at >> 8) & 255}.${at & 255}.1`) !== 'send') shared.push(at);
      }
      return shared;
    };
    const [one, other] = [collisions(1), collisions(2)];
    expect(one.length).toBeGreaterThan(100);
    const both = new Set(one);
    const common = other.filter((at) => both.has(at)).length;
    expect(common / other.length).toBeLessThan(0.15);
  });
});
