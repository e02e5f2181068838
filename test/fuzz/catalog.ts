/**
 * A catalog and master files with one of everything that was ever hard to answer: many instances, both families, host
 * names and loops of them, tags with dots, warnings, metadata, odd octets, names too long for DNS, wildcards,
 * delegations, CNAME and DNAME.
 */
import type { ViewChange } from '../../src/dns/index.ts';
import { labelsOf, lowerName } from '../../src/dns/wire/name.ts';
import { buildZone } from '../../src/dns/zone/build-zone.ts';
import { parseMasterFile } from '../../src/dns/zone/master-file/parse-master-file.ts';
import type { Zone } from '../../src/dns/zone/zone.ts';
import { formatFault } from '../../src/dns/zone/zone-error.ts';
import { fleet, instance, node } from '../dns/catalog-rows.ts';
import { name } from '../dns/records.ts';

export const ROWS: readonly ViewChange[] = [
  ...fleet('db', 60),
  ...fleet('huge', 1200, 'h'),
  ...Array.from({ length: 70 }, (_, at) =>
    instance('six', `n${(at % 60) + 1}`, {
      id: `six${at}`,
      address: `2001:db8::${at.toString(16)}`,
      port: at,
    }),
  ),
  ...Array.from({ length: 12 }, (_, at) =>
    instance('web', `n${at + 1}`, {
      address: at % 3 === 0 ? `10.2.0.${at}` : at % 3 === 1 ? `2001:db8:2::${at}` : '',
      port: 80 + (at % 2),
      tags: at % 2 === 0 ? ['v1', 'v1.primary', 'Blue'] : ['v2', 'a.b.c', '_odd', '\u00e9'],
      weights: [1 + at * 7, at],
      ...(at % 4 === 0 ? { status: ['warning', 'critical', 'maybe'][at / 4]! } : {}),
    }),
  ),
  ...Array.from({ length: 6 }, (_, at) => instance('sick', `n${at + 1}`, { status: 'critical' })),
  instance('consul', 'n1', { port: 8300 }),
  instance('consul', 'n2', { port: 8300 }),
  instance('outside', 'n1', { address: 'www.example.org' }),
  instance('outside', 'n2', { address: 'www.example.net' }),
  instance('mixed', 'n1', { address: 'www.example.org' }),
  instance('mixed', 'n2', { address: '10.9.9.9' }),
  instance('loop', 'n1', { address: 'pool.service.consul' }),
  instance('pool', 'n1', { address: 'loop.service.consul' }),
  instance('self', 'n1', { address: 'self.service.consul' }),
  instance('chain', 'n1', { address: 'web.service.consul' }),
  instance('static', 'n1', { address: 'alias.consul' }),
  instance('nowhere', 'ghost'),
  instance('badtext', 'n1', { address: 'no..name' }),
  instance('x'.repeat(63), 'n1', { tags: ['y'.repeat(63), 'z'.repeat(64), '.', '..'] }),
  instance('x'.repeat(64), 'n1'),
  instance('\u00fc\u0001 "', 'n2', { tags: ['\\', '"'] }),
  instance('web-proxy', 'n3', { connect: 'web', port: 20_000 }),
  instance('tagged', 'n4', {
    address: '10.3.0.1',
    port: 1,
    tagged: {
      lan_ipv4: { address: '10.3.0.2', port: 2 },
      lan_ipv6: { address: '2001:db8:3::2', port: 3 },
      wan: { address: '192.0.2.3', port: 4 },
    },
  }),
  node('meta', '10.4.0.1', {
    meta: {
      a: 'b',
      'rfc1035-x': 'bare',
      '=`': '` =',
      long: 'v'.repeat(512),
      ['k'.repeat(128)]: '\u00ff',
    },
    id: '12345678-1234-1234-1234-123456789abc',
  }),
  node('six', '2001:db8:4::1', { id: '12345678-9999-1234-1234-123456789abc' }),
  node('a.b.dots', '10.4.0.2'),
  node('hosted', 'meta.node.consul'),
  node('ring', 'ring.node.consul', { meta: { a: 'b' } }),
  node('empty', ''),
  node('l'.repeat(64), '10.4.0.3'),
  node('warned', '10.4.0.4', { status: 'warning' }),
  instance('warnings', 'warned', { weights: [10, 0] }),
  node('far', '10.5.0.1', { datacenter: 'dc2', tagged: { wan: '192.0.2.5' } }),
  instance('remote', 'far', { port: 7 }),
];

const APEX_FILE = `
$TTL 60
@ SOA ns hostmaster 1 3600 600 86400 30
@ NS ns
@ MX 10 mail
@ TXT "apex" "of the domain"
ns A 192.0.2.53
alias CNAME web.service
alias2 CNAME alias
gone CNAME nothing.service
out CNAME www.example.org.
round CNAME around
around CNAME round
lab NS ns1.lab
lab NS ns.elsewhere.example.
ns1.lab A 192.0.2.54
ns1.lab AAAA 2001:db8::54
*.wild A 192.0.2.1
*.wild TXT "any"
sub.wild A 192.0.2.2
d DNAME service
dd DNAME d
big TXT ${Array.from({ length: 30 }, (_, at) => `"${String(at).padEnd(100, 'x')}"`).join(' ')}
${Array.from({ length: 40 }, (_, at) => `many MX ${at} host${at}.some.where.example.`).join('\n')}
a.b.c.deep A 192.0.2.3
caa CAA 0 issue "ca.example"
odd\\.label A 192.0.2.4
\\000\\255 TYPE65400 \\# 3 010203
`;

