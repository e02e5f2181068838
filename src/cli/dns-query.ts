/**
 * One DNS question over UDP, and the reply as values. For people and demonstrations: dns-packet reads the reply,
 * and nothing is retried over TCP.
 */
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { type DecodedPacket, decode, encode, type RecordType } from 'dns-packet';

export interface DnsQuestion {
  readonly name: string;
  readonly type: RecordType;
}

export interface DnsServer {
  readonly address: string;
  readonly port: number;
  readonly timeoutMs: number;
}

export interface DnsReply {
  /** `NOERROR`, `NXDOMAIN`, … */
  readonly rcode: string;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly answers: DecodedPacket['answers'];
  readonly authorities: DecodedPacket['authorities'];
  readonly additionals: DecodedPacket['additionals'];
}

const RD_FLAG = 0x0100;

/** Asks `server`; rejects when no reply to this question comes in time. */
export function queryDns(question: DnsQuestion, server: DnsServer): Promise<DnsReply> {
  const id = randomInt(0x1_0000);
  const packet = encode({ type: 'query', id, flags: RD_FLAG, questions: [question] });
  const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4');
  return new Promise<DnsReply>((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`no DNS reply within ${server.timeoutMs} ms`)),
      server.timeoutMs,
    );
    const settle = (act: () => void): void => {
      clearTimeout(late);
      act();
    };
    socket.on('error', (error) => settle(() => reject(error)));
    socket.on('message', (message) => {
      const reply = readReply(message, id);
      if (reply !== undefined) settle(() => resolve(reply));
    });
    // Connected, so that only this server's datagrams arrive, and a closed port is an error.
    socket.connect(server.port, server.address, () => socket.send(packet));
  }).finally(() => socket.close());
}

/** The rcode, then the answers or, without any, whose SOA says so. */
export function formatReply({ rcode, answers = [], authorities = [] }: DnsReply): string {
  const records = answers.map((record) => {
    if (record.type === 'A') return record.data;
    if (record.type !== 'SRV') return record.type;
    const { priority, weight, port, target } = record.data;
    return `${priority} ${weight} ${port} ${target}`;
  });
  const denials = authorities
    .filter(({ type }) => type === 'SOA')
    .map(({ name }) => `SOA of ${name}`);
  return [rcode, ...records, ...denials].join(' ');
}

/** Undefined for what is not a reply to this question. */
function readReply(message: Buffer, id: number): DnsReply | undefined {
  let packet: DecodedPacket;
  try {
    packet = decode(message);
  } catch {
    return undefined;
  }
  if (packet.id !== id || packet.type !== 'response') return undefined;
  return {
    // dns-packet adds the rcode's name, which its types leave out.
    rcode: 'rcode' in packet ? String(packet.rcode) : '',
    authoritative: packet.flag_aa,
    truncated: packet.flag_tc,
    answers: packet.answers,
    authorities: packet.authorities,
    additionals: packet.additionals,
  };
}
