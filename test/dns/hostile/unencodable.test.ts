/** What is in a catalog and in no message: each is answered as far as it can be, and never by silence or SERVFAIL. */
import { describe, expect, it } from 'vitest';
import { type AskOptions, ask, serve } from '../ask.ts';
import { fleet, instance, node } from '../catalog-rows.ts';

const transports: readonly AskOptions[] = [
  {},
  { edns: 512 },
  { edns: 1232 },
  { edns: 65_535 },
  { transport: 'tcp' },
];

const long = (length: number, letter = 'x'): string => letter.repeat(length);

describe('names', () => {
  it('a node of 64 octets has no name of its own: the target is its address', async () => {
    const server = serve({ rows: [node(long(64), '10.0.0.1'), instance('web', long(64))] });
    for (const options of transports) {
      const { rcode, answer } = await ask(server, 'SRV web.service.consul', options);
      expect([rcode, answer]).toEqual([0, [expect.stringContaining(' 0a000001.addr.dc1.consul')]]);
      expect((await ask(server, 'PTR 1.0.0.10.in-addr.arpa', options)).rcode).not.toBe(2);
    }
  });

  it.each([
    ['a dot at the end', 'n.'],
    ['two dots', 'a..b'],
    ['nothing', ''],
    ['more than 255 octets in labels', Array(50).fill('abcdef').join('.')],
    ['512 octets', long(512)],
    ['octets beyond ASCII', 'ä'.repeat(40)],
  ])('a node whose name has %s', async (_, name) => {
    const server = serve({ rows: [node(name, '10.0.0.1'), instance('web', name)] });
    for (const options of transports) {
      const a = await ask(server, 'A web.service.consul', options);
      expect(a).toMatchObject({ rcode: 0, answer: ['web.service.consul 0 A 10.0.0.1'] });
      expect(await ask(server, 'SRV web.service.consul', options)).toMatchObject({
        rcode: 0,
        answer: { length: 1 },
      });
    }
  });

  it.each([
    ['a label over 63 octets', `${long(64)}.example.org`],
    ['more than 255 octets', Array(50).fill('abcdef').join('.')],
    ['two dots', 'a..example.org'],
    ['spaces and quotes', 'not a "name"'],
    ['an escape', 'a\\000b.example.org'],
  ])('an address that is a host name with %s', async (_, address) => {
    const server = serve({ rows: [node('n', '10.0.0.1'), instance('web', 'n', { address })] });
    for (const options of transports) {
      for (const type of ['A', 'AAAA', 'SRV', 'ANY', 'TXT']) {
        const { rcode } = await ask(server, `${type} web.service.consul`, options);
        expect([type, [0, 3].includes(rcode)]).toEqual([type, true]);
      }
    }
  });
});

describe('metadata', () => {
  const texts = (answer: readonly string[]): string =>
    answer.map((line) => line.split(' TXT ')[1]?.replace(/" "|^"|"$/g, '')).join('|');

  it('values over 255 octets are several strings of one record', async () => {
    const meta = { note: long(600) };
    const server = serve({ rows: [node('n', '10.0.0.1', { meta })] });
    const { rcode, answer } = await ask(server, 'TXT n.node.consul', { transport: 'tcp' });
    expect([rcode, texts(answer)]).toEqual([0, `note=${long(600)}`]);
  });

  it('a value over 64 KiB fits into no record: the others are there', async () => {
    const meta = { huge: long(70_000), env: 'prod' };
    const rows = [node('n', '10.0.0.1', { meta }), instance('web', 'n')];
    const server = serve({ rows });
    for (const options of transports) {
      const a = await ask(server, 'A n.node.consul', options);
      expect([a.rcode, a.answer.length]).toEqual([0, 1]);
      const srv = await ask(server, 'SRV web.service.consul', options);
      expect([srv.rcode, srv.answer.length]).toEqual([0, 1]);
      const txt = await ask(server, 'TXT n.node.consul', options);
      expect(txt.rcode).toBe(0);
      expect(texts(txt.answer)).toContain('env=prod');
    }
  });

  it('more than 64 KiB in all is cut with TC, over TCP too', async () => {
    const meta = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`k${at}`, long(500)]));
    const server = serve({ rows: [node('n', '10.0.0.1', { meta }), instance('web', 'n')] });
    for (const options of transports) {
      const asked = await ask(server, 'TXT n.node.consul', options);
      expect([asked.rcode, asked.tc]).toEqual([0, true]);
      // As additional records they are left out without a word.
      const added = await ask(server, 'SRV web.service.consul', options);
      expect([added.rcode, added.tc, added.answer.length]).toEqual([0, false, 1]);
    }
  });

  it('keys and values of any octets', async () => {
    const meta = { 'a=b': 'c=d', 'tick`': '"\\\0\u001b', é: 'ü', '': 'no key' };
    const server = serve({ rows: [node('n', '10.0.0.1', { meta })] });
    const { rcode, answer } = await ask(server, 'TXT n.node.consul', { transport: 'tcp' });
    expect([rcode, answer.length]).toEqual([0, 4]);
  });
});

describe('more than a message holds', () => {
  const server = serve({ rows: fleet('db', 6000) });

  it.each(['A', 'SRV', 'ANY'])(
    '%s of 6,000 instances has TC over TCP, and 64 KiB',
    async (type) => {
      const { rcode, tc, answer, bytes } = await ask(server, `${type} db.service.consul`, {
        transport: 'tcp',
      });
      expect([rcode, tc, answer.length > 1000]).toEqual([0, true, true]);
      expect(bytes.length).toBeLessThanOrEqual(65_535);
      expect(bytes.length).toBeGreaterThan(65_400);
    },
  );

  it.each([0, 1, 511, 512, 513, 65_535])('and over UDP with a size of %d', async (edns) => {
    for (const type of ['A', 'SRV', 'ANY']) {
      const { rcode, tc, answer, bytes } = await ask(server, `${type} db.service.consul`, { edns });
      expect([rcode, tc, answer.length > 0]).toEqual([0, true, true]);
      expect(bytes.length).toBeLessThanOrEqual(Math.min(Math.max(edns, 512), 4096));
    }
  });
});
