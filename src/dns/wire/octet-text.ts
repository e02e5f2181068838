/**
 * Between octets and strings of one char an octet (see `name.ts`). These are the methods behind
 * `Buffer.toString('latin1')`, called without its checks and on any Uint8Array: names are read a million times a second.
 */

type Latin1Slice = (this: Uint8Array, start: number, end: number) => string;

const latin1Slice = (Buffer.prototype as unknown as { readonly latin1Slice: Latin1Slice })
  .latin1Slice;

/** The octets `[start, end)`, which must lie inside `bytes`, as one char each. */
export function octetText(bytes: Uint8Array, start: number, end: number): string {
  return latin1Slice.call(bytes, start, end);
}

/** Two octets of a number in network order, modulo 65,536. */
export function wordText(value: number): string {
  return String.fromCharCode((value >>> 8) & 0xff, value & 0xff);
}

/** Four octets of a number, modulo 2^32. */
export function doubleWordText(value: number): string {
  return wordText(value >>> 16) + wordText(value);
}
