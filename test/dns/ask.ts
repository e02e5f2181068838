/**
 * Asks a responder as a client would and reads its reply with dns-packet, which shares no code with ours. Records
 * come out as text, `web.service.consul 0 A 10.0.0.1`, names without their final dot.
 */
import dnsPacket from 'dns-packet';
import type { Source } from '../../src/dns/answer/outcome.ts';
import { createResponder, type Responder } from '../../src/dns/answer/responder.ts';
import type { ApexRecords } from '../../src/dns/answer/soa.ts';
import type { ViewChange } from '../../src/dns/index.ts';
import type { AnswerOptions, IdentityOptions, ProtocolOptions } from '../../src/dns/options.ts';
import { View } from '../../src/dns/view/view.ts';
import { type Name, parseName } from '../../src/dns/wire/name.ts';
import type { Client } from '../../src/dns/wire/question.ts';
import { parseType } from '../../src/dns/wire/types.ts';
import {
  type Clock,
  type Logger,
  seededRandom,
  silentLogger,
  systemClock,
} from '../../src/runtime/index.ts';
import { ANSWER_OPTIONS, PROTOCOL_OPTIONS } from './options.ts';

export interface ServerSetup {
  readonly rows?: readonly ViewChange[];
  readonly index?: number;
  readonly answer?: Partial<AnswerOptions>;
  readonly protocol?: Partial<ProtocolOptions>;
  readonly recursionAvailable?: boolean;
  readonly identity?: Partial<IdentityOptions>;
  readonly apex?: ApexRecords;
  readonly zones?: readonly Source[];
  readonly forward?: readonly Source[];
  readonly forwards?: (name: Name) => boolean;
  readonly forwardsFor?: (address: string) => boolean;
  readonly seed?: number;
  readonly logger?: Logger;
  readonly clock?: Clock;
}

export interface Server {
  readonly responder: Responder;
  readonly view: View;
}

export function serve(setup: ServerSetup = {}): Server {
  const view = new View(setup.identity?.datacenter ?? 'dc1');
  view.apply({ index: setup.index ?? 7, changes: setup.rows ?? [] });
  const responder = createResponder({
    view,
    identity: {
      domain: 'consul.',
      altDomain: '',
      datacenter: 'dc1',
      nodeName: 'agent',
      ...setup.identity,
    },
    options: {
      answer: { ...ANSWER_OPTIONS, ...setup.answer },
      protocol: { ...PROTOCOL_OPTIONS, ...setup.protocol },
      recursionAvailable: setup.recursionAvailable ?? false,
    },
    apex: setup.apex ?? { soaOf: () => undefined, hasName: () => false },
    zones: setup.zones ?? [],
    forward: setup.forward ?? [],
    ...(setup.forwards === undefined ? {} : { forwards: setup.forwards }),
    ...(setup.forwardsFor === undefined ? {} : { forwardsFor: setup.forwardsFor }),
    random: seededRandom(setup.seed ?? 1),
    logger: setup.logger ?? silentLogger,
    clock: setup.clock ?? systemClock,
  });
  return { responder, view };
}

export interface AskOptions {
  /** The payload size of an OPT record; absent: no OPT. */
  readonly edns?: number;
  readonly ednsVersion?: number;
  readonly dnssecOk?: boolean;
  readonly ednsOptions?: readonly { readonly code: number; readonly data: Uint8Array }[];
  readonly transport?: 'udp' | 'tcp';
  /** Address of the client. */
  readonly from?: string;
  readonly class?: number;
  readonly flags?: number;
}

export interface Seen {
  readonly rcode: number;
  readonly aa: boolean;
  readonly tc: boolean;
  readonly rd: boolean;
  readonly ra: boolean;
  readonly ad: boolean;
  readonly cd: boolean;
  readonly answer: readonly string[];
  readonly authority: readonly string[];
  /** Without the OPT. */
  readonly additional: readonly string[];
  readonly opt: dnsPacket.OptAnswer | undefined;
  readonly bytes: Buffer;
}

