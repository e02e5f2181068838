/** The flags and operands of `rollcall dns query`, and the question that they describe. Sends nothing. */
import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import {
  type EdnsOption,
  formatType,
  masked,
  parseAddress,
  parseClass,
  parseName,
  parseType,
  RecordClass,
  RecordType,
} from '../dns/index.ts';
import { limits, parseDuration } from '../runtime/index.ts';
import { type Flag, type Invocation, UsageError } from './command.ts';
import type { DnsServer } from './dns-exchange.ts';
import type { DnsQuery, QueryEdns } from './dns-query.ts';
import type { FlagValues } from './flag-values.ts';

const DEFAULT_SERVER = '127.0.0.1';
const DEFAULT_PORT = 8600;
const DEFAULT_TIMEOUT = '5s';
/** RFC 5001, RFC 7871, RFC 7873 */
const OPTION = { NSID: 3, CLIENT_SUBNET: 8, COOKIE: 10 } as const;
const CLIENT_COOKIE_BYTES = 8;
/** Flags that need the OPT record. */
const EDNS_FLAGS = ['bufsize', 'dnssec', 'nsid', 'cookie', 'subnet'] as const;

export const QUERY_FLAGS: readonly Flag[] = [
  {
    name: 'server',
    kind: 'text',
    value: 'address[:port]',
    help: 'Server to ask, 127.0.0.1:8600 by default; an IPv6 address with a port is in brackets.',
  },
  { name: 'port', kind: 'integer', value: 'number', help: 'Port of the server.' },
  { name: 'x', kind: 'text', value: 'address', help: 'Ask for the name of this address.' },
  { name: 'class', kind: 'text', value: 'class', help: 'Class of the question, IN by default.' },
  { name: 'tcp', kind: 'boolean', help: 'Ask over TCP.' },
  {
    name: 'ignore',
    kind: 'boolean',
    help: 'Keep a truncated reply instead of asking again over TCP.',
  },
  {
    name: 'norecurse',
    kind: 'boolean',
    help: 'Leave the RD bit out: the server is not to ask others.',
  },
  {
    name: 'bufsize',
    kind: 'integer',
    value: 'octets',
    help: 'Largest datagram to take, 1232 by default.',
  },
  { name: 'noedns', kind: 'boolean', help: 'Ask without EDNS.' },
  { name: 'dnssec', kind: 'boolean', help: 'Set the DO bit.' },
  { name: 'nsid', kind: 'boolean', help: "Ask for the server's identity (RFC 5001)." },
  { name: 'cookie', kind: 'boolean', help: 'Send a cookie (RFC 7873).' },
  {
    name: 'subnet',
    kind: 'text',
    value: 'address/bits',
    help: 'Ask on behalf of this subnet (RFC 7871).',
  },
  {
    name: 'timeout',
    kind: 'text',
    value: 'duration',
    help: 'Wait for a reply, 5s by default.',
  },
];

type Arguments = Pick<Invocation, 'flags' | 'operands'>;

/** @throws UsageError */
export function readQuery({ flags, operands }: Arguments): DnsQuery {
  const [name, type] = readNameAndType(flags, operands);
  const recordClass = flags.has('class') ? parseClass(flags.text('class')) : RecordClass.IN;
  if (recordClass === undefined) {
    throw new UsageError(`"${flags.text('class')}" is no class, such as IN or CLASS65280`);
  }
  return {
    question: { name: readName(name), type: readType(type), class: recordClass },
    recursionDesired: !flags.boolean('norecurse'),
    edns: readEdns(flags),
    transport: flags.boolean('tcp') ? 'tcp' : 'udp',
    keepTruncated: flags.boolean('ignore'),
  };
}

/** @throws UsageError */
export function readServer(flags: FlagValues): DnsServer {
  const text = flags.text('server') || DEFAULT_SERVER;
  const [, bracketed, afterBracket, plain, afterPlain] =
    /^(?:\[([^\]]+)\](?::(\d+))?|([^:]+):(\d+))$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? text;
  const written = afterBracket ?? afterPlain;
  const isAddress = isIP(host) === 6 || (bracketed === undefined && !host.includes(':'));
  if (!isAddress || (written !== undefined && flags.has('port'))) {
    throw new UsageError(
      isAddress
        ? 'Give the port with -server or with -port, not with both'
        : `"${text}" is no server, such as 127.0.0.1:8600 or [::1]:8600`,
    );
  }
  const port = written ?? (flags.text('port') || String(DEFAULT_PORT));
  if (!(Number(port) >= 1 && Number(port) <= 65_535)) throw new UsageError(`"${port}" is no port`);
  return { host, port: Number(port), timeoutMs: readTimeout(flags) };
}

