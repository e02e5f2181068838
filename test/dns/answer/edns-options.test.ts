/** The EDNS options of a reply, and what room they take: RFC 5001, 7828, 7871, 8914. Cookies have a file of their own. */
import { describe, expect, it } from 'vitest';
import type { Answer, Outcome, Source } from '../../../src/dns/answer/outcome.ts';
import { limits } from '../../../src/runtime/index.ts';
import { type AskOptions, ask, type Seen, serve } from '../ask.ts';
import { fleet } from '../catalog-rows.ts';
import { name, rr } from '../records.ts';

const NSID = 3;
const CLIENT_SUBNET = 8;
const KEEPALIVE = 11;
const EXTENDED_ERROR = 15;
const QUESTION = 'A db.service.consul';
const rows = fleet('db', 2);

const withOption = (code: number, data: number[] = [], options: AskOptions = {}): AskOptions => ({
  edns: 1232,
  ednsOptions: [{ code, data: Uint8Array.from(data) }],
  ...options,
});

/** OPTION-DATA of the reply's option, read from the octets of the message. */
function optionOf({ opt, bytes }: Seen, code: number): Buffer | undefined {
  if (opt === undefined) return undefined;
  // The OPT is last, and its RDATA is the options alone.
  let rest = bytes.subarray(bytes.length - rdataBytes(opt));
  while (rest.length > 0) {
    const end = 4 + rest.readUInt16BE(2);
    if (rest.readUInt16BE(0) === code) return rest.subarray(4, end);
    rest = rest.subarray(end);
  }
  return undefined;
}

function rdataBytes(opt: NonNullable<Seen['opt']>): number {
  const options = (opt.options ?? []) as { data: Buffer }[];
  return options.reduce((sum, { data }) => sum + 4 + data.length, 0);
}

function explanationOf(seen: Seen): [code: number, text: string] | undefined {
  const data = optionOf(seen, EXTENDED_ERROR);
  return data === undefined ? undefined : [data.readUInt16BE(0), data.subarray(2).toString()];
}

const source = (outcome: Outcome): Source => ({ name: 'test', answer: () => outcome });
const ANSWER: Answer = {
  kind: 'answer',
  answers: [rr('x.example. 60 IN A 192.0.2.1')],
  authority: [],
  additional: [],
  authoritative: true,
};

describe('NSID (RFC 5001)', () => {
  const table: [string, nsid: string, expected: string | undefined][] = [
    ['text', 'ns1.example', 'ns1.example'],
    ['octets', '0x00FFa1', '\x00\xff\xa1'],
    ['text that only looks like octets', '0xfg', '0xfg'],
    ['half an octet', '0xfff', '0xfff'],
    ['nothing', '', undefined],
  ];
  it.each(table)('is %s', async (_, nsid, expected) => {
    const server = serve({ rows, protocol: { nsid } });
    const seen = await ask(server, QUESTION, withOption(NSID));
    expect(optionOf(seen, NSID)?.toString('latin1')).toBe(expected);
    expect(seen.answer).toHaveLength(2);
    expect(optionOf(await ask(server, QUESTION, { edns: 1232 }), NSID)).toBeUndefined();
  });

  it('goes with a refusal too', async () => {
    const server = serve({ rows, protocol: { nsid: 'ns1' } });
    const seen = await ask(server, 'A example.com', withOption(NSID));
    expect([seen.rcode, optionOf(seen, NSID)?.toString()]).toEqual([5, 'ns1']);
  });

  it('changes with a reload', async () => {
    const server = serve({ rows, protocol: { nsid: 'ns1' } });
    const other = await import('../options.ts');
    server.responder.setOptions({
      answer: other.ANSWER_OPTIONS,
      protocol: { ...other.PROTOCOL_OPTIONS, nsid: 'ns2' },
      recursionAvailable: false,
    });
    const seen = await ask(server, QUESTION, withOption(NSID));
    expect(optionOf(seen, NSID)?.toString()).toBe('ns2');
  });
});

