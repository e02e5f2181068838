/** The name grammar alone, for names that the look-ups' own tests do not need. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CatalogName,
  createNameGrammar,
  domainOf,
  readCatalogName,
} from '../../src/dns/names.ts';
import { lowerName, nameFromLabels } from '../../src/dns/wire/name.ts';
import { name } from './records.ts';

const grammar = createNameGrammar({
  domain: 'consul.',
  altDomain: 'test.consul.',
  datacenter: 'DC1',
  nodeName: 'n',
});
const HERE = { datacenter: '', peer: '', isRedundant: false };

function read(text: string): CatalogName | undefined {
  const asked = lowerName(name(text));
  const domain = domainOf(grammar, asked);
  return domain === undefined ? undefined : readCatalogName(grammar, asked, domain);
}

const service = (label: string, tag?: string, locality = HERE, srvOnly = false) => ({
  kind: 'service',
  service: label,
  tag,
  locality,
  srvOnly,
});

const table: [text: string, expected: unknown][] = [
  ['consul', { kind: 'apex' }],
  ['test.consul', { kind: 'apex' }],
  ['example.com', undefined],
  ['xconsul', undefined],
  ['.', undefined],
  ['web.service.consul', service('web')],
  ['WEB.service.Test.Consul', service('web')],
  ['a.b.web.service.consul', service('web', 'a.b')],
  ['db.service.service.consul', service('service', 'db')],
  ['web.service.dc1.consul', service('web')],
  ['web.service.dc2.consul', service('web', undefined, { ...HERE, datacenter: 'dc2' })],
  ['web.service.dc2.dc.consul', service('web', undefined, { ...HERE, datacenter: 'dc2' })],
  ['web.service.p.peer.consul', service('web', undefined, { ...HERE, peer: 'p' })],
  [
    'web.service.p.peer.q.peer.consul',
    service('web', undefined, { ...HERE, peer: 'q', isRedundant: true }),
  ],
  ['web.service.dc1.dc.p.peer.consul', { kind: 'invalid' }],
  ['web.service.a.ns.consul', { kind: 'invalid' }],
  ['web.service.a.b.c.consul', { kind: 'invalid' }],
  ['web.service.a.dc.b.dc.c.consul', { kind: 'invalid' }],
  ['_web._tcp.service.consul', service('web')],
  ['_web._udp.service.consul', service('web', 'udp')],
  ['_web.tcp.service.consul', service('tcp', '_web')],
  ['a._web._tcp.service.consul', service('_tcp', 'a._web')],
  ['_web._tcp.consul', service('web', undefined, HERE, true)],
  ['_web._v1.dc1.consul', service('web', 'v1', HERE, true)],
  ['_.service.consul', service('_')],
  ['web.connect.consul', { kind: 'connect', service: 'web', locality: HERE }],
  ['x.web.connect.consul', { kind: 'connect', service: 'web', locality: HERE }],
  ['web.virtual.consul', { kind: 'virtual', service: 'web', locality: HERE }],
  ['web.virtual.p.consul', { kind: 'virtual', service: 'web', locality: { ...HERE, peer: 'p' } }],
  ['web.ingress.dc1.consul', { kind: 'ingress', service: 'web', locality: HERE }],
  ['n.node.consul', { kind: 'node', node: 'n', locality: HERE }],
  ['a.b.node.dc1.consul', { kind: 'node', node: 'a.b', locality: HERE }],
  ['foo.node.node.consul', { kind: 'node', node: 'foo.node', locality: HERE }],
  // A dot within a label is not one between two (RFC 1034 §3.1).
  ['a\\.b.node.consul', { kind: 'node', node: 'a\0b', locality: HERE }],
  ['v1\\.x.web.service.consul', service('web', 'v1\0x', HERE)],
  ['a\\.b.service.consul', service('a.b', undefined, HERE)],
  ['q.query.consul', { kind: 'query', query: 'q', datacenter: '' }],
  [
    'some.query.we.like.query.consul',
    { kind: 'query', query: 'some.query.we.like', datacenter: '' },
  ],
  ['q.query.dc2.consul', { kind: 'query', query: 'q', datacenter: 'dc2' }],
  ['q.query.dc1.dc.consul', { kind: 'invalid' }],
  ['_q._tcp.query.consul', { kind: 'query', query: 'q', datacenter: '' }],
  ['_q.r._tcp.query.consul', { kind: 'query', query: 'q.r', datacenter: '' }],
  ['_q.query.consul', { kind: 'query', query: '_q', datacenter: '' }],
  ['7f000001.addr.any.thing.consul', { kind: 'addr', hex: '7f000001' }],
  ['a.7f000001.addr.consul', { kind: 'invalid' }],
  ['ns.consul', { kind: 'ns-host' }],
  ['x.ns.consul', { kind: 'invalid' }],
  ['service.consul', { kind: 'empty-non-terminal' }],
  ['service.p.peer.consul', { kind: 'invalid' }],
  ['foo.consul', { kind: 'invalid' }],
];

it.each(table)('%s', (text, expected) => expect(read(text)).toEqual(expected));

describe('any name in a domain', () => {
  const words = [
    'service',
    'node',
    'dc1',
    'dc',
    'peer',
    '_tcp',
    '_web',
    'addr',
    'query',
    'web',
    'ns',
    'connect',
    'virtual',
  ];
  const labels = fc.array(
    fc.oneof(fc.constantFrom(...words), fc.stringMatching(/^[a-z_.\\é]{1,8}$/)),
    { maxLength: 9 },
  );

  it('has a form', () => {
    fc.assert(
      fc.property(labels, (front) => {
        const raw = front.map((label) => Buffer.from(label).toString('latin1'));
        const full = nameFromLabels([...raw, 'consul']) as string;
        const form = readCatalogName(grammar, full, domainOf(grammar, full) as string);
        expect(form.kind).toBe(front.length === 0 ? 'apex' : form.kind);
        // Nothing of what is looked up was made up: it is labels of the question, joined by dots.
        const joined = raw.map((label) => label.replaceAll('.', '\0')).join('.');
        if (form.kind === 'node') expect(joined).toContain(form.node);
        // An address is one label, and that as it is.
        if (form.kind === 'addr') expect(raw).toContain(form.hex);
      }),
    );
  });

  it('ends in names that exist too, up to the apex (RFC 8020 §2)', () => {
    const above = fc.constantFrom(
      '_web._tcp.service.dc1.dc.consul',
      'web.service.dc1.consul',
      '_web._tcp.dc1.consul',
      'n.node.dc1.dc.consul',
      'q.query.dc1.consul',
      'web.connect.dc1.dc.consul',
      '0a000001.addr.dc1.consul',
    );
    fc.assert(
      fc.property(above, (text) => {
        const parts = text.split('.');
        for (let at = 1; at < parts.length; at++) {
          const kind = read(parts.slice(at).join('.'))?.kind;
          // A `_tcp.service` could be a service too; its look-up does not deny it either.
          expect(['apex', 'empty-non-terminal', 'service']).toContain(kind);
        }
      }),
    );
  });
});

it('a domain that is none is refused', () => {
  const identity = { domain: 'a..b.', altDomain: '', datacenter: 'dc1', nodeName: 'n' };
  expect(() => createNameGrammar(identity)).toThrow(TypeError);
});
