/**
 * The OPT pseudo-record as it stands on the wire (RFC 6891 §6.1): CLASS is the payload size, TTL holds the
 * extended rcode, version and flags, RDATA the options. Knows nothing of what any option means.
 *
 *   TTL  | EXTENDED-RCODE (8) | VERSION (8) | DO (1) | Z (15) |
 *   RDATA: { OPTION-CODE (16) OPTION-LENGTH (16) OPTION-DATA }*
 */
import { limits } from '../../runtime/index.ts';
import type { Edns, EdnsOption } from './question.ts';

const NO_OPTIONS: readonly EdnsOption[] = [];

/** Undefined when the options do not fill `[start, end)` exactly. `ttl` is the raw 32-bit field. */
export function readEdns(
  bytes: Uint8Array,
  start: number,
  end: number,
  payloadBytes: number,
  ttl: number,
): Edns | undefined {
  const options = start === end ? NO_OPTIONS : readOptions(bytes, start, end);
  if (options === undefined) return undefined;
  return {
    version: (ttl >>> 16) & 0xff,
    payloadBytes,
    dnssecOk: (ttl & 0x8000) !== 0,
    options,
  };
}

function readOptions(bytes: Uint8Array, start: number, end: number): EdnsOption[] | undefined {
  const options: EdnsOption[] = [];
  let at = start;
  while (at < end) {
    if (at + 4 > end) return undefined;
    const code = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
    const length = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
    at += 4;
    if (at + length > end) return undefined;
    // A copy: the receive buffer is reused before a forwarded query is answered.
    if (options.length < limits.ednsOptions.default) {
      options.push({ code, data: copyOf(bytes, at, length) });
    }
    at += length;
  }
  return options;
}

/** Options are some octets: a call into the runtime would cost more than the loop. */
function copyOf(bytes: Uint8Array, start: number, length: number): Uint8Array {
  const copy = new Uint8Array(length);
  for (let at = 0; at < length; at++) copy[at] = bytes[start + at] as number;
  return copy;
}
