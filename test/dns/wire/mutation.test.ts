/**
 * 100,000 damaged messages through the whole responder, and as many through the reader of upstream replies. Seeded,
 * so that a failure can be run again: the message in the error is the input in hex.
 */
import { describe, expect, it } from 'vitest';
import { readMessage } from '../../../src/dns/wire/read-message.ts';
import { WireError } from '../../../src/dns/wire/wire-error.ts';
import { type Random, seededRandom } from '../../../src/runtime/index.ts';
import { clientOf, query, type Server, see, serve } from '../ask.ts';
import { fleet, instance, node } from '../catalog-rows.ts';

const RUNS = 100_000;

const SEEDS: readonly Buffer[] = [
  query('A db.service.consul'),
  query('SRV db.service.consul', { edns: 1232 }),
  query('SRV _db._tcp.service.dc1.consul', { edns: 4096, dnssecOk: true }),
  query('ANY n1.node.consul', { edns: 512 }),
  query('PTR 1.0.1.10.in-addr.arpa'),
  query('SOA consul', {
    edns: 65535,
    ednsOptions: [{ code: 8, data: Buffer.from([0, 1, 24, 0, 1, 2, 3]) }],
  }),
  query('NS consul'),
  query('A host.service.consul', { edns: 1232 }),
  query('AAAA 0a000001.addr.consul'),
  query('A example.com', { edns: 1232 }),
];

const CATALOG = [
  ...fleet('db', 40),
  instance('consul', 'n1'),
  node('host', 'n1.node.consul', { meta: { a: 'b' } }),
  instance('host', 'host', { address: 'host.service.consul' }),
];

/** Values that sit at an edge of some field. */
const EDGES = [0, 1, 12, 41, 63, 64, 127, 128, 191, 192, 193, 255];

function mutate(seed: Buffer, random: Random): Buffer {
  let bytes = Buffer.from(seed);
  for (let times = 1 + random.integer(4); times > 0; times--) {
    const at = random.integer(Math.max(bytes.length, 1));
    switch (random.integer(7)) {
      case 0:
        bytes[at] = random.integer(256);
        break;
      case 1:
        bytes[at] = EDGES[random.integer(EDGES.length)]!;
        break;
      case 2:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random.integer(8));
        break;
      case 3:
        bytes = bytes.subarray(0, at);
        break;
      case 4:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(random.integer(at + 1))]);
        break;
      case 5:
        bytes = Buffer.concat([
          bytes,
          Buffer.from([0, 0, 41, 4, 208, 0, 0, 0, 0, 0, random.integer(4)]),
        ]);
        break;
      default:
        if (bytes.length >= 12) bytes.writeUInt16BE(random.integer(3), 4 + 2 * random.integer(4));
    }
  }
  return bytes;
}

function check(server: Server, bytes: Buffer, isTcp: boolean): number {
  const client = clientOf({ transport: isTcp ? 'tcp' : 'udp' });
  const reply = server.responder.respond(bytes, client);
  if (reply instanceof Promise) throw new Error('no source waits, and still the reply is late');
  const isQuery = bytes.length >= 12 && bytes[2]! < 128;
  if (reply === undefined) {
    if (isQuery) throw new Error('a query got no reply');
    return 0;
  }
  if (!isQuery) throw new Error('a message that is no query got a reply');
  if (reply.length > (isTcp ? 65_535 : 4096)) throw new Error(`a reply of ${reply.length} octets`);
  const seen = see(reply);
  if (seen.bytes.readUInt16BE(0) !== bytes.readUInt16BE(0)) throw new Error('another id');
  if (seen.opt === undefined && !isTcp && reply.length > 512)
    throw new Error('too long without OPT');
  readMessage(reply);
  return 1 + seen.rcode;
}

describe('damaged messages', () => {
  it('each get a reply that is one, or none at all', () => {
    const server = serve({ rows: CATALOG });
    const random = seededRandom(20_261_121);
    const counts = new Map<number, number>();
    for (let run = 0; run < RUNS; run++) {
      const bytes = mutate(SEEDS[run % SEEDS.length]!, random);
      try {
        const kind = check(server, bytes, random.integer(4) === 0);
        counts.set(kind, (counts.get(kind) ?? 0) + 1);
      } catch (error) {
        throw new Error(`${String(error)}; input ${bytes.toString('hex')}`, { cause: error });
      }
    }
    // The run is worth something only when it reaches all of them: drop and NOERROR to REFUSED, without SERVFAIL.
    const kinds = [...counts.keys()].sort((one, other) => one - other);
    expect(kinds).toEqual(expect.arrayContaining([0, 1, 2, 4, 5, 6, 17]));
    expect(counts.has(3)).toBe(false);
  });

  it('are read as a reply, or refused with a code', () => {
    const server = serve({ rows: CATALOG });
    const replies = SEEDS.map((seed) =>
      Buffer.from(server.responder.respond(seed, clientOf()) as Uint8Array),
    );
    const random = seededRandom(7);
    const codes = new Set<string>();
    for (let run = 0; run < RUNS; run++) {
      const bytes = mutate(replies[run % replies.length]!, random);
      try {
        readMessage(bytes);
      } catch (error) {
        if (!(error instanceof WireError)) {
          throw new Error(`${String(error)}; input ${bytes.toString('hex')}`, { cause: error });
        }
        codes.add(error.code);
      }
    }
    expect(codes.size).toBeGreaterThan(8);
  });
});
