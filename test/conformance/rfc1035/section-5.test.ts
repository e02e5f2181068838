/**
 * RFC 1035 §5: master files. What a file says is asked for with dig; what cannot be served is refused with its file
 * and line. Beside the RFC: RFC 2308 §4 ($TTL), RFC 3597 §5 (unknown types), and what BIND reads everywhere.
 */
import { describe, expect, it } from 'vitest';
import { faultsOf } from '../../dns/zone/zone-text.ts';
import { referenceAgent } from '../../support/reference-agent.ts';
import { digTable } from '../dig-table.ts';

/** §5.3, to the letter but for the include, which is a file of this test. */
const ISI = String.raw`@   IN  SOA     VENERA      Action\.domains (
                                 20     ; SERIAL
                                 7200   ; REFRESH
                                 600    ; RETRY
                                 3600000; EXPIRE
                                 60)    ; MINIMUM

        NS      A.ISI.EDU.
        NS      VENERA
        NS      VAXA
        MX      10      VENERA
        MX      20      VAXA

A       A       26.3.0.103

VENERA  A       10.1.0.52
        A       128.9.0.32

VAXA    A       10.2.0.27
        A       128.9.0.33


$INCLUDE isi-mailboxes.txt
`;

const MAILBOXES = `MOE     TXT      A.ISI.EDU.
LARRY   TXT      A.ISI.EDU.
CURLEY  TXT      A.ISI.EDU.
STOOGES TXT      MOE LARRY CURLEY
`;

const SYNTAX = String.raw`$TTL 1h30m ; BIND's units
@ 1h IN SOA ns host ( 1 1h
  15m 2w ; a comment ) in parentheses (
  5m )
@	IN	NS	ns	; tabs
ns A 192.0.2.1
ttl-class 60 IN A 192.0.2.2
class-ttl IN 61 A 192.0.2.3
ttl-only 62 A 192.0.2.4
class-only IN A 192.0.2.5
neither A 192.0.2.6
lower-case in a 192.0.2.7
units 1W2d3H4m5S A 192.0.2.8
blank 60 A 192.0.2.9
      60 AAAA 2001:db8::9
	60 TXT "tab"
ABSOLUTE.syntax.test. 60 A 192.0.2.10
( brackets
  60
  A ) ( 192.0.2.11 )
quoted 60 TXT "semi;colon" "(" "two words" "" "back\\slash" "quo\"te"
number 60 TXT \065\066 "\009"
bare 60 TXT word
escaped\.dot 60 A 192.0.2.12
escaped\@at 60 A 192.0.2.13
\042 60 A 192.0.2.14
$ORIGIN sub
@ 60 A 192.0.2.15
www 60 CNAME @
$ORIGIN deeper
www 60 A 192.0.2.16
$ORIGIN syntax.test.
$TTL 5
five A 192.0.2.17
$INCLUDE part.inc
after A 192.0.2.18
$INCLUDE part.inc other
unknown TYPE65280 \# 3 ( 01
  0203 )
as-unknown TYPE1 \# 4 C0000213
a-as-octets A \# 4 C0000214
class-one CLASS1 TYPE1 192.0.2.21
last A 192.0.2.22`;

/** Has an origin and an owner of its own, which the file that includes it does not get. */
const PART = `included A 192.0.2.30
$ORIGIN far
inner A 192.0.2.31
$TTL 9
`;

const OLD =
  '@ 77 SOA ns host 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\nnext 88 A 192.0.2.2\nthen A 192.0.2.3\n';

const agent = referenceAgent({
  zones: {
    'isi.edu.zone': ISI,
    'isi-mailboxes.txt': MAILBOXES,
    'syntax.test.zone': `\ufeff${SYNTAX}`,
    'part.inc': PART,
    'crlf.test.zone': OLD.replaceAll('\n', '\r\n'),
  },
});
const a = (owner: string, ttl: number, address: string) => ({
  has: 'aa',
  answers: [`${owner}. ${ttl} IN A ${address}`],
});

