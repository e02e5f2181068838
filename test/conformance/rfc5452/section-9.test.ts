/**
 * RFC 5452, Measures for Making DNS More Resilient against Forged Answers: sections 4, 6 and 9, as a search. A forger
 * who sees port and question sends what it likes, 20 messages before the genuine one; the upstream itself adds records
 * about names of others. Whatever they send, the forged address is never given to anybody and never kept.
 */
import dnsPacket from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome, Relayed } from '../../../src/dns/answer/outcome.ts';
import { createForwarder } from '../../../src/dns/forward/forwarder.ts';
import type {
  Link,
  LinkEvents,
  UpstreamSockets,
} from '../../../src/dns/forward/upstream-sockets.ts';
import { limits, seededRandom, silentLogger } from '../../../src/runtime/index.ts';
import { query } from '../../dns/zone/zone-text.ts';
import { HeldClock, settle } from '../../support/held-clock.ts';

const FORGED = '192.0.2.66';
const FORGED_RDATA = 'c0000242';
const NAMES = ['www.example', 'bank.example', 'mail.test', 'example'];

type Query = dnsPacket.DecodedPacket & { readonly id: number };
type Forgery = (asked: Query) => Buffer;

const record = (name: string, data = FORGED): dnsPacket.Answer => ({
  type: 'A',
  name,
  ttl: 300,
  data,
});

function reply(asked: Query, changes: Partial<dnsPacket.Packet> = {}): Buffer {
  const name = asked.questions?.[0]?.name ?? '';
  return dnsPacket.encode({
    type: 'response',
    id: asked.id,
    flags: 0x80,
    questions: asked.questions ?? [],
    answers: [record(name)],
    ...changes,
  });
}

/** Not to the query, each in another way. */
const forgeries: fc.Arbitrary<Forgery> = fc.oneof(
  fc.integer({ min: 1, max: 65_535 }).map(
    (off): Forgery =>
      (asked) =>
        reply(asked, { id: (asked.id + off) & 0xffff }),
  ),
  fc.constantFrom('x.example', 'ww.example', 'www.example.test', 'example').map(
    (name): Forgery =>
      (asked) => {
        const first = asked.questions?.[0];
        const other = first?.name === name ? 'other.example' : name;
        return reply(asked, { questions: [{ type: 'A', name: other }] });
      },
  ),
  fc.constantFrom('AAAA', 'TXT', 'CNAME').map(
    (type): Forgery =>
      (asked) =>
        reply(asked, { questions: [{ type, name: asked.questions?.[0]?.name ?? '' } as never] }),
  ),
  fc.constant<Forgery>((asked) => reply(asked, { questions: [] })),
  fc.constant<Forgery>((asked) => reply(asked, { type: 'query' })),
  // Cut short, the last record with it.
  fc.integer({ min: 1, max: 14 }).map(
    (cut): Forgery =>
      (asked) => {
        const bytes = reply(asked);
        return bytes.subarray(0, bytes.length - cut);
      },
  ),
  fc.uint8Array({ maxLength: 80 }).map(
    (bytes): Forgery =>
      () =>
        Buffer.from(bytes),
  ),
);

/** Genuine, with records in it that nobody asked for. */
const additions = fc.array(
  fc.record({
    section: fc.constantFrom('answers', 'authorities', 'additionals'),
    name: fc.constantFrom('bank.example', 'mail.test', 'example', 'a.www.example', 'ns.example'),
    type: fc.constantFrom('A', 'NS'),
  }),
  { maxLength: 4 },
);

interface Attack {
  readonly forged: readonly Forgery[];
  readonly added: ReadonlyArray<{ section: string; name: string; type: string }>;
}

function genuine(asked: Query, { added }: Attack): Buffer {
  const name = asked.questions?.[0]?.name ?? '';
  const sections: Record<string, dnsPacket.Answer[]> = {
    answers: [record(name, '192.0.2.1')],
    authorities: [],
    additionals: [],
  };
  for (const { section, name: owner, type } of added) {
    if (owner === name.toLowerCase()) continue;
    const made =
      type === 'A' ? record(owner) : { type: 'NS', name: owner, ttl: 9, data: 'ns.example' };
    sections[section]?.push(made as dnsPacket.Answer);
  }
  return reply(asked, sections);
}

