import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Outcome, Relayed } from '../../../src/dns/answer/outcome.ts';
import { createForwarder, type Forwarder } from '../../../src/dns/forward/forwarder.ts';
import {
  type LinkEvents,
  systemSockets as real,
  type UpstreamSockets,
} from '../../../src/dns/forward/upstream-sockets.ts';
import type { ForwardOptions, UpstreamAddress } from '../../../src/dns/options.ts';
import { formatName } from '../../../src/dns/wire/name.ts';
import { type Logger, limits, seededRandom, silentLogger } from '../../../src/runtime/index.ts';
import { HeldClock, settle } from '../../support/held-clock.ts';
import { privateLoopback } from '../server/clients.ts';
import { query, show } from '../zone/zone-text.ts';
import { type Asked, answering, type Behave, replyTo, silent, Upstream } from './upstream.ts';

const upstreams: Upstream[] = [];
const forwarders: Forwarder[] = [];
afterEach(() => {
  for (const forwarder of forwarders.splice(0)) forwarder.close();
  for (const upstream of upstreams.splice(0)) upstream.close();
});

async function start(onUdp: Behave, onTcp?: Behave): Promise<Upstream> {
  const upstream = await Upstream.start(onUdp, onTcp);
  upstreams.push(upstream);
  return upstream;
}

interface Setting extends Partial<ForwardOptions> {
  readonly listeners?: readonly UpstreamAddress[];
  readonly sockets?: UpstreamSockets;
  readonly warn?: Logger['warn'];
}

function forward(
  to: readonly (Upstream | UpstreamAddress)[],
  { listeners = [], sockets, warn, ...options }: Setting = {},
) {
  const clock = new HeldClock();
  const forwarder = createForwarder({
    options: {
      recursors: to.map((one) => (one instanceof Upstream ? one.address : one)),
      strategy: 'sequential',
      timeoutMs: 2000,
      ...options,
    },
    listeners: () => listeners,
    isOurs: () => false,
    follow: () => ({ kind: 'skip' }),
    clock,
    random: seededRandom(1),
    logger: { ...silentLogger, warn: warn ?? (() => {}) },
    ...(sockets === undefined ? {} : { sockets }),
  });
  forwarders.push(forwarder);
  const ask = async (text = 'Www.Example. A', asked = {}): Promise<Outcome> =>
    forwarder.answer(query(text, asked));
  return { clock, ask, forwarder };
}

const answers = (outcome: Outcome): string[] => (outcome as Relayed).answers.map(show);
const GOOD = ['Www.Example. 300 A c0000201'];
const explanation = (outcome: Outcome): unknown =>
  outcome.kind === 'failure' ? outcome.explanation : outcome;

/** What a server that knows EDNS sends along. */
const OPT = {
  type: 'OPT',
  name: '.',
  udpPayloadSize: 1232,
  flags: 0,
  options: [],
} as never;

/** Nobody listens there. */
const dead = (): UpstreamAddress => ({ address: privateLoopback(), port: 5353 });

