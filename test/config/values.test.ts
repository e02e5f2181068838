import { describe, expect, it } from 'vitest';
import { SUBNET } from '../../src/config/text-forms.ts';
import { readValue, type SimpleType } from '../../src/config/values.ts';

describe('a value is read as what its key is', () => {
  const table: [SimpleType, unknown, unknown][] = [
    ['string', 'x', 'x'],
    ['boolean', false, false],
    ['integer', -3, -3],
    ['number', 0.5, 0.5],
    ['duration', '1m30s', 90_000],
    ['duration', '0', 0],
    ['list of strings', [], []],
    ['list of strings', ['a'], ['a']],
    ['map of strings', { a: 'b' }, { a: 'b' }],
    ['map of durations', { web: '5s' }, { web: 5000 }],
    ['map of lists of strings', { k: ['a', 'b'], l: [] }, { k: ['a', 'b'], l: [] }],
    ['any', { a: [1] }, { a: [1] }],
  ];
  it.each(table)('%s %j', (type, raw, value) => {
    expect(readValue(type, raw)).toEqual({ ok: true, value });
  });
});

describe('anything else is refused with what was expected', () => {
  const duration = 'a duration such as "10s"';
  const table: [SimpleType, unknown, object, string][] = [
    ['string', 1, {}, 'a string'],
    ['boolean', 'true', {}, 'true or false'],
    ['boolean', 1, {}, 'true or false'],
    ['integer', '8600', {}, 'an integer'],
    ['integer', 1.5, {}, 'an integer'],
    ['integer', 70_000, { min: -1, max: 65_535 }, 'an integer from -1 to 65535'],
    ['integer', -1, { min: 0 }, 'an integer of at least 0'],
    ['number', Number.NaN, {}, 'a number'],
    ['duration', 10, {}, duration],
    ['duration', '10', {}, `${duration} (time: missing unit in duration "10")`],
    ['duration', '-1s', { min: 0 }, `${duration} of at least 0s`],
    ['list of strings', 'a', {}, 'a list of strings'],
    ['map of strings', ['a'], {}, 'an object of strings'],
    ['map of lists of strings', ['a'], {}, 'an object of lists of strings'],
    ['string', 'zz', { form: SUBNET }, SUBNET.expected],
    ['string', 'zz', { oneOf: ['a', 'b'] }, 'one of a, b'],
  ];
  it.each(table)('%s %j', (type, raw, bounds, expected) => {
    expect(readValue(type, raw, bounds)).toEqual({ ok: false, expected });
  });

  it('and says which element of a list or map is wrong', () => {
    expect(readValue('list of strings', ['a', 1])).toMatchObject({
      expected: 'a string',
      at: ['1'],
    });
    expect(readValue('map of strings', { k: 1 })).toMatchObject({
      expected: 'a string',
      at: ['k'],
    });
    expect(readValue('map of durations', { k: 'x' })).toMatchObject({ at: ['k'] });
    expect(readValue('map of lists of strings', { k: ['a', 1] })).toMatchObject({ at: ['k', '1'] });
  });
});

it('one of several words may be written in any case', () => {
  expect(readValue('string', 'debug', { oneOf: ['DEBUG'] })).toEqual({ ok: true, value: 'DEBUG' });
});
