/** What surrounds an answer: header, EDNS, size and TC, whatever is asked. */
import { describe, expect, it } from 'vitest';
import type { Outcome, Source } from '../../../src/dns/answer/outcome.ts';
import type { Trace } from '../../../src/dns/answer/trace.ts';
import type { LogFields, Logger } from '../../../src/runtime/index.ts';
import { silentLogger } from '../../../src/runtime/index.ts';
import {
  type AskOptions,
  ask,
  clientOf,
  opt,
  QUERY_ID,
  query,
  type Seen,
  see,
  serve,
} from '../ask.ts';
import { fleet, instance, node } from '../catalog-rows.ts';
import { name, rr } from '../records.ts';

const TWELVE = fleet('db', 12);

describe('the header', () => {
  it('echoes id, question, RD and CD, and has RA when there are recursors', async () => {
    const asked = query('A dB.service.consul', { flags: 0x0110 });
    for (const recursionAvailable of [false, true]) {
      const { responder } = serve({ rows: TWELVE, recursionAvailable });
      const reply = see((await responder.respond(asked, clientOf())) as Uint8Array);
      expect(reply).toMatchObject({ rd: true, cd: true, ra: recursionAvailable, ad: false });
      expect(reply.bytes.readUInt16BE(0)).toBe(QUERY_ID);
      expect(reply.bytes.subarray(12, asked.length)).toEqual(asked.subarray(12));
    }
  });

  it('does not copy RD when it was not set', async () => {
    expect(await ask(serve({ rows: TWELVE }), 'A db.service.consul', { flags: 0 })).toMatchObject({
      rd: false,
      cd: false,
    });
  });
});

describe('names and classes that are nobody’s', () => {
  const REFUSED = { rcode: 5, aa: false, ra: false, answer: [], authority: [] };
  const table: [title: string, question: string, options: AskOptions, expected: Partial<Seen>][] = [
    ['97', 'A google.com', {}, REFUSED],
    ['root', 'NS .', {}, REFUSED],
    ['wrong order', 'A consul.service', {}, REFUSED],
    ['117, ours: another class (RFC 1035 §3.2.4)', 'A db.service.consul', { class: 3 }, REFUSED],
    ['class ANY (RFC 1035 §6.2)', 'A db.service.consul', { class: 255 }, { rcode: 0, aa: false }],
    ['class ANY, no such name', 'A no.service.consul', { class: 255 }, { rcode: 3, aa: false }],
    ['116, ours: without AA', 'AXFR consul', {}, { rcode: 4, aa: false, answer: [] }],
    ['IXFR', 'IXFR consul', { transport: 'tcp' }, { rcode: 4, aa: false, answer: [] }],
  ];
  it.each(table)('row %s: %s', async (_, question, options, expected) => {
    expect(await ask(serve({ rows: TWELVE }), question, options)).toMatchObject(expected);
  });
});

describe('a query that no source is asked about', () => {
  it.each([
    ['AXFR consul', 1, 'zones are not transferred'],
    ['IXFR consul', 1, 'zones are not transferred'],
    ['A db.service.consul', 3, 'only class IN is served'],
  ])('%s in class %i is noted with its reason', async (text, asked, expected) => {
    const trace: Trace = { steps: [] };
    await serve({ rows: TWELVE }).responder.respond(
      query(text, { class: asked }),
      clientOf(),
      trace,
    );
    expect(trace.steps).toEqual([{ kind: 'note', text: expected }]);
  });
});