describe('a question to an upstream', () => {
  it('is relayed: records, rcode and flags', async () => {
    const upstream = await start(
      answering({
        flags: 0x20,
        authorities: [{ type: 'NS', name: 'example', ttl: 9, data: 'ns.example' }],
        additionals: [
          { type: 'A', name: 'ns.example', ttl: 8, data: '192.0.2.2' },
          { type: 'OPT', name: '.', udpPayloadSize: 4096, flags: 0, options: [] } as never,
        ],
      }),
    );
    const outcome = await forward([upstream]).ask('Www.Example. A', { authenticData: true });
    expect(outcome).toMatchObject({
      kind: 'relayed',
      rcode: 0,
      truncated: false,
      authenticData: true,
    });
    expect(answers(outcome)).toEqual(GOOD);
    // Nobody asked for the servers of the zone.
    expect(outcome).toMatchObject({ authority: [], additional: [] });
  });

  it('brings the addresses of hosts that the answer names, and no others', async () => {
    const upstream = await start(
      answering({
        answers: [
          { type: 'SRV', name: 'Www.Example', ttl: 9, data: { port: 1, target: 'a.example' } },
        ],
        additionals: [
          { type: 'A', name: 'bank.example', ttl: 8, data: '192.0.2.66' },
          { type: 'A', name: 'a.example', ttl: 8, data: '192.0.2.2' },
        ],
      }),
    );
    const outcome = (await forward([upstream]).ask('Www.Example. SRV')) as Relayed;
    expect(outcome.additional.map(show)).toEqual(['a.example. 8 A c0000202']);
  });

  it('brings the SOA with a denial when its zone is the name’s', async () => {
    const soa = (zone: string) =>
      ({
        type: 'SOA',
        name: zone,
        ttl: 60,
        data: { mname: zone, rname: zone, serial: 1, refresh: 2, retry: 3, expire: 4, minimum: 5 },
      }) as const;
    const upstream = await start(
      answering({ rcode: 3, authorities: [soa('bank'), soa('example')] }),
    );
    const outcome = (await forward([upstream]).ask()) as Relayed;
    expect(outcome.authority.map(({ owner }) => formatName(owner))).toEqual(['example.']);
  });

  it('is ours: RD, EDNS of 1232 octets, the case of the name, and nothing else of the client', async () => {
    const upstream = await start(answering());
    await forward([upstream]).ask('WwW.eXample. TXT', { recursionDesired: false, id: 4711 });
    const { packet } = upstream.asked[0]!;
    expect(packet).toMatchObject({
      flag_rd: true,
      flag_cd: false,
      opcode: 'QUERY',
      questions: [{ name: 'WwW.eXample', type: 'TXT', class: 'IN' }],
      additionals: [{ type: 'OPT', udpPayloadSize: 1232, flag_do: false, options: [] }],
    });
  });

  it('passes AD on, and brings one back to who sent it or DO alone (RFC 6840 §5.7, §5.8)', async () => {
    const upstream = await start(answering({ flags: 0x20 }));
    const { ask } = forward([upstream]);
    const edns = { version: 0, payloadBytes: 1232, dnssecOk: true, options: [] };
    const outcomes = await Promise.all([
      ask(),
      ask('Www.Example. A', { authenticData: true }),
      ask('Www.Example. A', { edns }),
    ]);
    const brought = outcomes.map((outcome) => (outcome as Relayed).authenticData);
    expect(brought).toEqual([false, true, true]);
    const sent = upstream.asked.map(({ packet }) => packet.flag_ad);
    expect(sent.filter((bit) => bit)).toHaveLength(1);
  });

  it('passes DO and CD on, and no option of the client', async () => {
    const upstream = await start(answering());
    const edns = {
      version: 0,
      payloadBytes: 4096,
      dnssecOk: true,
      options: [{ code: 10, data: new Uint8Array(8) }],
    };
    await forward([upstream]).ask('www.example. A', { checkingDisabled: true, edns });
    expect(upstream.asked[0]!.packet).toMatchObject({
      flag_cd: true,
      additionals: [{ type: 'OPT', udpPayloadSize: 1232, flag_do: true, options: [] }],
    });
  });

  it('has a fresh id and a fresh port each time (RFC 5452 §9)', async () => {
    const upstream = await start(answering());
    const { ask } = forward([upstream]);
    for (let round = 0; round < 24; round++) await ask(`w${round}.example. A`);
    const ids = upstream.asked.map(({ packet }) => packet.id);
    const ports = upstream.asked.map(({ from }) => from.port);
    expect(new Set(ids).size).toBeGreaterThan(22);
    expect(new Set(ports).size).toBeGreaterThan(20);
    const steps = ids.slice(1).map((id, at) => id - ids[at]!);
    expect(new Set(steps).size).toBeGreaterThan(20);
  });

  it('is skipped when there is no recursor', async () => {
    expect(await forward([]).ask()).toEqual({ kind: 'skip' });
  });

  it('goes to new recursors after a reload', async () => {
    const before = await start(answering());
    const after = await start(answering({ address: '192.0.2.7' }));
    const { ask, forwarder } = forward([before]);
    forwarder.scope.setOptions({
      recursors: [after.address],
      strategy: 'sequential',
      timeoutMs: 1,
    });
    expect(answers(await ask())).toEqual(['Www.Example. 300 A c0000207']);
    expect(before.asked).toEqual([]);
  });

  it('is asked once however many clients wait for it', async () => {
    const upstream = await start(silent);
    const { ask } = forward([upstream]);
    const waiting = [ask('a.example. A'), ask('A.EXAMPLE. A'), ask('a.example. A')];
    const other = ask('a.example. AAAA');
    await upstream.received(2);
    for (const asked of upstream.asked) asked.reply(replyTo(asked, { rcode: 3 }));
    const outcomes = await Promise.all([...waiting, other]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(Array(4).fill('relayed'));
    expect(upstream.asked).toHaveLength(2);
  });
});

describe('an upstream that is of no help', () => {
  it.each([
    ['SERVFAIL', 2],
    ['REFUSED', 5],
    ['NOTIMP', 4],
    ['FORMERR', 1],
  ])('%s is not relayed, the next one is asked', async (_, rcode) => {
    const bad = await start(answering({ rcode, additionals: [OPT] }));
    const good = await start(answering());
    expect(answers(await forward([bad, good]).ask())).toEqual(GOOD);
    expect(bad.asked).toHaveLength(1);
  });

  it.each([
    ['FORMERR', { rcode: 1 }],
    ['NOTIMP', { rcode: 4 }],
    ['FORMERR that is a header alone,', { rcode: 1, questions: [] }],
  ])('%s without an OPT has it asked once more without one (RFC 6891 §6.2.2)', async (_, reply) => {
    const old = await start((asked) => {
      const isPlain = asked.packet.additionals?.length === 0;
      asked.reply(replyTo(asked, isPlain ? {} : reply));
    });
    const next = await start(answering({ address: '192.0.2.9' }));
    expect(answers(await forward([old, next]).ask())).toEqual(GOOD);
    expect(old.asked).toHaveLength(2);
  });

  it('FORMERR to the question without an OPT moves on to the next', async () => {
    const broken = await start(answering({ rcode: 1 }));
    const good = await start(answering());
    expect(answers(await forward([broken, good]).ask())).toEqual(GOOD);
    expect(broken.asked).toHaveLength(2);
  });

  it('FORMERR with an answer and without the question is none', async () => {
    const data = '192.0.2.66';
    const forged = [{ type: 'A' as const, name: 'www.example', ttl: 300, data }];
    const bad = await start(answering({ rcode: 1, questions: [], answers: forged }));
    const good = await start(answering());
    expect(answers(await forward([bad, good]).ask())).toEqual(GOOD);
  });

  it('both questions together have the time of one try', async () => {
    const slow = await start(silent);
    const { ask, clock } = forward([slow]);
    const outcome = ask();
    await slow.received(1);
    clock.advance(1500);
    slow.asked[0]!.reply(replyTo(slow.asked[0]!, { rcode: 1 }));
    await slow.received(2);
    clock.advance(500);
    expect(explanation(await outcome)).toMatchObject({ code: 22 });
  });

  it('NXDOMAIN is an answer', async () => {
    const first = await start(answering({ rcode: 3 }));
    const second = await start(answering());
    expect(await forward([first, second]).ask()).toMatchObject({ kind: 'relayed', rcode: 3 });
    expect(second.asked).toEqual([]);
  });

  it('an extended rcode is none of the good ones', async () => {
    const badVersion = await start(
      answering({
        additionals: [{ type: 'OPT', name: '.', extendedRcode: 1, flags: 0, options: [] } as never],
      }),
    );
    expect(explanation(await forward([badVersion]).ask())).toMatchObject({
      text: expect.stringContaining('BADVERS'),
    });
  });

  it('silence has the next one asked as well', async () => {
    const slow = await start(silent);
    const good = await start(answering());
    const { ask, clock } = forward([slow, good]);
    const outcome = ask();
    await slow.received(1);
    clock.advance(399);
    await settle();
    expect(good.asked).toEqual([]);
    clock.advance(1);
    expect(answers(await outcome)).toEqual(GOOD);
  });

  it('that comes to answer after all is heard beside the next', async () => {
    const slow = await start(silent);
    const other = await start(silent);
    const { ask, clock } = forward([slow, other]);
    const outcome = ask();
    await slow.received(1);
    clock.advance(400);
    await other.received(1);
    slow.asked[0]!.reply(replyTo(slow.asked[0]!));
    expect(answers(await outcome)).toEqual(GOOD);
  });

  it.each([2, 3, 5, 8])('of all but the last of %i is over within a second', async (count) => {
    const upstream = await Promise.all(Array.from({ length: count }, () => start(silent)));
    const { ask, clock } = forward(upstream);
    const outcome = ask();
    const last = upstream.at(-1)!;
    await clock.advanceAsync(700);
    await last.received(1);
    last.asked[0]!.reply(replyTo(last.asked[0]!));
    expect(answers(await outcome)).toEqual(GOOD);
  });

  it('an answer to something else has the next one asked', async () => {
    const liar = await start(
      answering({ answers: [{ type: 'A', name: 'bank.example', ttl: 9, data: '192.0.2.66' }] }),
    );
    const good = await start(answering());
    expect(answers(await forward([liar, good]).ask())).toEqual(GOOD);
  });

  it('a referral has the next one asked', async () => {
    const authorities = [{ type: 'NS', name: 'example', ttl: 9, data: 'ns.example' }] as const;
    const lame = await start(answering({ answers: [], authorities: [...authorities] }));
    const good = await start(answering());
    expect(answers(await forward([lame, good]).ask())).toEqual(GOOD);
  });

  it('a late reply to an earlier try is nobody’s', async () => {
    const slow = await start(silent);
    const good = await start(silent);
    const { ask, clock } = forward([slow, good]);
    const outcome = ask();
    await slow.received(1);
    // Asked as well after 400 ms; nobody listens to the first any more after 2 s.
    clock.advance(400);
    await good.received(1);
    clock.advance(1600);
    const late = slow.asked[0]!;
    late.reply(replyTo(late, { address: '192.0.2.66' }));
    good.asked[0]!.reply(replyTo(good.asked[0]!));
    expect(answers(await outcome)).toEqual(GOOD);
  });

  it('a closed port ends the try at once', async () => {
    const good = await start(answering());
    const { ask, clock } = forward([dead(), good]);
    expect(answers(await ask())).toEqual(GOOD);
    expect(clock.monotonic()).toBe(0);
  });

  it('silence of all is SERVFAIL with EDE 22 and the reason', async () => {
    const silentOne = await start(silent);
    const refusing = await start(answering({ rcode: 5 }));
    const { ask, clock } = forward([silentOne, refusing]);
    const outcome = ask();
    await silentOne.received(1);
    clock.advance(2000);
    expect(explanation(await outcome)).toEqual({
      code: 22,
      text: '1 recursor did not answer; 1 recursor answered REFUSED',
    });
  });

  it('errors of the network alone are SERVFAIL with EDE 23', async () => {
    const nobody = dead();
    expect(explanation(await forward([nobody]).ask())).toEqual({
      code: 23,
      text: '1 recursor could not be reached: connection refused',
    });
  });

  it('all tries together are bounded', async () => {
    const slow = await Promise.all(Array.from({ length: 7 }, () => start(silent)));
    const { ask, clock } = forward(slow, { timeoutMs: 60_000 });
    const outcome = ask();
    await slow[0]!.received(1);
    await clock.advanceAsync(9999);
    const state = await Promise.race([outcome, settle().then(() => 'waiting')]);
    expect(state).toBe('waiting');
    await clock.advanceAsync(1);
    expect(explanation(await outcome)).toEqual({ code: 22, text: '7 recursors did not answer' });
  });

  it('random strategy asks in another order each time', async () => {
    const upstream = await Promise.all(Array.from({ length: 3 }, () => start(answering())));
    const { ask } = forward(upstream, { strategy: 'random' });
    for (let round = 0; round < 40; round++) await ask(`w${round}.example. A`);
    for (const { asked } of upstream) expect(asked.length).toBeGreaterThan(4);
  });
});

describe('a lying upstream (RFC 5452)', () => {
  /** As `replyTo`, with an address that must never come out. */
  const forged = (asked: Asked, changes: Parameters<typeof replyTo>[1] = {}): Buffer =>
    replyTo(asked, { address: '192.0.2.66', ...changes });
  const lies: [string, Behave][] = [
    [
      'another id',
      (asked) => {
        const packet = { ...asked.packet, id: asked.packet.id ^ 1 };
        asked.reply(forged({ ...asked, packet }));
      },
    ],
    [
      'another name',
      (asked) => asked.reply(forged(asked, { questions: [{ type: 'A', name: 'evil.example' }] })),
    ],
    [
      'another type',
      (asked) => asked.reply(forged(asked, { questions: [{ type: 'TXT', name: 'Www.Example' }] })),
    ],
    [
      'another class',
      (asked) =>
        asked.reply(
          forged(asked, { questions: [{ type: 'A', class: 'CH', name: 'Www.Example' }] }),
        ),
    ],
    ['no question', (asked) => asked.reply(forged(asked, { questions: [] }))],
    [
      'two questions',
      (asked) => {
        const questions = asked.packet.questions ?? [];
        asked.reply(forged(asked, { questions: [...questions, ...questions] }));
      },
    ],
    ['a query instead of a reply', (asked) => asked.reply(asked.bytes)],
    ['another opcode', (asked) => asked.reply(forged(asked, { flags: 5 << 11 }))],
    ['no octets', (asked) => asked.reply(Buffer.alloc(0))],
    ['half a header', (asked) => asked.reply(asked.bytes.subarray(0, 6))],
    ['a record cut short', (asked) => asked.reply(forged(asked).subarray(0, -1))],
    [
      'counts beyond the message',
      (asked) => {
        const bytes = forged(asked);
        bytes.writeUInt16BE(65535, 6);
        asked.reply(bytes);
      },
    ],
    [
      'a compression loop',
      (asked) => {
        const bytes = forged(asked);
        const owner = 12 + 'xWwwxExample'.length + 1 + 4;
        bytes.writeUInt16BE(0xc000 | owner, owner);
        asked.reply(bytes);
      },
    ],
  ];
  it.each(lies)('%s does not end the wait', async (_, lie) => {
    const upstream = await start((asked) => {
      lie(asked);
      asked.reply(replyTo(asked));
    });
    expect(answers(await forward([upstream]).ask())).toEqual(GOOD);
    expect(upstream.asked).toHaveLength(1);
    expect(upstream.askedOverTcp).toEqual([]);
  });

  it('type 97 is not 65, although letters of a name would be alike', async () => {
    const upstream = await start((asked) => {
      const wrong = Buffer.from(forged(asked));
      wrong.writeUInt16BE(97, 12 + 'xWwwxExample'.length + 1);
      asked.reply(wrong);
      asked.reply(replyTo(asked, { rcode: 3 }));
    });
    expect(await forward([upstream]).ask('Www.Example. TYPE65')).toMatchObject({ rcode: 3 });
  });

  it('the question in other case is the same question', async () => {
    const lower = [{ type: 'A', name: 'www.example' }] as const;
    const upstream = await start(answering({ questions: [...lower] }));
    expect(answers(await forward([upstream]).ask())).toEqual(GOOD);
  });

  it('records that nobody asked for are left out', async () => {
    const upstream = await start((asked) => {
      const answers = [
        { type: 'A', name: 'bank.example', ttl: 9, data: '192.0.2.66' },
        { type: 'A', name: 'Www.Example', ttl: 300, data: '192.0.2.1' },
      ] as const;
      asked.reply(replyTo(asked, { answers: [...answers] }));
    });
    expect(answers(await forward([upstream]).ask())).toEqual(GOOD);
  });

  it('a perfect reply from another port is not heard', async () => {
    const upstream = await start(silent);
    const { ask } = forward([upstream]);
    const outcome = ask();
    await upstream.received(1);
    const asked = upstream.asked[0]!;
    await upstream.sendFromElsewhere(replyTo(asked, { address: '192.0.2.66' }), asked.from);
    asked.reply(replyTo(asked));
    expect(answers(await outcome)).toEqual(GOOD);
  });

  it('after twenty mismatches the question is on TCP, and a right guess comes too late', async () => {
    const guess: Behave = (asked) => {
      for (let round = 1; round <= 20; round++) {
        const packet = { ...asked.packet, id: (asked.packet.id + round) & 0xffff };
        asked.reply(replyTo({ ...asked, packet }, { address: '192.0.2.66' }));
      }
      asked.reply(replyTo(asked, { address: '192.0.2.66' }));
    };
    const upstream = await start(guess, answering());
    expect(answers(await forward([upstream]).ask())).toEqual(GOOD);
    expect(upstream.askedOverTcp).toHaveLength(1);
  });

  it('nineteen mismatches are still waited out', async () => {
    const upstream = await start((asked) => {
      for (let round = 0; round < 19; round++) asked.reply(Buffer.from('rubbish'));
      asked.reply(replyTo(asked));
    });
    expect(answers(await forward([upstream]).ask())).toEqual(GOOD);
    expect(upstream.askedOverTcp).toEqual([]);
  });

  it('says how many replies did not match', async () => {
    const upstream = await start((asked) => {
      asked.reply(Buffer.from('rubbish'));
      asked.reply(Buffer.from('rubbish'));
    });
    const arrived: (() => void)[] = [];
    const sockets = countingSockets(() => arrived.shift()?.());
    const { ask, clock } = forward([upstream], { sockets });
    const both = Promise.all(
      [1, 2].map(() => new Promise<void>((resolve) => arrived.push(resolve))),
    );
    const outcome = ask();
    await both;
    clock.advance(2000);
    expect(explanation(await outcome)).toMatchObject({
      text: expect.stringMatching(/did not answer; 2 replies did not match$/),
    });
  });
});

describe('a truncated reply', () => {
  const truncated = answering({ flags: 0x200 });

  it('is asked for again over TCP', async () => {
    const upstream = await start(truncated, answering({ address: '192.0.2.9' }));
    const outcome = await forward([upstream]).ask();
    expect(answers(outcome)).toEqual(['Www.Example. 300 A c0000209']);
    expect(outcome).toMatchObject({ truncated: false });
  });

  it('may come in pieces, after rubbish, and be larger than any datagram', async () => {
    const upstream = await start(truncated, (asked) => {
      const data = Array.from({ length: 250 }, () => Buffer.alloc(255, 'x'));
      const big = replyTo(asked, {
        answers: [{ type: 'TXT', name: 'Www.Example', ttl: 1, data }],
      });
      asked.reply(Buffer.from('rubbish'));
      asked.reply(Buffer.from([big.length >> 8]), 'raw');
      asked.reply(Buffer.concat([Buffer.from([big.length & 255]), big.subarray(0, 100)]), 'raw');
      asked.reply(big.subarray(100), 'raw');
    });
    const outcome = (await forward([upstream]).ask('Www.Example. TXT')) as Relayed;
    expect(outcome.answers[0]!.rdata).toHaveLength(250 * 256);
  });

  it('is relayed as truncated when TCP fails (consul#2384)', async () => {
    const upstream = await start(truncated, (asked) => asked.reply(Buffer.alloc(0)));
    const { ask, clock } = forward([upstream]);
    const outcome = ask();
    await upstream.received(2);
    clock.advance(2000);
    expect(await outcome).toMatchObject({ kind: 'relayed', truncated: true });
  });
});

describe('recursors that lead back here', () => {
  it('are not asked, which is logged once', async () => {
    const self = await start(answering({ address: '192.0.2.66' }));
    const good = await start(answering());
    const lines: unknown[] = [];
    const { ask } = forward([self, good], {
      listeners: [{ address: '0.0.0.0', port: self.address.port }],
      warn: (fields) => lines.push(fields),
    });
    expect(answers(await ask())).toEqual(GOOD);
    expect(answers(await ask())).toEqual(GOOD);
    expect(self.asked).toEqual([]);
    expect(lines).toEqual([{ recursors: [`127.0.0.1:${self.address.port}`] }]);
  });

  it('being all there are, are a failure', async () => {
    const self = { address: '127.0.0.1', port: 53 };
    expect(explanation(await forward([self], { listeners: [self] }).ask())).toEqual({
      code: 22,
      text: 'the only recursor is this server itself',
    });
  });

  it('by a detour end with the first timeout: the second round waits for the first', async () => {
    const detour = await start(silent);
    const { ask, clock } = forward([detour]);
    const first = ask();
    await detour.received(1);
    const second = ask('wWw.example. A');
    clock.advance(2000);
    expect((await first).kind).toBe('failure');
    expect((await second).kind).toBe('failure');
    expect(detour.asked).toHaveLength(1);
  });
});

/** The real sockets, with a word on each datagram that arrives. */
function countingSockets(arrived: () => void): UpstreamSockets {
  return {
    openDatagram: (to, events) =>
      real.openDatagram(to, {
        ...events,
        received: (bytes) => {
          events.received(bytes);
          arrived();
        },
      }),
    openStream: (to, events) => real.openStream(to, events),
  };
}

describe('bounds', () => {
  /** Sockets that never say anything. */
  function deafSockets(): { sockets: UpstreamSockets; open: Set<LinkEvents> } {
    const open = new Set<LinkEvents>();
    const link = (events: LinkEvents) => {
      open.add(events);
      return { send: () => {}, close: () => void open.delete(events) };
    };
    return {
      open,
      sockets: {
        openDatagram: (_, events) => link(events),
        openStream: (_, events) => link(events),
      },
    };
  }
  const nowhere = { address: '127.0.0.1', port: 9 };

  it('more questions than sockets are refused at once with SERVFAIL', async () => {
    const { sockets, open } = deafSockets();
    const { ask, clock } = forward([nowhere], { sockets });
    const most = limits.forwardSockets.default;
    const waiting = Array.from({ length: most }, (_, at) => ask(`w${at}.example. A`));
    expect(explanation(await ask('more.example. A'))).toEqual({
      code: 0,
      text: 'too many queries wait for upstreams',
    });
    expect(open.size).toBe(most);
    clock.advance(2000);
    await Promise.all(waiting);
    expect(open.size).toBe(0);
    const again = ask('more.example. A');
    await settle();
    expect(open.size).toBe(1);
    clock.advance(2000);
    await again;
  });

  it('many questions at once make Node warn of nothing', async () => {
    const warnings: string[] = [];
    const note = (warning: Error): void => void warnings.push(warning.name);
    process.on('warning', note);
    onTestFinished(() => void process.off('warning', note));
    const { ask, forwarder } = forward([nowhere], { sockets: deafSockets().sockets });
    const waiting = Array.from({ length: 20 }, (_, at) => ask(`w${at}.example. A`));
    await settle();
    expect(warnings).toEqual([]);
    forwarder.close();
    await Promise.all(waiting);
  });

  it('more clients than may wait are refused at once with SERVFAIL, also for one question', async () => {
    const { sockets, open } = deafSockets();
    const { ask, clock } = forward([nowhere], { sockets });
    const waiting = Array.from({ length: limits.forwardWaiting.default }, () => ask());
    expect(explanation(await ask())).toMatchObject({ code: 0 });
    expect(open.size).toBe(1);
    clock.advance(2000);
    await Promise.all(waiting);
    const again = ask();
    await settle();
    expect(open.size).toBe(1);
    clock.advance(2000);
    expect(explanation(await again)).toMatchObject({ code: 22 });
  });

  it('closing ends every wait and every socket', async () => {
    const { sockets, open } = deafSockets();
    const { ask, clock, forwarder } = forward([nowhere, nowhere], { sockets });
    const waiting = ask();
    forwarder.close();
    forwarder.close();
    expect(explanation(await waiting)).toMatchObject({ text: 'the server is stopping' });
    expect(open.size).toBe(0);
    expect(clock.pending).toBe(0);
    expect(explanation(await ask())).toMatchObject({ text: 'the server is stopping' });
    expect(open.size).toBe(0);
  });
});
