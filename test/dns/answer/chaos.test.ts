/** What the server says of itself in class CH (RFC 4892 §3). */
import { describe, expect, it } from 'vitest';
import { type AskOptions, ask, type Seen, serve } from '../ask.ts';
import { fleet } from '../catalog-rows.ts';

const CH = 3;
const ANY = 255;
const protocol = { identity: 'ns1.example', version: 'rollcall' };
const told = (name: string, text: string): Partial<Seen> => ({
  rcode: 0,
  aa: true,
  answer: [`${name} 0 TXT "${text}"`],
  authority: [],
  additional: [],
});
const REFUSED = { rcode: 5, aa: false, answer: [], authority: [] };
const NOTHING = { rcode: 0, aa: true, answer: [], authority: [] };

describe('class CH', () => {
  const server = serve({ rows: fleet('db', 1), protocol });
  const table: [question: string, expected: Partial<Seen>, options?: AskOptions][] = [
    ['TXT version.bind', told('version.bind', 'rollcall')],
    ['TXT version.server', told('version.server', 'rollcall')],
    ['TXT id.server', told('id.server', 'ns1.example')],
    ['TXT hostname.bind', told('hostname.bind', 'ns1.example')],
    ['TXT VERSION.bind', told('VERSION.bind', 'rollcall')],
    ['ANY version.bind', told('version.bind', 'rollcall')],
    ['A version.bind', NOTHING],
    ['SOA id.server', NOTHING],
    ['TXT authors.bind', REFUSED],
    ['TXT x.version.bind', REFUSED],
    ['TXT bind', REFUSED],
    ['A db.service.consul', REFUSED],
    ['TXT version.bind', REFUSED, { class: 1 }],
    ['TXT version.bind', REFUSED, { class: 4 }],
    ['TXT version.bind', REFUSED, { class: ANY }],
  ];
  it.each(table)('%s: %o', async (question, expected, options = {}) => {
    const seen = await ask(server, question, { class: CH, edns: 1232, ...options });
    expect(seen).toMatchObject(expected);
    if (expected.answer?.length !== 0) {
      const question = seen.bytes.indexOf('\0', 12, 'latin1') + 5;
      // The class of the answer, after the pointer and the type.
      expect(seen.bytes.readUInt16BE(question + 4)).toBe(CH);
    }
    const codes = seen.opt?.options?.map(({ code }) => code);
    expect(codes).toEqual(expected.answer?.length === 0 ? [15] : []);
  });

  it('tells nothing that is not configured', async () => {
    const silent = serve();
    for (const name of ['version.bind', 'version.server', 'id.server', 'hostname.bind']) {
      expect(await ask(silent, `TXT ${name}`, { class: CH })).toMatchObject(REFUSED);
    }
    const half = serve({ protocol: { version: '1' } });
    expect(await ask(half, 'TXT version.bind', { class: CH })).toMatchObject({ rcode: 0 });
    expect(await ask(half, 'TXT id.server', { class: CH })).toMatchObject(REFUSED);
  });

  it('takes a text of more than one string', async () => {
    const long = serve({ protocol: { identity: 'i'.repeat(300) } });
    const { answer } = await ask(long, 'TXT id.server', { class: CH, edns: 1232 });
    expect(answer).toEqual([`id.server 0 TXT "${'i'.repeat(255)}" "${'i'.repeat(45)}"`]);
  });
});