describe('EDNS', () => {
  const server = serve({ rows: TWELVE });
  it('is not in a reply to a query without it', async () => {
    expect((await ask(server, 'A db.service.consul')).opt).toBeUndefined();
  });

  it.each([
    ['A db.service.consul', 0],
    ['A nope.service.consul', 3],
    ['A example.com', 5],
    ['AXFR consul', 4],
  ])('is in every reply to a query with it: %s', async (question, rcode) => {
    const seen = await ask(server, question, { edns: 4096, dnssecOk: true });
    expect(seen.rcode).toBe(rcode);
    expect(seen.opt).toMatchObject({ ednsVersion: 0, udpPayloadSize: 1232, flag_do: true });
    expect((await ask(server, question, { edns: 4096 })).opt).toMatchObject({ flag_do: false });
  });

  it('of another version is answered BADVERS and nothing else (row 118)', async () => {
    const seen = await ask(server, 'SOA consul', { edns: 4096, ednsVersion: 1, dnssecOk: true });
    expect(seen).toMatchObject({ rcode: 16, aa: false, answer: [], authority: [], additional: [] });
    expect(seen.opt).toMatchObject({ ednsVersion: 0, flag_do: true });
  });

  it('ignores options it does not know', async () => {
    const ednsOptions = [{ code: 100, data: Buffer.from('x') }];
    const seen = await ask(server, 'A db.service.consul', { edns: 1232, ednsOptions });
    expect([seen.rcode, seen.opt?.options]).toEqual([0, []]);
  });

  it('says why a name is refused (RFC 8914)', async () => {
    const { opt: seen } = await ask(server, 'A example.com', { edns: 1232 });
    expect(seen?.options?.map(({ code }) => code)).toEqual([15]);
  });

  const subnets: [title: string, data: number[], good: boolean][] = [
    ['IPv4 /24', [0, 1, 24, 0, 198, 18, 0], true],
    ['IPv4 /21', [0, 1, 21, 0, 198, 18, 8], true],
    ['IPv6 /56', [0, 2, 56, 0, 0x20, 1, 0xd, 0xb8, 0, 0, 0], true],
    ['/0', [0, 1, 0, 0], true],
    ['/0 of no family', [0, 0, 0, 0], true],
    ['bits beyond the prefix', [0, 1, 21, 0, 198, 18, 9], false],
    ['an address too long', [0, 1, 24, 0, 198, 18, 0, 0], false],
    ['an address too short', [0, 1, 24, 0, 198, 18], false],
    ['no such family', [0, 9, 0, 0], false],
    ['a prefix too long', [0, 1, 33, 0, 1, 2, 3, 4, 0], false],
    ['a scope in a query', [0, 1, 24, 24, 198, 18, 0], false],
    ['no octets', [], false],
  ];
  it.each(subnets)('client subnet: %s', async (_, data, good) => {
    const ednsOptions = [{ code: 8, data: Buffer.from(data) }];
    const seen = await ask(server, 'A db.service.consul', { edns: 1232, ednsOptions });
    expect(seen.rcode).toBe(good ? 0 : 1);
    expect(seen.opt?.options?.map(({ code }) => code)).toEqual(good ? [8] : []);
    if (good) expect(seen.bytes.includes(Buffer.from(data))).toBe(true);
  });
});

