/**
 * A name server on loopback that does as it is told: answers, lies, or says nothing. UDP and TCP on one port.
 * Replies are written by dns-packet, which shares no code with what reads them.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket as Stream } from 'node:net';
import dnsPacket from 'dns-packet';
import { onTestFinished } from 'vitest';
import type { UpstreamAddress } from '../../../src/dns/options.ts';

export interface Asked {
  readonly bytes: Buffer;
  readonly packet: dnsPacket.DecodedPacket & { readonly id: number };
  readonly from: Pick<RemoteInfo, 'address' | 'port'>;
  /** On TCP with the length in front unless `raw`. */
  reply(bytes: Buffer, raw?: 'raw'): void;
}

export type Behave = (asked: Asked) => void;

export const silent: Behave = () => {};

export class Upstream {
  readonly asked: Asked[] = [];
  readonly askedOverTcp: Asked[] = [];
  #onUdp: Behave;
  #onTcp: Behave;
  readonly #udp: Socket;
  readonly #tcp: Server;
  readonly #streams = new Set<Stream>();
  readonly #waiting: (() => void)[] = [];

  private constructor(udp: Socket, tcp: Server, onUdp: Behave, onTcp: Behave) {
    this.#udp = udp;
    this.#tcp = tcp;
    this.#onUdp = onUdp;
    this.#onTcp = onTcp;
    udp.on('message', (bytes, from) => {
      const reply = (answer: Buffer): void => udp.send(answer, from.port, from.address);
      this.#note(this.asked, this.#onUdp, { bytes, packet: decode(bytes), from, reply });
    });
    tcp.on('connection', (stream) => this.#serve(stream));
  }

  static async start(onUdp: Behave, onTcp: Behave = silent): Promise<Upstream> {
    for (;;) {
      const tcp = createServer().listen(0, '127.0.0.1');
      await once(tcp, 'listening');
      const { port } = tcp.address() as { port: number };
      const udp = createSocket('udp4');
      try {
        udp.bind(port, '127.0.0.1');
        await once(udp, 'listening');
        return new Upstream(udp, tcp, onUdp, onTcp);
      } catch {
        tcp.close();
      }
    }
  }

  get address(): UpstreamAddress {
    return { address: '127.0.0.1', port: this.#udp.address().port };
  }

  /** From another port than the one that was asked. */
  sendFromElsewhere(bytes: Buffer, to: Pick<RemoteInfo, 'address' | 'port'>): Promise<void> {
    const other = createSocket('udp4');
    return new Promise((resolve) => {
      other.send(bytes, to.port, to.address, () => other.close(resolve));
    });
  }

  /** Until `count` questions have come, over either transport. */
  async received(count: number): Promise<void> {
    while (this.asked.length + this.askedOverTcp.length < count) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  close(): void {
    this.#udp.close();
    this.#tcp.close();
    for (const stream of this.#streams) stream.destroy();
  }

  #serve(stream: Stream): void {
    this.#streams.add(stream);
    let held = Buffer.alloc(0);
    stream.on('error', () => {});
    stream.on('data', (chunk: Buffer) => {
      held = Buffer.concat([held, chunk]);
      while (held.length >= 2 && held.length >= 2 + held.readUInt16BE()) {
        const bytes = held.subarray(2, 2 + held.readUInt16BE());
        held = held.subarray(2 + bytes.length);
        const reply = (answer: Buffer, raw?: 'raw'): void =>
          void stream.write(raw ? answer : framed(answer));
        const from = { address: stream.remoteAddress ?? '', port: stream.remotePort ?? 0 };
        this.#note(this.askedOverTcp, this.#onTcp, { bytes, packet: decode(bytes), from, reply });
      }
    });
  }

  #note(list: Asked[], behave: Behave, asked: Asked): void {
    list.push(asked);
    for (const resolve of this.#waiting.splice(0)) resolve();
    behave(asked);
  }
}

/** Starts one that ends with the test. */
export async function upstreamOfTest(onUdp: Behave, onTcp?: Behave): Promise<Upstream> {
  const started = await Upstream.start(onUdp, onTcp);
  onTestFinished(() => started.close());
  return started;
}

function decode(bytes: Buffer): Asked['packet'] {
  return dnsPacket.decode(bytes) as Asked['packet'];
}

export function framed(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
}

const RA = 0x80;

/** A reply to `asked` with one A record, unless told otherwise. */
export function replyTo(
  asked: Asked,
  {
    address = '192.0.2.1',
    rcode = 0,
    flags = 0,
    ...changes
  }: Partial<dnsPacket.Packet> & {
    readonly address?: string;
    readonly rcode?: number;
  } = {},
): Buffer {
  const name = asked.packet.questions?.[0]?.name ?? '';
  return dnsPacket.encode({
    type: 'response',
    id: asked.packet.id,
    flags: RA | rcode | flags,
    questions: asked.packet.questions ?? [],
    answers: rcode === 0 ? [{ type: 'A', name, ttl: 300, data: address }] : [],
    ...changes,
  });
}

export const answering =
  (changes: Parameters<typeof replyTo>[1] = {}): Behave =>
  (asked) =>
    asked.reply(replyTo(asked, changes));