const ORG_FILE = `
$TTL 300
@ SOA ns1 admin 7 2 3 4 5
@ NS ns1
@ NS ns2
ns1 A 192.0.2.10
ns2 AAAA 2001:db8::10
www CNAME web.service.consul.
back CNAME forth
forth CNAME www
${'x'.repeat(63)}.${'y'.repeat(63)}.${'z'.repeat(63)} DNAME ${'w'.repeat(63)}.example.net.
far DNAME ${'v'.repeat(63)}.${'w'.repeat(63)}.${'u'.repeat(63)}.example.net.
srv SRV 1 2 3 ns1
ptr PTR srv
`;

const REVERSE_FILE = `
$TTL 9
@ SOA ns.example.org. h.example.org. 1 2 3 4 5
@ NS ns.example.org.
9.9 PTR other.example.org.
`;

function zone(origin: string, text: string): Zone {
  const zoneFile = { file: `${origin}zone`, origin: name(origin), apexIsOrigin: false };
  const built = buildZone(
    zoneFile,
    parseMasterFile(zoneFile, () => text),
  );
  if (built.zone === undefined) throw new Error(built.faults.map(formatFault).join('\n'));
  return built.zone;
}

export const ZONES: readonly Zone[] = [
  zone('consul.', APEX_FILE),
  zone('example.org.', ORG_FILE),
  zone('10.in-addr.arpa.', REVERSE_FILE),
];

export const ZONE_TEXTS: readonly string[] = [APEX_FILE, ORG_FILE, REVERSE_FILE];

const SPOKEN = `
. consul. ns.consul. service.consul. node.consul. addr.consul. query.consul. dc1.consul. dc.consul. dc1.dc.consul.
_tcp.consul. _tcp.service.consul. web.service.consul. web.service.dc1.consul. web.service.dc2.consul.
web.service.dc1.dc.consul. web.service.p.peer.consul. v1.web.service.consul. v1.primary.web.service.consul.
primary.web.service.consul. a.b.c.web.service.consul. b.c.web.service.consul. blue.web.service.consul.
_web._tcp.service.consul. _web._v1.service.consul. _web._tcp.consul. _web._v2.dc1.consul. _db._tcp.service.dc1.consul.
db.service.consul. huge.service.consul. six.service.consul. sick.service.consul. outside.service.consul.
mixed.service.consul. loop.service.consul. pool.service.consul. self.service.consul. chain.service.consul.
static.service.consul. nowhere.service.consul. badtext.service.consul. tagged.service.consul. warnings.service.consul.
remote.service.consul. remote.service.dc2.consul. consul.service.consul. web.connect.consul. web.connect.dc1.consul.
web.virtual.consul. web.ingress.consul. n1.node.consul. meta.node.consul. six.node.consul. a.b.dots.node.consul.
dots.node.consul. hosted.node.consul. ring.node.consul. empty.node.consul. far.node.dc2.consul. warned.node.consul.
12345678-1234.node.consul. 12345678.node.consul. 1.node.consul. 0a000001.addr.consul.
20010db8000000000000000000000001.addr.dc1.consul. zz.addr.consul. 0a0000.addr.consul.
1.0.1.10.in-addr.arpa. 9.9.9.10.in-addr.arpa. 1.0.3.10.in-addr.arpa. 256.0.1.10.in-addr.arpa. 0.1.10.in-addr.arpa.
1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.4.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. 10.in-addr.arpa. 9.9.10.in-addr.arpa.
alias.consul. alias2.consul. gone.consul. out.consul. round.consul. lab.consul. host.lab.consul. ns1.lab.consul.
x.wild.consul. x.y.wild.consul. sub.wild.consul. wild.consul. x.sub.wild.consul. d.consul. web.d.consul. web.dd.consul.
v1.web.d.consul. big.consul. many.consul. deep.consul. c.deep.consul. caa.consul. odd\\.label.consul. \\000\\255.consul.
example.org. www.example.org. back.example.org. srv.example.org. ptr.example.org. none.example.org. far.example.org.
a.far.example.org. example.com. com. version.bind. hostname.bind. id.server. version.server. authors.bind.
`;

/** Labels of names that something is known about, in lower case. */
export const NAMES: readonly (readonly string[])[] = [
  ...SPOKEN.split(/\s+/)
    .filter((text) => text !== '')
    .map((text) => labelsOf(lowerName(name(text)))),
  ['x'.repeat(63), 'service', 'consul'],
  ['y'.repeat(63), 'x'.repeat(63), 'service', 'consul'],
  ['\xc3\xbc\x01 "', 'service', 'consul'],
  ['a', 'x'.repeat(63), 'y'.repeat(63), 'z'.repeat(63), 'example', 'org'],
  ['q'.repeat(60), 'far', 'example', 'org'],
];

/** Those whose answers fit no datagram, or not every one. */
export const LONG_ANSWERS: readonly (readonly string[])[] = [
  ['huge', 'service', 'consul'],
  ['db', 'service', 'consul'],
  ['six', 'service', 'consul'],
  ['many', 'consul'],
  ['big', 'consul'],
];