describe('the scope of a client subnet (RFC 7871 §7.2.1)', () => {
  const IPV4 = [0, 1, 24, 0, 198, 18, 7];
  const NOBODY = [0, 1, 0, 0];
  const IPV6 = [0, 2, 56, 0, 0x20, 1, 0xd, 0xb8, 0, 0, 0];
  const table: [string, sent: number[], scope: number | undefined, expected: number][] = [
    ['0 for an answer that is the same for all', IPV4, undefined, 0],
    ['that of the answer', IPV4, 16, 16],
    ['longer than what was sent', IPV4, 28, 28],
    ['at most that of the family', IPV4, 48, 32],
    ['that of the answer, IPv6', IPV6, 48, 48],
    ['0 for nobody in particular', NOBODY, 16, 0],
  ];
  it.each(table)('is %s', async (_, sent, subnetScope, expected) => {
    const answer = subnetScope === undefined ? ANSWER : { ...ANSWER, subnetScope };
    const server = serve({ zones: [source(answer)] });
    const seen = await ask(server, 'A x.example', withOption(CLIENT_SUBNET, sent));
    const [family, high, bits, , ...address] = sent as [number, number, number, number];
    expect([...(optionOf(seen, CLIENT_SUBNET) ?? [])]).toEqual([
      family,
      high,
      bits,
      expected,
      ...address,
    ]);
  });

  it.each([
    ['answered for a client that wants no subnet told (RFC 7871 §7.1.2)', [0, 0, 0, 0], 0],
    ['malformed with a prefix of no family', [0, 0, 1, 0, 128], 1],
    ['malformed with a family that is none', [0, 3, 0, 0], 1],
  ])('is %s', async (_, sent, rcode) => {
    const server = serve({ zones: [source({ ...ANSWER, subnetScope: 16 })] });
    const seen = await ask(server, 'A x.example', withOption(CLIENT_SUBNET, sent));
    const echoed = optionOf(seen, CLIENT_SUBNET);
    expect([seen.rcode, echoed && [...echoed]]).toEqual([rcode, rcode === 0 ? sent : undefined]);
  });

  it('is 0 when the name is denied', async () => {
    const server = serve({ zones: [source({ kind: 'name-error', zone: name('example') })] });
    const seen = await ask(server, 'A x.example', withOption(CLIENT_SUBNET, IPV4));
    expect([...(optionOf(seen, CLIENT_SUBNET) ?? [])]).toEqual(IPV4);
  });
});

describe('edns-tcp-keepalive (RFC 7828)', () => {
  const server = serve({ rows });
  const table: [string, AskOptions, rcode: number, answered: boolean][] = [
    ['over TCP, asked for', withOption(KEEPALIVE, [], { transport: 'tcp' }), 0, true],
    ['over TCP, not asked for', { edns: 1232, transport: 'tcp' }, 0, false],
    ['over UDP', withOption(KEEPALIVE), 0, false],
    ['over UDP, with a timeout', withOption(KEEPALIVE, [0, 100]), 0, false],
    ['with a timeout of the client', withOption(KEEPALIVE, [0, 1], { transport: 'tcp' }), 1, false],
  ];
  it.each(table)('%s', async (_, options, rcode, answered) => {
    const seen = await ask(server, QUESTION, options);
    expect(seen.rcode).toBe(rcode);
    const expected = limits.dnsConnectionIdleMs.default / 100;
    const option = optionOf(seen, KEEPALIVE);
    expect(option === undefined ? undefined : [option.length, option.readUInt16BE(0)]).toEqual(
      answered ? [2, expected] : undefined,
    );
  });
});

describe('several options', () => {
  it('are answered together, unknown ones left aside', async () => {
    const codes = [10_001, 10, NSID, KEEPALIVE, 12];
    const ednsOptions = codes.map((code) => ({ code, data: Buffer.alloc(code === 10 ? 8 : 0) }));
    const server = serve({ rows, protocol: { nsid: 'n' } });
    const seen = await ask(server, QUESTION, { edns: 1232, transport: 'tcp', ednsOptions });
    expect(seen.opt?.options?.map(({ code }) => code)).toEqual([10, NSID, KEEPALIVE]);
  });

  it('are not answered in another version of EDNS, which nobody knows (RFC 6891 §6.1.3)', async () => {
    const server = serve({ rows, protocol: { nsid: 'n' } });
    const seen = await ask(server, QUESTION, withOption(NSID, [], { ednsVersion: 1 }));
    expect([seen.rcode, seen.opt?.options]).toEqual([16, []]);
  });
});

