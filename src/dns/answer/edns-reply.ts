/**
 * The OPT record of a reply: there whenever the query had one, whatever the rcode (RFC 6891 §6.1.1). Of the
 * options of a query only the client subnet is answered; those not understood are ignored (§6.1.2).
 */
import { limits } from '../../runtime/index.ts';
import type { Edns, EdnsOption } from '../wire/question.ts';
import type { EdnsReply } from '../wire/write-message.ts';
import type { Explanation } from './outcome.ts';

const CLIENT_SUBNET = 8;
const EXTENDED_ERROR = 15;
const NO_OPTIONS: readonly EdnsOption[] = [];

/** `rcode` in full; its upper eight bits go into the OPT. */
export function ednsReply(
  edns: Edns,
  rcode: number,
  explanation: Explanation | undefined,
): EdnsReply {
  return {
    payloadBytes: limits.udpPayloadBytes.default,
    // RFC 3225 §3: DO is copied.
    dnssecOk: edns.dnssecOk,
    extendedRcode: rcode >>> 4,
    options: replyOptions(edns, explanation),
  };
}

function replyOptions(edns: Edns, explanation: Explanation | undefined): readonly EdnsOption[] {
  const subnet = edns.options.find(({ code }) => code === CLIENT_SUBNET);
  if (subnet === undefined && explanation === undefined) return NO_OPTIONS;
  const options: EdnsOption[] = [];
  // RFC 7871 §7.2.1: the answer is the same for every subnet, which scope 0 says. That of a query is 0 already.
  if (subnet !== undefined && isClientSubnet(subnet.data)) options.push(subnet);
  if (explanation !== undefined) options.push(encodeExplanation(explanation));
  return options;
}

/**
 * RFC 7871 §6: FAMILY (16) SOURCE PREFIX-LENGTH (8) SCOPE PREFIX-LENGTH (8) ADDRESS, cut to the prefix and padded
 * with zero bits.
 */
export function isClientSubnet(data: Uint8Array): boolean {
  if (data.length < 4) return false;
  const family = ((data[0] as number) << 8) | (data[1] as number);
  const bits = data[2] as number;
  const bitsMax = family === 1 ? 32 : family === 2 ? 128 : -1;
  if (bits > bitsMax || data[3] !== 0 || data.length !== 4 + Math.ceil(bits / 8)) return false;
  const spareBits = (8 - (bits % 8)) % 8;
  return ((data[data.length - 1] as number) & ((1 << spareBits) - 1)) === 0 || spareBits === 0;
}

/** Whether a query's options are what their definitions say, as far as they are looked at. */
export function areOptionsWellFormed(edns: Edns): boolean {
  return edns.options.every(({ code, data }) => code !== CLIENT_SUBNET || isClientSubnet(data));
}

/** RFC 8914 §2: INFO-CODE (16) EXTRA-TEXT. */
function encodeExplanation({ code, text }: Explanation): EdnsOption {
  const data = Buffer.alloc(2 + Buffer.byteLength(text));
  data.writeUInt16BE(code, 0);
  data.write(text, 2);
  return { code: EXTENDED_ERROR, data };
}
