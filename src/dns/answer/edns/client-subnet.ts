/**
 * EDNS client subnet (RFC 7871): whom a resolver asks for, and for whom else the answer holds.
 *
 *   FAMILY (16) SOURCE PREFIX-LENGTH (8) SCOPE PREFIX-LENGTH (8) ADDRESS, cut to the prefix, padded with zero bits
 */
import type { Subnet } from '../../subnet.ts';
import type { Edns } from '../../wire/question.ts';
import { EdnsOptionCode } from '../../wire/types.ts';
import type { AskedOption } from './option.ts';

const SOURCE_AT = 2;
const SCOPE_AT = 3;
const ADDRESS_AT = 4;
/** By the number of the family: none, IPv4, IPv6. */
const FAMILY_BITS: readonly number[] = [0, 32, 128];

export const clientSubnet: AskedOption = {
  code: EdnsOptionCode.CLIENT_SUBNET,
  isWellFormed: isClientSubnet,
  answer(data, { reply }) {
    const sourceBits = data[SOURCE_AT] as number;
    // RFC 7871 §7.2.1: whoever asks for nobody in particular gets scope 0, which that of a query is already.
    if (reply.subnetScope === 0 || sourceBits === 0) return data;
    const answered = Uint8Array.from(data);
    answered[SCOPE_AT] = Math.min(reply.subnetScope, familyBits(data));
    return answered;
  },
};

/** The network that a query tells; undefined when it tells none, or wants none told (RFC 7871 §7.1.2). */
export function readClientSubnet(edns: Edns | undefined): Subnet | undefined {
  const data = edns?.options.find(({ code }) => code === EdnsOptionCode.CLIENT_SUBNET)?.data;
  const bits = data?.[SOURCE_AT] ?? 0;
  if (data === undefined || bits === 0) return undefined;
  const octets = new Uint8Array(familyBits(data) / 8);
  octets.set(data.subarray(ADDRESS_AT));
  return { octets, bits };
}

/** RFC 7871 §6, as it has to be in a query. */
function isClientSubnet(data: Uint8Array): boolean {
  if (data.length < ADDRESS_AT) return false;
  const bits = data[SOURCE_AT] as number;
  if (bits > familyBits(data) || data[SCOPE_AT] !== 0) return false;
  if (data.length !== ADDRESS_AT + Math.ceil(bits / 8)) return false;
  const spareBits = (8 - (bits % 8)) % 8;
  return ((data[data.length - 1] as number) & ((1 << spareBits) - 1)) === 0 || spareBits === 0;
}

/** RFC 7871 §7.1.2: a client that wants no subnet told may leave the family out. -1 for a family that is none. */
function familyBits(data: Uint8Array): number {
  const family = ((data[0] as number) << 8) | (data[1] as number);
  return FAMILY_BITS[family] ?? -1;
}
