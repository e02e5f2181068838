/**
 * A small catalog that changes at random, and questions about it: few names, so that they meet again and again what was
 * kept before the last change.
 */
import type { ViewChange } from '../../../../src/dns/index.ts';
import type { Random } from '../../../../src/runtime/index.ts';
import { oneIn, pick, randomOctets } from '../../../fuzz/target.ts';
import { type AskOptions, query } from '../../ask.ts';
import { instance, node } from '../../catalog-rows.ts';

const NODES = ['n1', 'n2', 'n3', 'N4', 'n5', 'n6', 'a.dots', 'node', 'far1', 'far2'];
const SERVICES = ['web', 'db', 'Api', 'big', 'lone'];
const STATUSES = [undefined, undefined, undefined, 'warning', 'critical', 'maybe'];
const ADDRESSES = ['', '', '', '10.9.0.1', '10.9.0.2', '10.9.0.3', '2001:db8::1', '2001:db8::2'];
const META: readonly Readonly<Record<string, string>>[] = [
  {},
  { 'consul-network-segment': '' },
  { 'consul-version': '1.21.0', rack: 'r1' },
  { long: 'v'.repeat(300), 'rfc1035-x': 'bare' },
];

const datacenterOf = (name: string): string => (name.startsWith('far') ? 'dc2' : 'dc1');

/** A change of one row or of a few. */
export function makeChanges(random: Random): ViewChange[] {
  switch (random.integer(8)) {
    case 0:
      return [makeNode(random)];
    case 1:
      return [{ kind: 'delete-node', key: pick(random, NODES).toLowerCase() }];
    case 2:
    case 3:
      return [{ kind: 'delete-instance', key: keyOf(makeInstance(random)) }];
    case 4:
      return Array.from({ length: 1 + random.integer(40) }, (_, at) => {
        const address = `10.8.${at >> 8}.${at}`;
        return instance('big', pick(random, NODES.slice(0, 6)), {
          id: `big${at}`,
          address,
          port: at,
        });
      });
    default:
      return [makeInstance(random)];
  }
}

/** All nodes, and some instances. */
export function makeRows(random: Random): ViewChange[] {
  const nodes = NODES.map((name) => makeNode(random, name));
  const instances = Array.from({ length: 25 }, () => makeInstance(random));
  return [...nodes, ...instances];
}

function makeNode(random: Random, name = pick(random, NODES)): ViewChange {
  const address = pick(random, [
    `10.1.0.${NODES.indexOf(name)}`,
    `10.1.0.${NODES.indexOf(name)}`,
    '10.1.0.1',
    '2001:db8:1::1',
    oneIn(4, random) ? 'www.example.org' : '10.1.1.1',
  ]);
  const status = oneIn(5, random) ? pick(random, STATUSES) : undefined;
  return node(name, address, {
    datacenter: datacenterOf(name),
    meta: pick(random, META),
    ...(oneIn(4, random) ? { tagged: { lan_ipv6: '2001:db8:1::7', wan: '192.0.2.9' } } : {}),
    ...(status === undefined ? {} : { status }),
  });
}

function makeInstance(random: Random): ViewChange {
  const on = pick(random, NODES);
  const service = pick(random, SERVICES);
  const status = pick(random, STATUSES);
  const isNamed = oneIn(30, random);
  return instance(service, on, {
    id: `${service}${random.integer(3)}`,
    datacenter: datacenterOf(on),
    address: isNamed
      ? pick(random, ['www.example.org', 'web.service.consul'])
      : pick(random, ADDRESSES),
    port: pick(random, [80, 80, 8080, 65_535]),
    tags: pick(random, [[], ['v1'], ['v1', 'V2'], ['a.b']]),
    weights: pick(random, [
      [1, 1],
      [1, 1],
      [10, 1],
      [3, 0],
    ] as const),
    connect: pick(random, ['', '', service]),
    ...(oneIn(6, random)
      ? {
          tagged: {
            lan_ipv4: { address: '10.7.0.1', port: 7 },
            lan_ipv6: { address: '2001:db8:7::1', port: 7 },
          },
        }
      : {}),
    ...(oneIn(8, random) ? { meta: { 'dns-txt-a': 'b' } } : {}),
    ...(status === undefined ? {} : { status }),
  });
}

function keyOf(change: ViewChange): string {
  return change.kind === 'put-instance' ? change.instance.key : '';
}

const FORMS: readonly ((service: string, name: string) => string)[] = [
  (service) => `${service}.service.consul`,
  (service) => `v1.${service}.service.consul`,
  (_, name) => `${name}.node.consul`,
  (service) => `${service}.service.dc1.consul`,
  (service) => `${service}.service.dc2.consul`,
  (service) => `${service}.service.alt.example`,
  (service) => `v2.${service}.service.dc1.consul`,
  (service) => `a.b.${service}.service.consul`,
  (service) => `_${service}._tcp.service.consul`,
  (service) => `_${service}._v1.dc1.consul`,
  (service) => `${service}.service.dc1.dc.consul`,
  (service) => `${service}.service.any.dc.dc1.dc.consul`,
  (service) => `${service}.connect.consul`,
  (service) => `x.${service}.connect.dc1.consul`,
  (service) => `none.${service}.service.consul`,
  (service) => `no-${service}.service.consul`,
  (_, name) => `${name}.node.dc1.consul`,
  (_, name) => `${name}.node.dc2.consul`,
];

const TYPES = ['A', 'SRV', 'AAAA', 'TXT', 'HTTPS', 'ANY', 'MX'];
const PAYLOADS = [0, 512, 513, 600, 700, 900, 1232, 1232, 4096, 65_535];

/** A question about the catalog, spelled in any way, with or without EDNS. */
export function makeQuestion(random: Random): Buffer {
  const name = prefer(random, FORMS)(prefer(random, SERVICES), pick(random, NODES));
  const spelled = oneIn(2, random) ? randomCase(name, random) : name;
  const recursionDesired = oneIn(2, random) ? 0x0100 : 0;
  const bytes = query(`${prefer(random, TYPES)} ${spelled}`, {
    flags: recursionDesired | (random.integer(4) << 4),
    dnssecOk: oneIn(2, random),
    ...(oneIn(3, random) ? {} : { edns: pick(random, PAYLOADS) }),
    ...(oneIn(20, random) ? { class: pick(random, [3, 255]) } : {}),
    ...(oneIn(3, random) ? { ednsOptions: makeCookies(random) } : {}),
  });
  bytes.writeUInt16BE(random.integer(65_536), 0);
  return oneIn(20, random) ? Buffer.concat([bytes, Buffer.alloc(random.integer(9))]) : bytes;
}

/** A cookie as clients send it, or one that is not quite so. */
function makeCookies(random: Random): NonNullable<AskOptions['ednsOptions']> {
  const data = randomOctets(pick(random, [8, 8, 8, 8, 16, 24, 40, 0, 7, 9, 41]), random);
  const one = { code: 10, data };
  return oneIn(6, random)
    ? [one, { code: pick(random, [3, 10, 12]), data: Buffer.alloc(0) }]
    : [one];
}

/** The first ones far more often than the last: what is asked again is what is kept. */
function prefer<Item>(random: Random, items: readonly Item[]): Item {
  return items[random.integer(1 + random.integer(1 + random.integer(items.length)))] as Item;
}

function randomCase(name: string, random: Random): string {
  return name.replace(/[a-z]/gi, (letter) =>
    oneIn(2, random) ? letter.toUpperCase() : letter.toLowerCase(),
  );
}
