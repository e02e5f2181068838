/**
 * Octets as hexadecimal digits with the letters A–Z lowered first: a name that is compressed takes on the case of what
 * it points at (RFC 4343 §4.1), so names in RDATA are the same when this is.
 */
export function lowerHex(octets: Uint8Array): string {
  const text = Buffer.from(octets).toString('latin1');
  return Buffer.from(lowerText(text), 'latin1').toString('hex');
}

export function lowerText(text: string): string {
  return text.replace(/[A-Z]+/g, (run) => run.toLowerCase());
}
