/** Goal: each kind of field takes the operators that Consul gives it, and says so otherwise. */
import { describe, expect, it } from 'vitest';
import {
  type Fields,
  flag,
  integer,
  map,
  struct,
  structs,
  text,
  texts,
} from '../../../src/http/filter/fields.ts';
import { compileFilter } from '../../../src/http/filter/row-filter.ts';

interface Part {
  readonly name: string;
  readonly tags: readonly string[];
}

interface Row {
  readonly name: string;
  readonly port: number;
  readonly on: boolean;
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, string>>;
  readonly parts: readonly Part[];
}

const ROW: Row = {
  name: 'web-1',
  port: 80,
  on: true,
  tags: ['a', 'b'],
  meta: { env: 'prod', 'a b': 'x' },
  parts: [
    { name: 'one', tags: [] },
    { name: 'two', tags: ['t'] },
  ],
};

const BARE: Row = { name: '', port: 0, on: false, tags: [], meta: {}, parts: [] };

const PART_FIELDS: Fields<Part> = { Name: text((p) => p.name), Tags: texts((p) => p.tags) };

const FIELDS: Fields<Row> = {
  Name: text((row) => row.name),
  Port: integer((row) => row.port),
  Level: integer(() => 7, 'uint8'),
  On: flag((row) => row.on),
  Tags: texts((row) => row.tags),
  Meta: map(
    (row) => row.meta,
    text((value: string) => value),
  ),
  Self: struct((row) => ({ name: row.name, tags: row.tags }), PART_FIELDS),
  Parts: structs((row) => row.parts, PART_FIELDS),
};

const holds = (filter: string, row: Row): boolean =>
  compileFilter(filter, FIELDS)([row]).length > 0;

describe('a field', () => {
  it.each([
    ['Name == "web-1"', true, false],
    ['Name != "web-1"', false, true],
    ['Name contains eb', true, false],
    ['eb not in Name', false, true],
    ['Name matches "^web-[0-9]+$"', true, false],
    ['Name not matches 1', false, true],
    ['Name == ""', false, true],
    ['Port == 80', true, false],
    ['Port == "0x50"', true, false],
    ['Port != 80', false, true],
    ['On == true', true, false],
    ['On != T', false, true],
    ['Tags contains a', true, false],
    ['"" in Tags', false, false],
    ['c not in Tags', true, true],
    ['Tags is empty', false, true],
    ['Meta contains env', true, false],
    ['prod in Meta', false, false],
    ['toString in Meta', false, false],
    ['Meta is not empty', true, false],
    ['Self.Name == "web-1"', true, false],
    ['Parts is empty', false, true],
    ['Parts.Name == two', true, false],
    ['Parts.Tags contains t', true, false],
    // Of any of them, also where the operator is negated.
    ['Parts.Name != two', true, false],
    ['not Parts.Name == two', false, true],
  ])('%s is %s and %s', (filter, ofRow, ofBare) => {
    expect([holds(filter, ROW), holds(filter, BARE)]).toEqual([ofRow, ofBare]);
  });

  it.each([
    ['Meta.env == prod', true, false],
    ['Meta.env != prod', false, true],
    ['Meta["a b"] == x', true, false],
    ['Meta.env contains ro', true, false],
    ['Meta.env not contains ro', false, true],
    // go-bexpr: of a missing key both are true.
    ['Meta.env matches "^d"', false, true],
    ['Meta.env not matches "^p"', false, true],
    ['Meta.constructor == a', false, false],
  ])('under a key: %s is %s, and %s without it', (filter, ofRow, ofBare) => {
    expect([holds(filter, ROW), holds(filter, BARE)]).toEqual([ofRow, ofBare]);
  });

  it('is looked at in the order and as far as needed', () => {
    expect(holds('Name == x and Port == 80 or On == true', ROW)).toBe(true);
    expect(holds('Name == x and (Port == 80 or On == true)', ROW)).toBe(false);
  });
});

describe('a filter that does not fit', () => {
  it.each([
    ['Foo == 1', 'Selector "Foo" is not valid'],
    ['name == 1', 'Selector "name" is not valid'],
    ['toString == 1', 'Selector "toString" is not valid'],
    ['Name.x == 1', 'Selector "Name.x" is not valid'],
    ['Meta.a.b == 1', 'Selector "Meta.a.b" is not valid'],
    ['Parts.Foo.Bar == 1', 'Selector "Parts.Foo" is not valid'],
    [
      'Meta["a\\"b"] is empty or Meta["\\x01"].x == 1',
      '1:6 (5): rule "string": invalid syntax\n1:10 (9): rule "index": Unclosed index expression',
    ],
    ['Meta["\\x01é"].x == 1', 'Selector "Meta.\\x01é.x" is not valid'],
    ['Name is empty', 'Invalid match operator "Is Empty" for selector "Name"'],
    ['Name is not empty', 'Invalid match operator "Is Not Empty" for selector "Name"'],
    ['Tags == a', 'Invalid match operator "Equal" for selector "Tags"'],
    ['Meta != a', 'Invalid match operator "Not Equal" for selector "Meta"'],
    ['8 in Port', 'Invalid match operator "In" for selector "Port"'],
    ['t not in On', 'Invalid match operator "Not In" for selector "On"'],
    ['Tags matches a', 'Invalid match operator "Matches" for selector "Tags"'],
    ['Self not matches a', 'Invalid match operator "Not Matches" for selector "Self"'],
    [
      'Port == abc',
      'Failed to coerce value "abc" for selector "Port": strconv.ParseInt: parsing "abc": invalid syntax',
    ],
    [
      'Port == 9223372036854775808',
      'Failed to coerce value "9223372036854775808" for selector "Port": strconv.ParseInt: parsing "9223372036854775808": value out of range',
    ],
    [
      'Port == "08"',
      'Failed to coerce value "08" for selector "Port": strconv.ParseInt: parsing "08": invalid syntax',
    ],
    [
      'Level == 256',
      'Failed to coerce value "256" for selector "Level": strconv.ParseUint: parsing "256": value out of range',
    ],
    [
      'Level == -1',
      'Failed to coerce value "-1" for selector "Level": strconv.ParseUint: parsing "-1": invalid syntax',
    ],
    [
      'On == maybe',
      'Failed to coerce value "maybe" for selector "On": strconv.ParseBool: parsing "maybe": invalid syntax',
    ],
    [
      'Name matches "("',
      'Failed to compile regular expression "(": error parsing regexp: missing closing ): `(`',
    ],
  ])('%s is refused before there is a row', (filter, message) => {
    expect(() => compileFilter(filter, FIELDS)).toThrow(
      expect.objectContaining({
        code: 'filter_invalid',
        message: `Failed to create boolean expression evaluator: ${message}`,
      }),
    );
  });
});