describe('RFC 1035 §5.3, the example', () => {
  digTable(agent, [
    [
      'the SOA over several lines, with an escaped dot in a mailbox',
      'isi.edu SOA',
      {
        answers: [
          String.raw`isi.edu. 60 IN SOA VENERA.isi.edu. Action\.domains.isi.edu. 20 7200 600 3600000 60`,
        ],
      },
    ],
    [
      'names and addresses',
      'venera.isi.edu A',
      { answers: ['venera.isi.edu. 60 IN A 10.1.0.52', 'venera.isi.edu. 60 IN A 128.9.0.32'] },
    ],
    [
      'a blank owner after an empty owner list: the apex',
      'isi.edu MX',
      { answers: ['isi.edu. 60 IN MX 10 VENERA.isi.edu.', 'isi.edu. 60 IN MX 20 VAXA.isi.edu.'] },
    ],
    [
      'what is included',
      'stooges.isi.edu TXT',
      { answers: ['stooges.isi.edu. 60 IN TXT "MOE" "LARRY" "CURLEY"'] },
    ],
  ]);
});

describe('RFC 1035 §5.1, entries', () => {
  digTable(agent, [
    ['[TTL] [class] type', 'ttl-class.syntax.test A', a('ttl-class.syntax.test', 60, '192.0.2.2')],
    ['[class] [TTL] type', 'class-ttl.syntax.test A', a('class-ttl.syntax.test', 61, '192.0.2.3')],
    ['a TTL alone', 'ttl-only.syntax.test A', a('ttl-only.syntax.test', 62, '192.0.2.4')],
    ['a class alone', 'class-only.syntax.test A', a('class-only.syntax.test', 5400, '192.0.2.5')],
    ['neither', 'neither.syntax.test A', a('neither.syntax.test', 5400, '192.0.2.6')],
    ['in any case', 'lower-case.syntax.test A', a('lower-case.syntax.test', 60 * 90, '192.0.2.7')],
    ['"1W2d3H4m5S", as BIND', 'units.syntax.test A', a('units.syntax.test', 788645, '192.0.2.8')],
    [
      'a blank stands for the owner before',
      'blank.syntax.test AAAA',
      { answers: ['blank.syntax.test. 60 IN AAAA 2001:db8::9'] },
    ],
    ['a tab too', 'blank.syntax.test TXT', { answers: ['blank.syntax.test. 60 IN TXT "tab"'] }],
    ['"end in a dot … absolute"', 'absolute.syntax.test A', { has: 'aa' }],
    [
      '"@" is the origin; times with units; comments in parentheses',
      'syntax.test SOA',
      {
        answers: [
          'syntax.test. 3600 IN SOA ns.syntax.test. host.syntax.test. 1 3600 900 1209600 300',
        ],
      },
    ],
    [
      'parentheses around anything',
      'brackets.syntax.test A',
      a('brackets.syntax.test', 60, '192.0.2.11'),
    ],
    [
      'quoted semicolons, parentheses, blanks, nothing, and escapes',
      'quoted.syntax.test TXT',
      {
        answers: [
          String.raw`quoted.syntax.test. 60 IN TXT "semi;colon" "(" "two words" "" "back\\slash" "quo\"te"`,
        ],
      },
    ],
    [
      String.raw`"\DDD" in a string`,
      'number.syntax.test TXT',
      { answers: [String.raw`number.syntax.test. 60 IN TXT "AB" "\009"`] },
    ],
    [
      'a string without quotes',
      'bare.syntax.test TXT',
      { answers: ['bare.syntax.test. 60 IN TXT "word"'] },
    ],
    [
      String.raw`"\." is no end of a label`,
      String.raw`escaped\.dot.syntax.test A`,
      a(String.raw`escaped\.dot.syntax.test`, 60, '192.0.2.12'),
    ],
    [
      String.raw`"\@" is no origin`,
      String.raw`escaped\@at.syntax.test A`,
      a(String.raw`escaped\@at.syntax.test`, 60, '192.0.2.13'),
    ],
    [
      String.raw`"\042" is an asterisk, and so a wildcard (RFC 4592 §2.1.1)`,
      'nothing-else.syntax.test A',
      a('nothing-else.syntax.test', 60, '192.0.2.14'),
    ],
    ['a last line without an end', 'last.syntax.test A', a('last.syntax.test', 9, '192.0.2.22')],
  ]);
});

