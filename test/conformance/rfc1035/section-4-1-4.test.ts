/** RFC 1035 §4.1.4, message compression, as replies use it and as readers must bear it. */
import { describe, expect, it } from 'vitest';
import { ask, serve } from '../../dns/ask.ts';
import { fleet } from '../../dns/catalog-rows.ts';

/** Offset of each owner of the answer section, which are all pointers. */
function ownerPointers(bytes: Buffer, questionBytes: number, count: number): number[] {
  const pointers: number[] = [];
  let at = 12 + questionBytes;
  for (let record = 0; record < count; record++) {
    pointers.push(bytes.readUInt16BE(at) - 0xc000);
    at += 12 + bytes.readUInt16BE(at + 10);
  }
  return pointers;
}

describe('RFC 1035 §4.1.4', () => {
  it('"a pointer to a prior occurance of the same name": owners point at the question', async () => {
    const { bytes, answer } = await ask(serve({ rows: fleet('db', 3) }), 'A db.service.consul');
    expect(ownerPointers(bytes, 23, answer.length)).toEqual([12, 12, 12]);
  });

  it('"all or part of a domain name": an SOA owner points into the question', async () => {
    const { bytes } = await ask(serve(), 'A x.service.consul');
    // Behind the question (22 octets): a pointer to `consul`, 10 octets into the name.
    expect(bytes.readUInt16BE(12 + 22)).toBe(0xc000 | (12 + 10));
  });

  it('"the first two bits are ones": a reply to a question that has them is FORMERR', async () => {
    const { responder } = serve();
    const looping = Buffer.from('123401000001000000000000c00c00010001', 'hex');
    const client = { address: '192.0.2.1', port: 53, transport: 'udp' } as const;
    const reply = Buffer.from((await responder.respond(looping, client)) as Uint8Array);
    expect(reply.toString('hex')).toBe('123481010000000000000000');
  });
});