describe('messages that are no query', () => {
  const good = query('A db.service.consul', { edns: 1232 });
  const withOpt = (...parts: Buffer[]): Buffer => {
    const message = Buffer.concat([query('A db.service.consul'), ...parts]);
    message.writeUInt16BE(parts.length, 10);
    return message;
  };
  const changed = (at: number, ...words: number[]): Buffer => {
    const message = Buffer.from(good);
    for (const [word, value] of words.entries()) message.writeUInt16BE(value, at + 2 * word);
    return message;
  };
  const server = serve({ rows: TWELVE });
  const reply = (message: Uint8Array) => server.responder.respond(message, clientOf());

  const dropped: [title: string, message: Uint8Array][] = [
    ['nothing', Buffer.alloc(0)],
    ['eleven octets', good.subarray(0, 11)],
    ['a reply', changed(2, 0x8000)],
    ['a reply with an opcode', changed(2, 0xa800)],
  ];
  it.each(dropped)('%s gets no reply', (_, message) => expect(reply(message)).toBeUndefined());

  const FORMERR = 1;
  const NOTIMP = 4;
  const badOpt = opt(1232);
  badOpt.writeUInt16BE(5, 9);
  const namedOpt = Buffer.concat([Buffer.from([1, 97]), opt(1232)]);
  const rejected: [title: string, message: Buffer, rcode: number, length: number][] = [
    ['QDCOUNT 0', changed(4, 0), FORMERR, 12],
    ['QDCOUNT 2 (row 121)', changed(4, 2), FORMERR, 12],
    ['QDCOUNT 65535', changed(4, 65535), FORMERR, 12],
    ['a count bomb', changed(4, 65535, 65535, 65535, 65535), FORMERR, 12],
    ['ANCOUNT 2', changed(6, 2), FORMERR, 12],
    ['NSCOUNT 2', changed(8, 2), FORMERR, 12],
    ['ARCOUNT 3', changed(10, 3), FORMERR, 12],
    ['no question bytes, ours: FORMERR', good.subarray(0, 12) as Buffer, FORMERR, 12],
    ['half a question', good.subarray(0, 20) as Buffer, FORMERR, 12],
    ['a pointer in the question', changed(12, 0xc00c), FORMERR, 12],
    ['a label of 64', changed(12, 0x4064), FORMERR, 12],
    ['UPDATE (row 122)', changed(2, 5 << 11), NOTIMP, 12],
    ['STATUS', changed(2, 2 << 11), NOTIMP, 12],
    ['NOTIFY, ours: not served', changed(2, 4 << 11), NOTIMP, 12],
    ['opcode 15', changed(2, 15 << 11), NOTIMP, 12],
    ['two OPTs (RFC 6891 §6.1.1)', withOpt(opt(1232), opt(1232)), FORMERR, 35],
    ['an OPT past the end', withOpt(badOpt), FORMERR, 35],
    ['an OPT of a name', withOpt(namedOpt), FORMERR, 35],
    ['ARCOUNT 2 and one OPT', changed(10, 2), FORMERR, 35],
    ['an OPT among the answers', changed(6, 1, 0, 0), FORMERR, 35],
  ];
  it.each(rejected)('%s', async (_, message, rcode, length) => {
    const bytes = Buffer.from((await reply(message)) as Uint8Array);
    expect(bytes.readUInt16BE(0)).toBe(QUERY_ID);
    expect(bytes.readUInt16BE(2) & 15).toBe(rcode);
    expect(bytes.readUInt16BE(2) & 0x8000).toBe(0x8000);
    expect((bytes.readUInt16BE(2) >> 11) & 15).toBe((message.readUInt16BE(2) >> 11) & 15);
    expect(bytes.length).toBe(length);
    if (length > 12) expect(bytes.subarray(12)).toEqual(good.subarray(12, 35));
  });

  it('ignores octets after the last record', async () => {
    const seen = see((await reply(Buffer.concat([good, Buffer.from('junk')]))) as Uint8Array);
    expect(seen).toMatchObject({ rcode: 0, answer: { length: 12 } });
  });

  it('takes a name of 255 octets and none of 256', async () => {
    const long = (last: number) => {
      const labels = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(last)}`;
      const raw = labels.split('.').map((label) => String.fromCharCode(label.length) + label);
      return Buffer.concat([
        query('A .').subarray(0, 12),
        Buffer.from(`${raw.join('')}\0`, 'latin1'),
        Buffer.from([0, 1, 0, 1]),
      ]);
    };
    expect(see((await reply(long(61))) as Uint8Array).rcode).toBe(5);
    expect(Buffer.from((await reply(long(62))) as Uint8Array)[3]).toBe(FORMERR);
  });
});

describe('size', () => {
  const many = (count: number) => serve({ rows: fleet('db', count) });
  it('TC is set exactly when an answer was left out', async () => {
    for (const count of [29, 30, 31, 40]) {
      const { tc, answer, bytes } = await ask(many(count), 'A db.service.consul');
      expect(bytes.length).toBeLessThanOrEqual(512);
      expect(tc).toBe(answer.length < count);
      expect(answer.length).toBe(Math.min(count, 29));
    }
  });

  it('fills what the client can take (rows 62, 64, 65, ours)', async () => {
    const server = many(2000);
    const sizes: [AskOptions, most: number, answers: number][] = [
      [{}, 512, 29],
      // With EDNS there is a word about the rest, too.
      [{ edns: 0 }, 512, 28],
      [{ edns: 512 }, 512, 28],
      [{ edns: 1232 }, 1232, 73],
      [{ edns: 4096 }, 4096, 252],
      [{ edns: 65535 }, 4096, 252],
      [{ transport: 'tcp' }, 65535, 2000],
    ];
    for (const [options, most, answers] of sizes) {
      const seen = await ask(server, 'A db.service.consul', options);
      expect(seen.bytes.length).toBeLessThanOrEqual(most);
      expect(seen.answer).toHaveLength(answers);
      expect(new Set(seen.answer).size).toBe(answers);
      expect(seen.tc).toBe(answers < 2000);
      expect(seen.opt !== undefined).toBe(options.edns !== undefined);
    }
  });

  it('keeps answers before additionals, and the OPT always (row 69, ours)', async () => {
    const rows = fleet('db', 20).map((row) =>
      row.kind === 'put-node'
        ? { ...row, node: { ...row.node, meta: { k: 'v'.repeat(50) } } }
        : row,
    );
    const server = serve({ rows });
    const seen = await ask(server, 'SRV db.service.consul', { edns: 1000 });
    expect(seen).toMatchObject({ tc: false, answer: { length: 20 } });
    expect(seen.bytes.length).toBeLessThanOrEqual(1000);
    expect(seen.opt).toBeDefined();
    const cut = await ask(server, 'SRV db.service.consul');
    expect(cut.tc).toBe(true);
    expect(cut.answer.length).toBeGreaterThan(5);
  });

  it('gives every instance a fair share when not all fit', async () => {
    const server = many(60);
    const counts = new Map<string, number>();
    const first = new Map<string, number>();
    for (let round = 0; round < 2000; round++) {
      const { answer } = await ask(server, 'A db.service.consul');
      for (const record of answer) counts.set(record, (counts.get(record) ?? 0) + 1);
      first.set(answer[0]!, (first.get(answer[0]!) ?? 0) + 1);
    }
    // 29 of 60 in each of 2,000 replies: 967 each, standard deviation 22.
    expect(counts.size).toBe(60);
    for (const count of counts.values()) expect(Math.abs(count - 967)).toBeLessThan(135);
    // First in 33 replies each, standard deviation 5.7.
    for (const count of first.values()) expect(Math.abs(count - 33)).toBeLessThan(36);
  });

  it('obeys udp_answer_limit for plain UDP only, and says so (rows 62, 63)', async () => {
    const server = serve({ rows: TWELVE, answer: { udpAnswerLimit: 3 } });
    for (const type of ['A', 'SRV']) {
      const plain = await ask(server, `${type} db.service.consul`);
      expect(plain).toMatchObject({ tc: true, answer: { length: 3 } });
      const edns = await ask(server, `${type} db.service.consul`, { edns: 1232 });
      expect(edns).toMatchObject({ tc: false, answer: { length: 12 } });
      const tcp = await ask(server, `${type} db.service.consul`, { transport: 'tcp' });
      expect(tcp).toMatchObject({ tc: false, answer: { length: 12 } });
    }
  });

  it('cuts a large answer over TCP at 65,535 octets, with TC (row 71)', async () => {
    const seen = await ask(many(4000), 'SRV db.service.consul', { transport: 'tcp' });
    expect(seen.bytes.length).toBeLessThanOrEqual(65_535);
    expect(seen.tc).toBe(true);
    expect(seen.answer.length).toBeGreaterThan(1024);
  });

  it('is larger without compression, content the same (row 73)', async () => {
    const rows = fleet('db', 3);
    const small = await ask(serve({ rows }), 'SRV db.service.consul');
    const large = await ask(
      serve({ rows, answer: { disableCompression: true } }),
      'SRV db.service.consul',
    );
    expect(large.bytes.length).toBeGreaterThan(small.bytes.length + 50);
    expect([...large.answer].sort()).toEqual([...small.answer].sort());
    expect(large.bytes.includes(0xc0)).toBe(false);
  });

  it('never answers nothing when something fits', async () => {
    const source: Source = {
      name: 'zone',
      answer: () => ({
        kind: 'answer',
        answers: [
          rr(`x.example. 60 IN TXT ${'y'.repeat(600)}`),
          rr('x.example. 60 IN TXT small'),
          rr('x.example. 60 IN TXT tiny'),
        ],
        authority: [],
        additional: [],
        authoritative: true,
      }),
    };
    const seen = await ask(serve({ zones: [source] }), 'TXT x.example');
    expect(seen).toMatchObject({
      tc: true,
      answer: ['x.example 60 TXT "small"', 'x.example 60 TXT "tiny"'],
    });
  });

  it('sets TC when a referral loses its glue (RFC 9471 §3)', async () => {
    const glue = Array.from({ length: 40 }, (_, at) => rr(`ns.sub.example. 60 IN A 10.0.0.${at}`));
    const source: Source = {
      name: 'zone',
      answer: () => ({
        kind: 'referral',
        authority: [rr('sub.example. 60 IN NS ns.sub.example.')],
        additional: glue,
      }),
    };
    const seen = await ask(serve({ zones: [source] }), 'A www.sub.example');
    expect(seen).toMatchObject({ rcode: 0, aa: false, tc: true, authority: { length: 1 } });
  });
});

describe('size without truncate, as Consul has it', () => {
  const answer = { truncate: false };
  const silent = (count: number, more = {}) =>
    serve({ rows: fleet('db', count), answer: { ...answer, ...more } });

  it.each(['A', 'SRV'])('%s answers that do not fit over UDP are left out unsaid', async (type) => {
    for (const options of [{}, { edns: 1232 }] satisfies AskOptions[]) {
      const seen = await ask(silent(200), `${type} db.service.consul`, options);
      expect(seen.tc).toBe(false);
      expect(seen.answer.length).toBeGreaterThan(5);
      expect(seen.answer.length).toBeLessThan(200);
    }
  });

  it('a limit is not told either', async () => {
    const seen = await ask(silent(12, { udpAnswerLimit: 3 }), 'A db.service.consul');
    expect(seen).toMatchObject({ tc: false, answer: { length: 3 } });
  });

  it('over TCP it is told', async () => {
    const seen = await ask(silent(4000), 'SRV db.service.consul', { transport: 'tcp' });
    expect(seen.tc).toBe(true);
  });

  const source = (outcome: Outcome): Source => ({ name: 'test', answer: () => outcome });
  const big = rr(`x.example. 60 IN TXT ${'y'.repeat(600)}`);
  const whole = { answers: [], authority: [], additional: [] };
  const told: [string, Outcome, AskOptions][] = [
    ['no answer fits', { ...whole, kind: 'answer', answers: [big], authoritative: true }, {}],
    [
      'a referral loses its NS',
      { kind: 'referral', authority: [{ ...big, type: 2 }], additional: [] },
      {},
    ],
    [
      'an upstream left something out',
      { ...whole, kind: 'relayed', rcode: 0, truncated: true, authenticData: false },
      {},
    ],
    ['a denial loses its SOA', { kind: 'name-error', zone: name('example') }, {}],
  ];
  it('it is told when an upstream left something out behind an alias of ours', async () => {
    const answers = [rr('www.example.com. 300 IN A 192.0.2.9')];
    const rest = { authority: [], additional: [], authenticData: false };
    const outcome: Outcome = { kind: 'relayed', rcode: 0, answers, truncated: true, ...rest };
    const server = serve({
      rows: [node('foo', '10.0.0.1'), instance('ext', 'foo', { address: 'www.example.com' })],
      forward: [source(outcome)],
      recursionAvailable: true,
      answer,
    });
    const seen = await ask(server, 'A ext.service.consul', { edns: 1232 });
    expect(seen).toMatchObject({ aa: true, tc: true, answer: { length: 2 } });
    expect(seen.bytes.includes('the recursor sent a part')).toBe(true);
  });

  it.each(told)('it is told when %s', async (_, outcome, options) => {
    const apex = { soaOf: () => ({ ...big, type: 6 }), hasName: () => false };
    const server = serve({ zones: [source(outcome)], apex, answer });
    expect((await ask(server, 'TXT x.example', options)).tc).toBe(true);
  });
});

describe('a defect', () => {
  const lines: [LogFields, string][] = [];
  const logger: Logger = {
    ...silentLogger,
    error: (fields, message) => void lines.push([fields, message]),
  };
  it.each([
    [
      'at once',
      () => {
        throw new Error('boom');
      },
    ],
    [
      'later',
      async () => {
        throw new Error('boom');
      },
    ],
  ] as const)('%s is SERVFAIL for the client and one log line', async (_, answer) => {
    lines.length = 0;
    const server = serve({ forward: [{ name: 'forward', answer }], logger });
    expect(await ask(server, 'A example.com', { edns: 1232 })).toMatchObject({
      rcode: 2,
      aa: false,
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.[1]).toBe('answering a query failed');
  });

  it('does not follow from a source that skips later', async () => {
    const later: Source = { name: 'later', answer: async () => ({ kind: 'skip' }) };
    const found: Source = {
      name: 'found',
      answer: () => ({ kind: 'no-data', zone: name('example') }),
    };
    const server = serve({ forward: [later, found] });
    expect(await ask(server, 'A example')).toMatchObject({ rcode: 0, aa: true });
  });
});

it('order is shuffled for each reply', async () => {
  const rows = [...fleet('db', 3), node('x', '10.9.9.9'), instance('db', 'x')];
  const server = serve({ rows });
  const orders = new Set<string>();
  for (let round = 0; round < 300; round++) {
    orders.add((await ask(server, 'A db.service.consul')).answer.join());
  }
  expect(orders.size).toBe(24);
});