/** `ask(server, 'SRV web.service.consul')` */
export async function ask(server: Server, text: string, options: AskOptions = {}): Promise<Seen> {
  const bytes = await server.responder.respond(query(text, options), clientOf(options));
  if (bytes === undefined) throw new Error('no reply');
  return see(bytes);
}

export function clientOf(options: AskOptions = {}): Client {
  return {
    address: options.from ?? '192.0.2.1',
    port: 5353,
    transport: options.transport ?? 'udp',
  };
}

export const QUERY_ID = 0x1234;

/** The bytes of a query; its name may have escapes. */
export function query(text: string, options: AskOptions = {}): Buffer {
  const [typeText, nameText] = text.split(' ') as [string, string];
  const name = parseName(nameText) as Name;
  const type = parseType(typeText) as number;
  const header = Buffer.alloc(12);
  header.writeUInt16BE(QUERY_ID, 0);
  header.writeUInt16BE(options.flags ?? 0x0100, 2);
  header.writeUInt16BE(1, 4);
  const fixed = Buffer.alloc(4);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(options.class ?? 1, 2);
  const parts: Buffer[] = [header, Buffer.from(name, 'latin1'), fixed];
  if (options.edns !== undefined) {
    header.writeUInt16BE(1, 10);
    parts.push(opt(options.edns, options));
  }
  return Buffer.concat(parts);
}

export function opt(payloadBytes: number, options: AskOptions = {}): Buffer {
  const body = (options.ednsOptions ?? []).map(({ code, data }) => {
    const head = Buffer.alloc(4);
    head.writeUInt16BE(code, 0);
    head.writeUInt16BE(data.length, 2);
    return Buffer.concat([head, data]);
  });
  const rdata = Buffer.concat(body);
  const fixed = Buffer.alloc(11);
  fixed.writeUInt16BE(41, 1);
  fixed.writeUInt16BE(payloadBytes, 3);
  fixed.writeUInt8(options.ednsVersion ?? 0, 6);
  fixed.writeUInt16BE(options.dnssecOk === true ? 0x8000 : 0, 7);
  fixed.writeUInt16BE(rdata.length, 9);
  return Buffer.concat([fixed, rdata]);
}

export function see(reply: Uint8Array): Seen {
  const bytes = Buffer.from(reply);
  const packet = dnsPacket.decode(bytes) as dnsPacket.DecodedPacket & Record<string, boolean>;
  if (dnsPacket.decode.bytes !== bytes.length) throw new Error('octets after the last record');
  const additionals = packet.additionals ?? [];
  const opts = additionals.filter((record) => record.type === 'OPT') as dnsPacket.OptAnswer[];
  if (opts.length > 1) throw new Error('more than one OPT');
  return {
    rcode: ((opts[0]?.extendedRcode ?? 0) << 4) | (bytes.readUInt16BE(2) & 15),
    aa: packet.flag_aa === true,
    tc: packet.flag_tc === true,
    rd: packet.flag_rd === true,
    ra: packet.flag_ra === true,
    ad: packet.flag_ad === true,
    cd: packet.flag_cd === true,
    answer: (packet.answers ?? []).map(show),
    authority: (packet.authorities ?? []).map(show),
    additional: additionals.filter((record) => record.type !== 'OPT').map(show),
    opt: opts[0],
    bytes,
  };
}

function show(record: dnsPacket.Answer): string {
  const { name, type, ttl, data } = record as dnsPacket.Answer & { ttl: number; data: unknown };
  return `${name} ${ttl} ${type} ${showData(type, data)}`;
}

function showData(type: string, data: unknown): string {
  switch (type) {
    case 'TXT':
      return (data as Buffer[]).map((string) => JSON.stringify(string.toString())).join(' ');
    case 'SRV': {
      const { priority, weight, port, target } = data as dnsPacket.SrvData;
      return `${priority} ${weight} ${port} ${target}`;
    }
    case 'SOA': {
      const soa = data as Required<dnsPacket.SoaData>;
      const numbers = [soa.serial, soa.refresh, soa.retry, soa.expire, soa.minimum];
      return `${soa.mname} ${soa.rname} ${numbers.join(' ')}`;
    }
    default:
      return String(data);
  }
}