function attacked(attack: Attack) {
  const asked = { udp: 0, tcp: 0 };
  const open =
    (over: 'udp' | 'tcp') =>
    (_: unknown, events: LinkEvents): Link => {
      let closed = false;
      const deliver = (bytes: Buffer): void => {
        if (!closed) events.received(over === 'tcp' ? framed(bytes) : bytes);
      };
      return {
        send(bytes) {
          asked[over] += 1;
          const message = over === 'tcp' ? bytes.subarray(2) : bytes;
          const packet = dnsPacket.decode(Buffer.from(message)) as Query;
          queueMicrotask(() => {
            if (over === 'udp') for (const forge of attack.forged) deliver(forge(packet));
            deliver(genuine(packet, attack));
          });
        },
        close() {
          closed = true;
        },
      };
    };
  const sockets: UpstreamSockets = { openDatagram: open('udp'), openStream: open('tcp') };
  const forwarder = createForwarder({
    options: {
      recursors: [{ address: '192.0.2.53', port: 53 }],
      strategy: 'sequential',
      timeoutMs: 2000,
      cache: {
        maxBytes: 1 << 20,
        maxTtlSeconds: 86_400,
        maxNegativeTtlSeconds: 10_800,
        staleSeconds: 86_400,
        prefetch: true,
      },
    },
    listeners: () => [],
    isOurs: () => false,
    follow: () => ({ kind: 'skip' }),
    clock: new HeldClock(),
    random: seededRandom(1),
    logger: silentLogger,
    sockets,
  });
  return { forwarder, asked };
}

function framed(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
}

function rdatas(outcome: Outcome): string[] {
  const { answers, authority, additional } = outcome as Relayed;
  return [...answers, ...authority, ...additional].map(({ rdata }) =>
    Buffer.from(rdata).toString('hex'),
  );
}

describe('§9.1, §6: forged messages and records', () => {
  it('are given to nobody and kept for nobody, and end no wait', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ forged: fc.array(forgeries, { maxLength: 30 }), added: additions }),
        async (attack) => {
          const { forwarder, asked } = attacked(attack);
          for (let round = 0; round < 2; round++) {
            for (const name of NAMES) {
              const outcome = await forwarder.answer(query(`${name}. A`));
              expect(outcome.kind).toBe('relayed');
              expect(rdatas(outcome)).toContain('c0000201');
              expect(rdatas(outcome)).not.toContain(FORGED_RDATA);
            }
          }
          const isOverTcp = attack.forged.length >= limits.forwardMismatches.default;
          expect(asked).toEqual({ udp: NAMES.length, tcp: isOverTcp ? NAMES.length : 0 });
          forwarder.close();
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('§9.2: with the port known and the id guessed', () => {
  it('the query is on TCP after at most 20 messages', async () => {
    const ids: number[] = [];
    let datagrams: LinkEvents | undefined;
    const link: Link = { send: (bytes) => void ids.push((bytes[0]! << 8) | bytes[1]!), close() {} };
    const stream: Link = {
      send: (bytes) => void ids.push((bytes[2]! << 8) | bytes[3]!),
      close() {},
    };
    const clock = new HeldClock();
    const forwarder = createForwarder({
      options: {
        recursors: [{ address: '192.0.2.53', port: 53 }],
        strategy: 'sequential',
        timeoutMs: 2000,
      },
      listeners: () => [],
      isOurs: () => false,
      follow: () => ({ kind: 'skip' }),
      clock,
      random: seededRandom(1),
      logger: silentLogger,
      sockets: {
        openDatagram: (_, events) => {
          datagrams = events;
          return link;
        },
        openStream: () => stream,
      },
    });
    const outcome = forwarder.answer(query('www.example. A'));
    for (let guess = 1; guess < limits.forwardMismatches.default; guess++) {
      datagrams?.received(Buffer.alloc(12));
    }
    await settle();
    expect(ids).toHaveLength(1);
    datagrams?.received(Buffer.alloc(12));
    await settle();
    expect(ids).toHaveLength(2);
    expect(forwarder.scope.stats.upstreamMismatches).toBe(20);
    forwarder.close();
    await outcome;
  });
});