function readTimeout(flags: FlagValues): number {
  const text = flags.text('timeout') || DEFAULT_TIMEOUT;
  const parsed = parseDuration(text);
  if (parsed.ok && parsed.ms >= 1 && parsed.ms < 2 ** 31) return parsed.ms;
  throw new UsageError(`"${text}" is no time to wait, such as 5s or 500ms`);
}

/** Presentation forms. */
function readNameAndType(flags: FlagValues, operands: readonly string[]): [string, string] {
  const reverse = flags.has('x');
  const [name, type] = reverse ? [reverseName(flags.text('x')), ...operands] : operands;
  if (name === undefined) throw new UsageError('A name is needed, or an address with -x');
  const most = reverse ? 1 : 2;
  if (operands.length > most) {
    throw new UsageError(`Too many arguments (expected ${most} at most, got ${operands.length})`);
  }
  return [name, type ?? formatType(reverse ? RecordType.PTR : RecordType.A)];
}

/** @throws UsageError */
export function readName(text: string): string {
  const name = parseName(text);
  if (name === undefined || text === '') throw new UsageError(`"${text}" is no domain name`);
  return name;
}

/** @throws UsageError */
export function readType(text: string): number {
  const type = parseType(text);
  if (type === undefined) throw new UsageError(`"${text}" is no record type`);
  return type;
}

/** RFC 1035 §3.5, RFC 3596 §2.5 */
function reverseName(text: string): string {
  const octets = addressOf(text);
  if (octets.length === 4) return `${[...octets].reverse().join('.')}.in-addr.arpa.`;
  const nibbles = Buffer.from(octets).toString('hex').split('').reverse();
  return `${nibbles.join('.')}.ip6.arpa.`;
}

function addressOf(text: string): Uint8Array {
  const octets = text.includes('%') ? undefined : parseAddress(text);
  if (octets === undefined) throw new UsageError(`"${text}" is no IP address`);
  return octets;
}

function readEdns(flags: FlagValues): QueryEdns | undefined {
  if (flags.boolean('noedns')) {
    const rival = EDNS_FLAGS.find((name) => flags.has(name));
    if (rival !== undefined) throw new UsageError(`-noedns and -${rival} exclude each other`);
    return undefined;
  }
  const payloadBytes = flags.has('bufsize')
    ? flags.integer('bufsize')
    : limits.udpPayloadBytes.default;
  if (!(payloadBytes >= 0 && payloadBytes <= 65_535)) {
    throw new UsageError(`"${flags.text('bufsize')}" is no number of octets from 0 to 65535`);
  }
  return { payloadBytes, dnssecOk: flags.boolean('dnssec'), options: readOptions(flags) };
}

function readOptions(flags: FlagValues): EdnsOption[] {
  const options: EdnsOption[] = [];
  if (flags.boolean('nsid')) options.push({ code: OPTION.NSID, data: Buffer.alloc(0) });
  if (flags.boolean('cookie')) {
    options.push({ code: OPTION.COOKIE, data: randomBytes(CLIENT_COOKIE_BYTES) });
  }
  if (flags.has('subnet')) {
    options.push({ code: OPTION.CLIENT_SUBNET, data: encodeSubnet(flags.text('subnet')) });
  }
  return options;
}

/** RFC 7871 §6: no more octets than the prefix reaches, and no bit behind it. */
function encodeSubnet(text: string): Uint8Array {
  const [address = '', length] = text.split('/', 2);
  const octets = addressOf(address);
  const bits = length === undefined ? octets.length * 8 : Number(length);
  if (!/^\d{0,3}$/.test(length ?? '') || length === '' || bits > octets.length * 8) {
    throw new UsageError(`"${text}" is no subnet, such as 10.1.0.0/16`);
  }
  const family = octets.length === 4 ? 1 : 2;
  const prefix = masked(octets, bits).subarray(0, Math.ceil(bits / 8));
  return Buffer.from([0, family, bits, 0, ...prefix]);
}
