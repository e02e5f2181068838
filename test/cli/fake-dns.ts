/** A DNS server of a test: what it sends for each query, the test says. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { onTestFinished } from 'vitest';
import {
  encodeFrame,
  Flag,
  FrameReader,
  type Message,
  MessageWriter,
  readMessage,
} from '../../src/dns/index.ts';

export type Transport = 'udp' | 'tcp';

/** The messages to send, in order; none is silence. */
export type Replier = (query: Message, transport: Transport) => readonly Uint8Array[];

export interface FakeDns {
  readonly host: string;
  readonly port: number;
  readonly asked: { readonly transport: Transport; readonly query: Message }[];
}

/** UDP and TCP on one free port of loopback. */
export async function fakeDns(replier: Replier, host = '127.0.0.1'): Promise<FakeDns> {
  const asked: FakeDns['asked'] = [];
  const replies = (bytes: Uint8Array, transport: Transport): readonly Uint8Array[] => {
    const query = readMessage(bytes);
    asked.push({ transport, query });
    return replier(query, transport);
  };
  const tcp = createServer((socket) => {
    const frames = new FrameReader();
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      for (const frame of frames.read(chunk)) {
        const sent = replies(frame, 'tcp');
        for (const reply of sent) socket.write(encodeFrame(reply));
        if (sent.length === 0) socket.end();
      }
    });
  });
  tcp.listen(0, host);
  await once(tcp, 'listening');
  const { port } = tcp.address() as AddressInfo;
  const udp = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  udp.on('message', (bytes, from) => {
    for (const reply of replies(bytes, 'udp')) udp.send(reply, from.port, from.address);
  });
  udp.bind(port, host);
  try {
    await once(udp, 'listening');
  } catch {
    // The port is free for TCP only.
    tcp.close();
    return fakeDns(replier, host);
  }
  onTestFinished(() => {
    udp.close();
    tcp.close();
  });
  return { host, port, asked };
}

type Changes = Partial<{ id: number; flags: number; rcode: number }> &
  Partial<Pick<Message, 'question' | 'answers' | 'edns'>>;

/** The reply to `query`, an empty one unless told otherwise. */
export function replyTo(query: Message, changes: Changes = {}): Uint8Array {
  const { id = query.header.id, flags = 0, rcode = 0, answers = [] } = changes;
  const writer = new MessageWriter();
  writer.begin(4096);
  const question = 'question' in changes ? changes.question : query.question;
  if (question !== undefined) writer.question(question);
  for (const answer of answers) writer.record(1, answer);
  if (changes.edns !== undefined) writer.edns({ ...changes.edns, extendedRcode: 0 });
  return writer.finish(id, Flag.RESPONSE | flags | rcode);
}
