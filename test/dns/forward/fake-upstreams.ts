/**
 * Upstreams without sockets, on a held clock: each answers with what a function makes of the query, so many
 * milliseconds later. For what depends on time; lies of the network are told over real sockets (`upstream.ts`).
 */
import dnsPacket from 'dns-packet';
import type { Outcome, Relayed } from '../../../src/dns/answer/outcome.ts';
import { createForwarder, type Forwarder } from '../../../src/dns/forward/forwarder.ts';
import type { UpstreamSockets } from '../../../src/dns/forward/upstream-sockets.ts';
import type {
  ForwardOptions,
  ReplyCacheOptions,
  UpstreamAddress,
} from '../../../src/dns/options.ts';
import { formatName } from '../../../src/dns/wire/name.ts';
import type { Question } from '../../../src/dns/wire/question.ts';
import { seededRandom, silentLogger } from '../../../src/runtime/index.ts';
import { HeldClock, settle } from '../../support/held-clock.ts';
import { query, show } from '../zone/zone-text.ts';

export interface Said extends Partial<dnsPacket.Packet> {
  readonly rcode?: number;
  /** Later than the upstream is anyway. */
  readonly afterMs?: number;
}

/** Undefined: nothing. */
export type Speak = (name: string, type: string) => Said | undefined;

export class FakeUpstream {
  readonly address: UpstreamAddress;
  readonly asked: string[] = [];
  speak: Speak;
  latencyMs: number;

  constructor(last: number, speak: Speak, latencyMs = 0) {
    this.address = { address: `192.0.2.${last}`, port: 53 };
    this.speak = speak;
    this.latencyMs = latencyMs;
  }
}

/** `{ answers: [A 192.0.2.1] }` with a TTL. */
export const a =
  (ttl: number, data = '192.0.2.1'): Speak =>
  (name) => ({ answers: [{ type: 'A', name, ttl, data }] });

export const soa = (zone: string, ttl: number, minimum: number) =>
  ({
    type: 'SOA',
    name: zone,
    ttl,
    data: { mname: zone, rname: zone, serial: 1, refresh: 2, retry: 3, expire: 4, minimum },
  }) as const;

export const mute: Speak = () => undefined;
export const rcode =
  (code: number): Speak =>
  () => ({ rcode: code });

const RA = 0x80;
export const KEEP: ReplyCacheOptions = {
  maxBytes: 1 << 20,
  maxTtlSeconds: 86_400,
  maxNegativeTtlSeconds: 10_800,
  staleSeconds: 86_400,
  prefetch: true,
};

export interface Bench {
  readonly clock: HeldClock;
  /** Sockets that are. */
  readonly open: ReadonlySet<object>;
  readonly forwarder: Forwarder;
  /** The outcome once nothing is left to do at this moment of the clock. */
  ask(text: string, asked?: Partial<Question>, from?: string): Promise<Outcome>;
  /** Records with TTL, or what there is instead. */
  say(text: string): Promise<string>;
}

/** What other sources say of a name; undefined when it is not theirs. */
export type Own = (name: string) => Outcome | undefined;

export function bench(
  upstreams: readonly FakeUpstream[],
  options: Partial<ForwardOptions> = {},
  own: Own = () => undefined,
): Bench {
  const clock = new HeldClock();
  const open = new Set<object>();
  const forwarder: Forwarder = createForwarder({
    options: {
      recursors: upstreams.map(({ address }) => address),
      strategy: 'sequential',
      timeoutMs: 2000,
      cache: KEEP,
      ...options,
    },
    listeners: () => [],
    isOurs: (name) => own(formatName(name)) !== undefined,
    follow: (next) => own(formatName(next.question.name)) ?? forwarder.answer(next),
    clock,
    random: seededRandom(1),
    logger: silentLogger,
    sockets: fakeSockets(upstreams, clock, open),
  });
  const ask: Bench['ask'] = async (text, asked = {}, address = '127.0.0.1') => {
    const plain = query(text, asked);
    return forwarder.answer({ ...plain, client: { ...plain.client, address } });
  };
  const say = async (text: string): Promise<string> => {
    const outcome = ask(text);
    await settle();
    return describeOutcome(await outcome);
  };
  return { clock, open, forwarder, ask, say };
}

export const keeping = (changes: Partial<ReplyCacheOptions>) => ({
  cache: { ...KEEP, ...changes },
});

export function describeOutcome(outcome: Outcome): string {
  const explanation = 'explanation' in outcome ? outcome.explanation : undefined;
  const error = explanation === undefined ? '' : ` EDE ${explanation.code}`;
  if (outcome.kind !== 'relayed') return `${outcome.kind}${error}`;
  const { rcode: code, answers, authority } = outcome as Relayed;
  return [code === 0 ? '' : `rcode ${code}`, ...answers.map(show), ...authority.map(briefly)]
    .filter((part) => part !== '')
    .join(', ')
    .concat(error);
}

const briefly = (record: Relayed['answers'][number]): string =>
  show(record).split(' ').slice(0, 3).join(' ');

function fakeSockets(
  upstreams: readonly FakeUpstream[],
  clock: HeldClock,
  opened: Set<object>,
): UpstreamSockets {
  const open: UpstreamSockets['openDatagram'] = (to, events) => {
    opened.add(events);
    const upstream = upstreams.find(({ address }) => address.address === to.address);
    let closed = false;
    return {
      send(bytes) {
        const asked = dnsPacket.decode(Buffer.from(bytes)) as dnsPacket.Packet;
        const [first] = asked.questions ?? [];
        if (upstream === undefined || first === undefined) return;
        upstream.asked.push(`${first.name} ${first.type}`);
        const said = upstream.speak(first.name, first.type);
        if (said === undefined) return;
        const { rcode: code = 0, afterMs = 0, flags = 0, ...rest } = said;
        const reply = dnsPacket.encode({
          type: 'response',
          id: asked.id ?? 0,
          flags: RA | code | flags,
          questions: [first],
          additionals: [{ type: 'OPT', name: '.', udpPayloadSize: 1232, flags: 0, options: [] }],
          ...rest,
        } as dnsPacket.Packet);
        clock.schedule(upstream.latencyMs + afterMs, () => {
          if (!closed) events.received(reply);
        });
        if (upstream.latencyMs + afterMs === 0) queueMicrotask(() => clock.advance(0));
      },
      close() {
        closed = true;
        opened.delete(events);
      },
    };
  };
  return { openDatagram: open, openStream: () => ({ send() {}, close() {} }) };
}
