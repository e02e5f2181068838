/** The value of the SVCB parameter `dohpath`. */

/** RFC 9461 §5: a relative URI template, in UTF-8, with the variable `dns`. `value` is octets. */
export function isDohPath(value: string): boolean {
  const text = Buffer.from(value, 'latin1').toString();
  return /^\/[^\s]*\{[?&]?[^}]*\bdns\b[^}]*\}/.test(text) && !text.includes('\ufffd');
}
