/**
 * Sends one DNS message and waits for its reply, over UDP or TCP. Which of the messages that come back is the reply,
 * the caller says; the others are ignored until the time is over. Knows nothing of what is in a message.
 */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { createConnection } from 'node:net';
import { encodeFrame, FrameReader } from '../dns/index.ts';
import { formatDuration } from '../runtime/index.ts';

export type Transport = 'udp' | 'tcp';

export interface DnsServer {
  /** An address or the name of a host. */
  readonly host: string;
  readonly port: number;
  /** Of one try. */
  readonly timeoutMs: number;
}

/** What a message is: the reply, or why it is ignored. */
export type Judgement<Reply> =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'ignored'; readonly reason: string };

export type Judge<Reply> = (message: Uint8Array) => Judgement<Reply>;

/** No reply came: a sentence that says why. */
export class NoReplyError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'NoReplyError';
  }
}

/** @throws NoReplyError */
export async function exchange<Reply>(
  transport: Transport,
  message: Uint8Array,
  server: DnsServer,
  judge: Judge<Reply>,
): Promise<Reply> {
  const address = await addressOf(server);
  return new Promise<Reply>((resolve, reject) => {
    const ignored = new Map<string, number>();
    const settle = (act: () => void): void => {
      clearTimeout(late);
      close();
      act();
    };
    const late = setTimeout(
      () => settle(() => reject(new NoReplyError(tooLate(server, ignored)))),
      server.timeoutMs,
    );
    const open = transport === 'udp' ? openUdp : openTcp;
    const close = open({ ...server, ...address }, message, {
      receive(bytes) {
        const judgement = judge(bytes);
        if (judgement.kind === 'reply') return settle(() => resolve(judgement.reply));
        const { reason } = judgement;
        ignored.set(reason, (ignored.get(reason) ?? 0) + 1);
      },
      fail: (reason) =>
        settle(() => reject(new NoReplyError(`no reply from ${shown(server)}: ${reason}`))),
    });
  });
}

/** `127.0.0.1#8600`, as dig writes it. */
export function shown({ host, port }: Pick<DnsServer, 'host' | 'port'>): string {
  return `${host}#${port}`;
}

function tooLate(server: DnsServer, ignored: ReadonlyMap<string, number>): string {
  const reasons = [...ignored].map(([reason, count]) => `; ignored ${count} (${reason})`);
  const time = formatDuration(server.timeoutMs);
  return `no reply from ${shown(server)} within ${time}${reasons.join('')}`;
}

interface Address {
  readonly address: string;
  readonly family: number;
}

async function addressOf({ host }: DnsServer): Promise<Address> {
  try {
    return await lookup(host);
  } catch {
    throw new NoReplyError(`no address of the server "${host}" is known`);
  }
}

interface Listener {
  receive(message: Uint8Array): void;
  fail(reason: string): void;
}

type Close = () => void;

function openUdp(
  { address, family, port }: Address & DnsServer,
  message: Uint8Array,
  { receive, fail }: Listener,
): Close {
  const socket: UdpSocket = createSocket(family === 6 ? 'udp6' : 'udp4');
  socket.on('error', (error) => fail(reasonOf(error)));
  socket.on('message', receive);
  // Connected, so that only this server's datagrams arrive, and a closed port is an error.
  socket.connect(port, address, () => socket.send(message));
  return () => {
    socket.removeAllListeners('message');
    socket.close();
  };
}

function openTcp(
  { address, port }: Address & DnsServer,
  message: Uint8Array,
  { receive, fail }: Listener,
): Close {
  const socket = createConnection(port, address, () => socket.write(encodeFrame(message)));
  const frames = new FrameReader();
  socket.on('error', (error) => fail(reasonOf(error)));
  socket.on('data', (chunk) => {
    for (const frame of frames.read(chunk)) receive(frame);
  });
  socket.on('end', () => fail('the connection was closed'));
  return () => {
    socket.removeAllListeners('end');
    socket.destroy();
  };
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
};

function reasonOf(error: NodeJS.ErrnoException): string {
  return REASONS[error.code ?? ''] ?? error.message;
}
