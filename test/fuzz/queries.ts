/**
 * Queries that are nearly right: names that the catalog of `catalog.ts` has, changed a little, with flags, types and
 * options from the whole range. Structure is kept on purpose, for damaged octets seldom reach the look-ups.
 */
import { LABEL_BYTES_MAX, nameFromLabels } from '../../src/dns/wire/name.ts';
import type { Random } from '../../src/runtime/index.ts';
import { LONG_ANSWERS, NAMES } from './catalog.ts';
import { oneIn, pick, randomOctets } from './target.ts';

const TYPES = [
  1, 1, 1, 28, 28, 33, 33, 255, 16, 12, 2, 6, 5, 15, 39, 43, 64, 65, 257, 0, 41, 251, 252, 250,
  65_535,
];
const CLASSES = [1, 1, 1, 1, 1, 1, 1, 1, 255, 3, 4, 254, 0, 0x8001];
const PAYLOADS = [0, 1, 511, 512, 513, 600, 900, 1232, 1400, 4096, 4097, 65_535];
const WORDS = [
  'service',
  'node',
  'query',
  'addr',
  'connect',
  'virtual',
  'ingress',
  'dc',
  'dc1',
  'dc2',
  'peer',
  '_tcp',
  '_udp',
  '*',
  'consul',
  'web',
  '_web',
  'ns',
  '',
];

/** A query as a client may send it, sometimes with more behind it or not all of it. */
export function makeQuery(random: Random): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(random.integer(65_536), 0);
  header.writeUInt16BE(makeFlags(random), 2);
  header.writeUInt16BE(1, 4);
  const fixed = Buffer.alloc(4);
  fixed.writeUInt16BE(oneIn(20, random) ? random.integer(65_536) : pick(random, TYPES), 0);
  fixed.writeUInt16BE(pick(random, CLASSES), 2);
  const parts: Buffer[] = [header, Buffer.from(makeName(random), 'latin1'), fixed];
  if (!oneIn(4, random)) {
    header.writeUInt16BE(1, 10);
    parts.push(makeOpt(random));
  }
  if (oneIn(25, random)) {
    const section = pick(random, [6, 8, 10]);
    header.writeUInt16BE(header.readUInt16BE(section) + 1, section);
    parts.push(makeRecord(random));
  }
  if (oneIn(20, random)) parts.push(randomOctets(1 + random.integer(20), random));
  const query = Buffer.concat(parts);
  return oneIn(12, random) ? query.subarray(0, random.integer(query.length + 1)) : query;
}

function makeFlags(random: Random): number {
  if (oneIn(20, random)) return random.integer(65_536);
  const recursionDesired = oneIn(2, random) ? 0x0100 : 0;
  return recursionDesired | (random.integer(4) << 4);
}

function makeName(random: Random): string {
  const labels = [...pick(random, oneIn(8, random) ? LONG_ANSWERS : NAMES)];
  for (let changes = pick(random, [0, 0, 0, 1, 1, 2, 4]); changes > 0; changes--) {
    changeLabels(labels, random);
  }
  const name = nameFromLabels(labels.filter((label) => label !== ''));
  if (name === undefined) return oneIn(2, random) ? '\x07example\0' : '\0';
  return oneIn(3, random) ? randomCase(name, random) : name;
}

function changeLabels(labels: string[], random: Random): void {
  const at = random.integer(labels.length + 1);
  switch (random.integer(7)) {
    case 0:
      labels.splice(at, 1);
      return;
    case 1:
      labels.splice(at, 0, pick(random, WORDS));
      return;
    case 2:
      labels[Math.min(at, labels.length)] = pick(random, WORDS);
      return;
    case 3:
      labels.splice(at, 0, randomOctets(1 + random.integer(4), random).toString('latin1'));
      return;
    case 4:
      labels.splice(at, 0, 'x'.repeat(LABEL_BYTES_MAX - random.integer(2)));
      return;
    case 5:
      labels.splice(at, 0, ...pick(random, NAMES).slice(0, 2));
      return;
    default:
      // To the very length that a name may have.
      while (labels.join('.').length < 250 && labels.length < 120) labels.unshift('a');
  }
}