describe('RFC 1035 §5.1, $ORIGIN and $INCLUDE', () => {
  digTable(agent, [
    ['$ORIGIN relative to the one before', 'sub.syntax.test A', { has: 'aa' }],
    [
      '"@" and relative data follow it',
      'www.sub.syntax.test CNAME',
      { answers: ['www.sub.syntax.test. 60 IN CNAME sub.syntax.test.'] },
    ],
    ['and again', 'www.deeper.sub.syntax.test A', { has: 'aa' }],
    ['an included file', 'included.syntax.test A', a('included.syntax.test', 5, '192.0.2.30')],
    ['its own $ORIGIN', 'inner.far.syntax.test A', a('inner.far.syntax.test', 5, '192.0.2.31')],
    [
      'which ends with it, unlike its $TTL',
      'after.syntax.test A',
      { answers: ['after.syntax.test. 9 IN A 192.0.2.18'] },
    ],
    ['"$INCLUDE file origin"', 'included.other.syntax.test A', { has: 'aa' }],
    ['and relative within', 'inner.far.other.syntax.test A', { has: 'aa' }],
  ]);
});

describe('RFC 2308 §4 and RFC 1035 §5.1, the TTL of records without one', () => {
  digTable(agent, [
    ['$TTL holds for what follows', 'five.syntax.test A', a('five.syntax.test', 5, '192.0.2.17')],
    ['without it, the TTL before', 'then.crlf.test A', a('then.crlf.test', 88, '192.0.2.3')],
    ['of whatever record', 'ns.crlf.test A', a('ns.crlf.test', 77, '192.0.2.1')],
    ['without any, the minimum of the SOA', 'isi.edu SOA', { has: 'aa' }],
  ]);
});

describe('RFC 3597 §5, types by number', () => {
  digTable(agent, [
    [
      'an unknown type',
      'unknown.syntax.test TYPE65280',
      { answers: [String.raw`unknown.syntax.test. 9 IN TYPE65280 \# 3 010203`] },
    ],
    ['a known type', 'as-unknown.syntax.test A', a('as-unknown.syntax.test', 9, '192.0.2.19')],
    ['data alone', 'a-as-octets.syntax.test A', a('a-as-octets.syntax.test', 9, '192.0.2.20')],
    ['class and type', 'class-one.syntax.test A', a('class-one.syntax.test', 9, '192.0.2.21')],
  ]);
});

describe('RFC 1035 §5.2, what is refused, with its line', () => {
  const head = '$TTL 1\n@ SOA ns.x. host.x. 1 2 3 4 5\n@ NS ns.x.\n';
  it.each([
    [
      'another class: "all RRs in the file should have the same class"',
      'a CH A 192.0.2.1',
      '4: class "CH" is not served; zones are of class IN',
    ],
    [
      'a second SOA: "exactly one"',
      '@ SOA ns.x. host.x. 1 2 3 4 5',
      '4: a second SOA record; the first is at zones/example.zone:2',
    ],
    [
      'data outside: "authoritative … glue"',
      'a.other. A 192.0.2.1',
      '4: "a.other." is outside the zone "example."',
    ],
    [
      'an alias with other data',
      'a CNAME b\na A 192.0.2.1',
      '5: "a.example." has a CNAME (zones/example.zone:4) and so no A (RFC 1034 §3.6.2)',
    ],
    ['an unknown mnemonic', 'a NOSUCH x', '4: "NOSUCH" is not a record type'],
    ['a type that only asks', 'a ANY x', '4: "ANY" cannot be in a zone: ANY is not a type of data'],
    ['an open parenthesis', 'a TXT ( x\n', '4: the parenthesis "(" is never closed'],
    ['an open quote', 'a TXT "x\n', '4: the quoted string "x" is not closed on its line'],
    [
      'a label of 64 octets',
      `${'l'.repeat(64)} A 192.0.2.1`,
      `4: "${'l'.repeat(64)}" is not a domain name`,
    ],
    ['a string of 256 octets', `a TXT ${'s'.repeat(256)}`, /^4: .*255/],
    ['too few octets', 'a TYPE65280 \\# 3 0102', '4: \\# says 3 octets, 2 are written'],
    [
      'an include that is not there',
      '$INCLUDE gone',
      '4: cannot include "zones/gone": no such file or folder',
    ],
    [
      '$GENERATE of BIND',
      '$GENERATE 1-9 a$ A 192.0.2.$',
      '4: "$GENERATE" is BIND\'s own and not read; write the records out',
    ],
    [
      'a TTL above 2^31 - 1 (RFC 2181 §8)',
      'a 2147483648 A 192.0.2.1',
      '4: "2147483648" is neither a TTL nor a type',
    ],
  ])('%s', (_, text, reason) => {
    const [fault, ...others] = faultsOf(head + text);
    const said = fault?.replace('zones/example.zone:', '');
    if (typeof reason === 'string') expect(said).toBe(reason);
    else expect(said).toMatch(reason);
    expect(others).toEqual([]);
  });
});