describe('an explanation (RFC 8914)', () => {
  const table: [string, Outcome, string, expected: [number, string] | undefined][] = [
    ['of an answer in full: none', ANSWER, 'A', undefined],
    ['of a transfer', ANSWER, 'AXFR', [21, 'zones are not transferred']],
    ['of what is nobody’s', { kind: 'skip' }, 'A', [20, expect.any(String)]],
    ['of a refusal without a reason', { kind: 'refused' }, 'A', [20, 'not served here']],
    ['of a failure without a reason', { kind: 'failure' }, 'A', [0, 'answering failed']],
    [
      'of its source',
      { kind: 'name-error', zone: name('example'), explanation: { code: 25, text: 'who?' } },
      'A',
      [25, 'who?'],
    ],
    [
      'of a part',
      { ...ANSWER, partial: true },
      'A',
      [0, 'a limit of the configuration leaves instances out'],
    ],
    [
      'of a part that its source explains',
      { ...ANSWER, partial: true, explanation: { code: 0, text: 'three are enough' } },
      'A',
      [0, 'three are enough'],
    ],
  ];
  it.each(table)('%s', async (_, outcome, type, expected) => {
    const server = serve({ zones: [source(outcome)] });
    const seen = await ask(server, `${type} x.example`, { edns: 1232 });
    expect(explanationOf(seen)).toEqual(expected);
    expect((await ask(server, `${type} x.example`)).opt).toBeUndefined();
  });

  it('of another class', async () => {
    const seen = await ask(serve({ rows }), QUESTION, { edns: 1232, class: 4 });
    expect([seen.rcode, explanationOf(seen)]).toEqual([5, [21, expect.any(String)]]);
  });

  it('of a defect says no more than that', async () => {
    const broken: Source = {
      name: 'broken',
      answer: () => {
        throw new Error('secret');
      },
    };
    const seen = await ask(serve({ zones: [broken] }), 'A x.example', { edns: 1232 });
    expect([seen.rcode, explanationOf(seen)]).toEqual([2, [0, 'internal error']]);
  });

  it('of a cut reply is there when there is room for it', async () => {
    const answers = [
      ...Array.from({ length: 10 }, (_, at) => rr(`x.example. 60 IN TXT ${at}${'y'.repeat(34)}`)),
      rr(`x.example. 60 IN TXT ${'z'.repeat(200)}`),
    ];
    const server = serve({ zones: [source({ ...ANSWER, answers })] });
    const seen = await ask(server, 'TXT x.example', { edns: 590 });
    expect(seen).toMatchObject({ tc: true, answer: { length: 10 } });
    expect(explanationOf(seen)).toEqual([0, 'not all fit']);
  });

  // 26 octets of header and question, 11 of the OPT, and each record 16: 29 answers and one octet is 512.
  const text = 'a reason of 23 octets !';
  const rooms: [spare: number, expected: [number, string] | undefined][] = [
    [0, undefined],
    [5, undefined],
    [6, [3, '']],
    [28, [3, '']],
    [29, [3, text]],
  ];
  it.each(rooms)(
    'in %i spare octets never takes the place of an answer',
    async (spare, expected) => {
      const answers = Array.from({ length: 60 }, (_, at) => rr(`x.example. 60 IN A 10.0.0.${at}`));
      const explanation = { code: 3, text };
      const server = serve({ zones: [source({ ...ANSWER, answers, explanation })] });
      const full = 12 + 11 + 4 + 60 * 16 + 11;
      const seen = await ask(server, 'A x.example', { edns: full + spare });
      expect(seen).toMatchObject({ tc: false, answer: { length: 60 } });
      expect(seen.opt).toBeDefined();
      expect(seen.bytes.length).toBeLessThanOrEqual(full + spare);
      expect(explanationOf(seen)).toEqual(expected);
    },
  );
});
