import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../src/runtime/index.ts';

describe('parseDuration reads what Go reads', () => {
  const table: [string, number][] = [
    ['0', 0],
    ['+0', 0],
    ['0s', 0],
    ['10s', 10_000],
    ['500ms', 500],
    ['1h2m3s', 3_723_000],
    ['1.5s', 1500],
    ['.5s', 500],
    ['5.s', 5000],
    ['-1.5h', -5_400_000],
    ['+5s', 5000],
    ['100us', 0.1],
    ['100µs', 0.1],
    ['100μs', 0.1],
    ['1ns', 0.000001],
    ['39h9m14.425s', 140_954_425],
    ['0.3333333333333333333h', 1_200_000],
    ['87600h', 315_360_000_000],
    ['0.100000000000000000000h', 360_000],
  ];
  it.each(table)('%s is %d ms', (text, ms) => {
    const parsed = parseDuration(text);
    expect(parsed.ok).toBe(true);
    expect(parsed.ok && parsed.ms).toBeCloseTo(ms, 6);
  });
});

describe('parseDuration refuses with the texts of Go', () => {
  const table: [string, string][] = [
    ['', 'time: invalid duration ""'],
    ['nope', 'time: invalid duration "nope"'],
    ['-', 'time: invalid duration "-"'],
    ['.', 'time: invalid duration "."'],
    ['.s', 'time: invalid duration ".s"'],
    ['5', 'time: missing unit in duration "5"'],
    ['1h5', 'time: missing unit in duration "1h5"'],
    ['5 s', 'time: unknown unit " s" in duration "5 s"'],
    ['3days', 'time: unknown unit "days" in duration "3days"'],
    ['5constructor', 'time: unknown unit "constructor" in duration "5constructor"'],
    ['1é', 'time: unknown unit "\\xc3\\xa9" in duration "1\\xc3\\xa9"'],
    ['"\\', 'time: invalid duration "\\"\\\\"'],
    ['9223372036854775808ns', 'time: invalid duration "9223372036854775808ns"'],
    ['2562048h', 'time: invalid duration "2562048h"'],
  ];
  it.each(table)('%j: %s', (text, message) => {
    expect(parseDuration(text)).toEqual({ ok: false, message });
  });
});

describe('formatDuration writes what Go writes', () => {
  const table: [number, string][] = [
    [0, '0s'],
    [-0, '0s'],
    [0.000001, '1ns'],
    [0.0011, '1.1µs'],
    [2.2, '2.2ms'],
    [250, '250ms'],
    [1500, '1.5s'],
    [10_000, '10s'],
    [60_000, '1m0s'],
    [245_000, '4m5s'],
    [3_600_000, '1h0m0s'],
    [18_367_001, '5h6m7.001s'],
    [-90_000, '-1m30s'],
  ];
  it.each(table)('%d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

it('what formatDuration writes, parseDuration reads back', () => {
  const nanoseconds = fc.bigInt({ min: -(2n ** 50n), max: 2n ** 50n });
  fc.assert(
    fc.property(nanoseconds, (count) => {
      const ms = Number(count) / 1e6;
      const parsed = parseDuration(formatDuration(ms));
      return parsed.ok && parsed.ms === ms;
    }),
  );
});

it('any text is either read or refused, never an exception', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[-+]?[0-9.hmsnuµ ]{0,12}$/)), (text) => {
      const parsed = parseDuration(text);
      return parsed.ok ? Number.isFinite(parsed.ms) : parsed.message.startsWith('time: ');
    }),
  );
});
