/** Forms that a text in the configuration may have to keep to, and each in words for who got it wrong. */
import { parseSubnet } from '../dns/index.ts';

export interface TextForm {
  /** Follows "expected" in a message. */
  readonly expected: string;
  readonly matches: (text: string) => boolean;
}

export const SUBNET: TextForm = {
  expected: 'a subnet such as "10.1.0.0/16", without bits past its prefix',
  matches: (text) => parseSubnet(text) !== undefined,
};

export const SERVICE_PATTERN: TextForm = {
  expected: 'the name of a service, or prefix*',
  matches: (text) => /^[^*]+\*?$|^\*$/.test(text),
};

/** What fits into one character-string of a TXT record (RFC 1035 §3.3.14). */
const OCTETS_MAX = 255;

export const CHARACTER_STRING: TextForm = {
  expected: `at most ${OCTETS_MAX} octets`,
  matches: (text) => Buffer.byteLength(text) <= OCTETS_MAX,
};

export const OCTETS: TextForm = {
  expected: `at most ${OCTETS_MAX} octets, as text or as 0x and pairs of hexadecimal digits`,
  matches: (text) =>
    /^0x/i.test(text)
      ? /^0x([0-9a-f]{2})+$/i.test(text) && text.length <= 2 + 2 * OCTETS_MAX
      : Buffer.byteLength(text) <= OCTETS_MAX,
};

/** An empty one is none. */
export const UUID: TextForm = {
  expected: 'a UUID',
  matches: (text) => /^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$/i.test(text),
};

export const COOKIE_SECRET: TextForm = {
  expected: '32 hexadecimal digits',
  matches: (text) => /^[0-9a-f]{32}$/i.test(text),
};
