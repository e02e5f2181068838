/**
 * Node metadata as TXT text: attribute=value of RFC 1464, as Consul writes it. A key that begins with `rfc1035-`
 * asks for its value alone.
 */

const BARE_PREFIX = /^rfc1035-/i;

/** `key=value` with the quoting of RFC 1464 §2, or the bare value. */
export function formatMeta(key: string, value: string): string {
  if (BARE_PREFIX.test(key)) return value;
  const quotedKey = key
    .replace(/[`=]/g, '`$&')
    .replace(/^[ ]+|[ ]+$/g, (spaces) => '` '.repeat(spaces.length));
  return `${quotedKey}=${value.replaceAll('`', '``')}`;
}
