/** The name server identifier (RFC 5001): which of several servers behind an address answered. */
import { EdnsOptionCode } from '../../wire/types.ts';
import type { AskedOption } from './option.ts';

export const nsid: AskedOption = {
  code: EdnsOptionCode.NSID,
  // RFC 5001 §2.1: a query's option is empty; what it holds nevertheless is ignored.
  isWellFormed: () => true,
  answer: (_data, { settings }) => (settings.nsid.length === 0 ? undefined : settings.nsid),
};

/** Octets of the setting: text, or `0x` and hexadecimal digits. */
export function encodeNsid(text: string): Uint8Array {
  const hex = /^0x((?:[0-9a-f]{2})+)$/i.exec(text)?.[1];
  return hex === undefined ? Buffer.from(text) : Buffer.from(hex, 'hex');
}
