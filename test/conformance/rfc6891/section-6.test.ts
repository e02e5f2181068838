/** RFC 6891 §6, the OPT record, and the probes of the ISC's EDNS compliance tests. */
import { describe, expect, it } from 'vitest';
import { type AskOptions, ask, opt, query, see, serve } from '../../dns/ask.ts';
import { fleet } from '../../dns/catalog-rows.ts';

const server = serve({ rows: fleet('db', 60) });
const client = { address: '192.0.2.1', port: 53, transport: 'udp' } as const;

describe('RFC 6891 §6', () => {
  it('§6.1.1: "if an OPT record is present in a received request … MUST include an OPT record"', async () => {
    for (const question of [
      'SOA consul',
      'A nope.service.consul',
      'A example.com',
      'AXFR consul',
    ]) {
      expect((await ask(server, question, { edns: 4096 })).opt).toBeDefined();
      expect((await ask(server, question)).opt).toBeUndefined();
    }
  });

  it('§6.1.1: "more than one OPT RR … a FORMERR"', async () => {
    const message = Buffer.concat([query('SOA consul', { edns: 512 }), opt(512)]);
    message.writeUInt16BE(2, 10);
    expect(see((await server.responder.respond(message, client)) as Uint8Array).rcode).toBe(1);
  });

  it('§6.1.2: "any OPTION-CODE values not understood … MUST be ignored"', async () => {
    const ednsOptions = [{ code: 100, data: Buffer.from([1, 2, 3]) }];
    const seen = await ask(server, 'SOA consul', { edns: 4096, ednsOptions });
    expect(seen).toMatchObject({ rcode: 0, answer: { length: 1 } });
    expect(seen.opt?.options).toEqual([]);
  });

  it('§6.1.3: "a responder … does not implement the VERSION level … BADVERS"', async () => {
    for (const options of [{}, { ednsOptions: [{ code: 100, data: Buffer.from('x') }] }]) {
      const seen = await ask(server, 'SOA consul', { edns: 4096, ednsVersion: 100, ...options });
      expect(seen).toMatchObject({ rcode: 16, answer: [], opt: { ednsVersion: 0, options: [] } });
    }
  });

  it('§6.1.4: "Z: … ignored": other flags are not echoed, DO is', async () => {
    const message = query('SOA consul', { edns: 4096, dnssecOk: true });
    message.writeUInt16BE(0xffff, message.length - 4);
    const seen = see((await server.responder.respond(message, client)) as Uint8Array);
    expect(seen.opt?.flags).toBe(0x8000);
  });

  it.each([
    [0, 512],
    [511, 512],
    [600, 600],
    [1232, 1232],
  ])('§6.2.3: a payload size of %d is treated as %d', async (edns, size) => {
    const options: AskOptions = { edns };
    const { bytes, tc } = await ask(server, 'A db.service.consul', options);
    expect(bytes.length).toBeLessThanOrEqual(size);
    expect(bytes.length).toBeGreaterThan(Math.min(size, 1000) - 16);
    expect(tc).toBe(size < 1000);
  });
});