function randomCase(name: string, random: Random): string {
  return name.replace(/[a-z]/g, (letter) => (oneIn(2, random) ? letter.toUpperCase() : letter));
}

function makeOpt(random: Random): Buffer {
  const rdata = Buffer.concat(
    Array.from({ length: pick(random, [0, 0, 1, 1, 2, 3, 40]) }, () => makeOption(random)),
  );
  const fixed = Buffer.alloc(11);
  fixed.writeUInt16BE(41, 1);
  fixed.writeUInt16BE(oneIn(4, random) ? 512 + random.integer(1000) : pick(random, PAYLOADS), 3);
  if (oneIn(20, random)) fixed.writeUInt8(random.integer(256), 5);
  if (oneIn(20, random)) fixed.writeUInt8(random.integer(3), 6);
  fixed.writeUInt16BE(oneIn(2, random) ? 0x8000 : random.integer(65_536), 7);
  fixed.writeUInt16BE(oneIn(30, random) ? random.integer(40) : rdata.length, 9);
  return Buffer.concat([fixed, rdata]);
}

const OPTION = {
  NSID: 3,
  CLIENT_SUBNET: 8,
  COOKIE: 10,
  KEEPALIVE: 11,
  PADDING: 12,
  EXTENDED_ERROR: 15,
};

function makeOption(random: Random): Buffer {
  switch (random.integer(7)) {
    case 0:
      return option(OPTION.NSID, randomOctets(pick(random, [0, 0, 0, 3]), random));
    case 1:
      return option(OPTION.CLIENT_SUBNET, makeSubnet(random));
    case 2:
      return option(
        OPTION.COOKIE,
        randomOctets(pick(random, [8, 8, 8, 16, 24, 40, 0, 7, 9, 41]), random),
      );
    case 3:
      return option(OPTION.KEEPALIVE, randomOctets(pick(random, [0, 0, 2, 1]), random));
    case 4:
      return option(OPTION.PADDING, Buffer.alloc(random.integer(64)));
    case 5:
      return option(OPTION.EXTENDED_ERROR, randomOctets(random.integer(6), random));
    default:
      return option(random.integer(65_536), randomOctets(random.integer(8), random));
  }
}

function makeSubnet(random: Random): Buffer {
  const family = pick(random, [1, 1, 1, 2, 2, 0, 3]);
  const bits = random.integer(family === 2 ? 130 : 34);
  const address = Buffer.from(
    family === 2 ? '20010db8000000000000000000000000' : '0a010203',
    'hex',
  );
  const octets = Buffer.from(address.subarray(0, Math.ceil(bits / 8)));
  const spare = bits % 8;
  if (spare > 0 && octets.length > 0 && !oneIn(6, random)) {
    octets[octets.length - 1] = octets[octets.length - 1]! & (0xff << (8 - spare));
  }
  const scope = oneIn(8, random) ? 1 + random.integer(32) : 0;
  return Buffer.concat([Buffer.from([0, family, bits, scope]), octets]);
}

function option(code: number, data: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(code, 0);
  head.writeUInt16BE(data.length, 2);
  return Buffer.concat([head, data]);
}

/** A record that has no place in a query: of any type, TSIG among them. */
function makeRecord(random: Random): Buffer {
  const rdata = randomOctets(random.integer(12), random);
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(pick(random, [1, 6, 41, 250, 65_280]), 0);
  fixed.writeUInt16BE(pick(random, [1, 255]), 2);
  fixed.writeUInt16BE(rdata.length, 8);
  const owner = oneIn(2, random) ? Buffer.from([0xc0, 12]) : Buffer.from([0]);
  return Buffer.concat([owner, fixed, rdata]);
}
