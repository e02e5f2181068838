/**
 * Octets of one client's reply never reach another (CVE-2021-23386: a buffer that was not filled was sent). All
 * replies of a thread are written into one buffer: a large one with a secret first, then every other kind.
 */
import { expect, it } from 'vitest';
import { type AskOptions, clientOf, query, see, serve } from '../ask.ts';
import { fleet, instance, node } from '../catalog-rows.ts';

const SECRET = 'do-not-tell';

const questions: readonly (readonly [string, AskOptions])[] = [
  ['A web.service.consul', {}],
  ['A web.service.consul', { edns: 1232, dnssecOk: true }],
  ['SRV web.service.consul', { edns: 512 }],
  ['A nosuch.service.consul', { edns: 1232 }],
  ['MX web.service.consul', {}],
  ['A www.example.com', { edns: 1232 }],
  ['AXFR consul', { transport: 'tcp' }],
  ['SOA consul', { edns: 1232, ednsVersion: 9 }],
  ['A web.service.consul', { flags: 0x7800 }],
  ['A db.service.consul', { edns: 600 }],
  ['SRV db.service.consul', {}],
  [
    'SOA consul',
    { edns: 1232, ednsOptions: [{ code: 8, data: Buffer.from([0, 1, 24, 0, 1, 2, 3]) }] },
  ],
  ['SOA consul', { edns: 1232, ednsOptions: [{ code: 8, data: Buffer.from([0, 1, 24, 0, 1]) }] }],
  ['SOA consul', { edns: 1232, ednsOptions: [{ code: 10, data: Buffer.alloc(8) }] }],
];

it('no reply has an octet that its sections do not account for, nor one of another reply', () => {
  const meta = Object.fromEntries(
    Array.from({ length: 150 }, (_, at) => [`k${at}`, SECRET.repeat(20)]),
  );
  const server = serve({
    rows: [
      node('secret', '10.9.9.9', { meta }),
      node('n', '10.0.0.1'),
      instance('web', 'n'),
      ...fleet('db', 100),
    ],
  });
  const respond = (message: Buffer, options: AskOptions): Buffer =>
    Buffer.from(server.responder.respond(message, clientOf(options)) as Uint8Array);
  for (const [text, options] of questions) {
    const large = respond(query('TXT secret.node.consul'), { transport: 'tcp' });
    expect(large.length).toBeGreaterThan(30_000);
    expect(large.includes(SECRET)).toBe(true);
    const message = query(text, options);
    for (const end of [message.length, message.length - 1, 20, 12]) {
      const reply = respond(message.subarray(0, end), options);
      // `see` refuses octets after the last record.
      expect(see(reply).bytes.length).toBe(reply.length);
      expect(reply.includes(SECRET)).toBe(false);
    }
  }
});

it('a reply that is held while others are written stays as it was', () => {
  const server = serve({ rows: fleet('db', 20) });
  const first = server.responder.respond(query('A db.service.consul'), clientOf()) as Uint8Array;
  const copy = Buffer.from(first);
  for (let count = 0; count < 50; count++) {
    server.responder.respond(query('SRV db.service.consul', { edns: 4096 }), clientOf());
  }
  expect(copy.equals(first)).toBe(true);
});
