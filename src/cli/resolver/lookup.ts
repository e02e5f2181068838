/**
 * Real lookups of a name that rollcall answers by its letters alone: `0a010203.addr.consul` is 10.1.2.3. The address
 * is another each time, so no cache knows it, and a private one, so that what drops those is found.
 */
import { randomInt } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import {
  formatRcode,
  formatRdata,
  type MessageQuestion,
  parseName,
  RecordClass,
  RecordType,
} from '../../dns/index.ts';
import { type DnsServer, NoReplyError } from '../dns-exchange.ts';
import { queryDns } from '../dns-query.ts';

const TIMEOUT_MS = 5_000;
/** A question that goes round is back within milliseconds. */
const VAIN_TIMEOUT_MS = 1_000;

export interface TestName {
  readonly name: string;
  /** What it resolves to. */
  readonly address: string;
}

/** What came of a lookup: the address, or why there is none. */
export type LookupEnd =
  | { readonly kind: 'found' }
  | { readonly kind: 'failed'; readonly reason: string };

export type LookUp = (test: TestName) => Promise<LookupEnd>;

export function newTestName(domain: string): TestName {
  const octets = [10, randomInt(256), randomInt(256), randomInt(1, 255)];
  return {
    name: `${Buffer.from(octets).toString('hex')}.addr.${domain}`,
    address: octets.join('.'),
  };
}

/** By the system's own resolver, as every program asks it. */
export const lookUpBySystem: LookUp = async ({ name, address }) => {
  let late: NodeJS.Timeout | undefined;
  const timeout = new Promise<LookupEnd>((resolve) => {
    late = setTimeout(() => resolve({ kind: 'failed', reason: 'no answer in time' }), TIMEOUT_MS);
  });
  const answer = lookup(`${name}.`, { family: 4, all: true }).then(
    (found) =>
      judge(
        address,
        found.map((one) => one.address),
      ),
    (error: NodeJS.ErrnoException) =>
      ({ kind: 'failed', reason: error.code ?? error.message }) as const,
  );
  try {
    return await Promise.race([answer, timeout]);
  } finally {
    clearTimeout(late);
  }
};

/** By one server. */
export function lookUpAt(server: Pick<DnsServer, 'host' | 'port'>): LookUp {
  return async ({ name, address }) => {
    const query = { ...PLAIN_QUERY, question: questionFor(name) };
    try {
      const { message } = await queryDns(query, { ...server, timeoutMs: TIMEOUT_MS });
      if (message.rcode !== 0) return { kind: 'failed', reason: formatRcode(message.rcode) };
      const found = message.answers.filter(({ type }) => type === RecordType.A);
      return judge(
        address,
        found.map(({ type, rdata }) => formatRdata(type, rdata)),
      );
    } catch (error) {
      if (error instanceof NoReplyError) return { kind: 'failed', reason: error.message };
      throw error;
    }
  };
}

/** Asks a server for a name, whatever it says, and returns when it has, or when it is late. */
export async function askInVain(
  server: Pick<DnsServer, 'host' | 'port'>,
  name: string,
): Promise<void> {
  const question = questionFor(name);
  try {
    await queryDns({ ...PLAIN_QUERY, question }, { ...server, timeoutMs: VAIN_TIMEOUT_MS });
  } catch (error) {
    if (!(error instanceof NoReplyError)) throw error;
  }
}

const PLAIN_QUERY = {
  recursionDesired: true,
  edns: undefined,
  transport: 'udp',
  keepTruncated: false,
} as const;

function questionFor(name: string): MessageQuestion {
  return { name: parseName(name) ?? '', type: RecordType.A, class: RecordClass.IN };
}

function judge(expected: string, found: readonly string[]): LookupEnd {
  if (found.includes(expected)) return { kind: 'found' };
  const shown = found.length === 0 ? 'no address' : found.join(', ');
  return { kind: 'failed', reason: `${shown} instead of ${expected}` };
}
