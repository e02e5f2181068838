import { describe, expect, it } from 'vitest';
import { createNameGrammar } from '../../../src/dns/names.ts';
import { isOwnName } from '../../../src/dns/server/own-names.ts';
import { createZoneStore } from '../../../src/dns/zone/zone-store.ts';
import { serve } from '../ask.ts';
import { node } from '../catalog-rows.ts';
import { name, zone } from '../zone/zone-text.ts';

const store = createZoneStore({
  catalogApexes: [],
  zones: [
    zone(`$TTL 60
@      SOA   ns host 1 2 3 4 5
@      NS    ns.test.
cut    NS    ns.cut
ns.cut A     192.0.2.1
old    DNAME new
`),
  ],
});
const { view } = serve({ rows: [node('foo', '10.0.0.1')] });
const grammar = createNameGrammar({
  domain: 'consul.',
  altDomain: 'alt.',
  datacenter: 'dc1',
  nodeName: 'foo',
});

describe('a name is ours', () => {
  it.each([
    ['consul.', true],
    ['anything.consul.', true],
    ['web.service.alt.', true],
    ['example.', true],
    ['nothing.example.', true],
    ['x.old.example.', true],
    ['cut.example.', false],
    ['x.cut.example.', false],
    ['ns.cut.example.', false],
    ['notexample.', false],
    ['.', false],
    ['1.0.0.10.in-addr.arpa.', true],
    ['2.0.0.10.in-addr.arpa.', false],
    ['in-addr.arpa.', false],
  ])('%s: %s', (text, expected) => {
    expect(isOwnName({ grammar, zones: () => store, view }, name(text))).toBe(expected);
  });
});
