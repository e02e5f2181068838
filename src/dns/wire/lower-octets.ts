/** Octets of names as they are compared (RFC 4343 §3): letters without case, every other octet as it is. */

/** By octet: the same in lower case. A length octet is at most 63 and so never a letter. */
export const LOWER = Uint8Array.from({ length: 256 }, (_, octet) =>
  octet >= 65 && octet <= 90 ? octet + 32 : octet,
);
