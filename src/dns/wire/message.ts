/**
 * A whole DNS message as values (RFC 1035 §4.1). `read-message.ts` makes one from bytes; replies of our own are
 * never built this way, they are written record by record.
 *
 *     0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15
 *   +-----------------------------------------------+
 *   |                      ID                       |
 *   |QR|   Opcode  |AA|TC|RD|RA| 0|AD|CD|   RCODE   |
 *   |           QDCOUNT     ANCOUNT …               |
 *   +-----------------------------------------------+
 */
import type { Name } from './name.ts';
import type { Edns } from './question.ts';
import type { ResourceRecord } from './record.ts';

export const HEADER_BYTES = 12;
/** The longest message: its length is two octets on a stream (RFC 1035 §4.2.2). */
export const MESSAGE_BYTES_MAX = 65_535;

/** Bits of the second header word. */
export const Flag = {
  RESPONSE: 0x8000,
  AUTHORITATIVE: 0x0400,
  TRUNCATED: 0x0200,
  RECURSION_DESIRED: 0x0100,
  RECURSION_AVAILABLE: 0x0080,
  AUTHENTIC_DATA: 0x0020,
  CHECKING_DISABLED: 0x0010,
} as const;

export interface MessageHeader {
  readonly id: number;
  readonly response: boolean;
  readonly opcode: number;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionDesired: boolean;
  readonly recursionAvailable: boolean;
  readonly authenticData: boolean;
  readonly checkingDisabled: boolean;
  /** The four bits of the header alone. */
  readonly rcode: number;
}

export interface MessageQuestion {
  readonly name: Name;
  readonly type: number;
  readonly class: number;
}

export interface Message {
  readonly header: MessageHeader;
  /** The whole rcode, its upper eight bits from the OPT record (RFC 6891 §6.1.3). */
  readonly rcode: number;
  readonly question: MessageQuestion | undefined;
  readonly answers: readonly ResourceRecord[];
  readonly authority: readonly ResourceRecord[];
  /** Without the OPT record. */
  readonly additional: readonly ResourceRecord[];
  readonly edns: Edns | undefined;
}

/** Reads the first two words of a header; the caller has seen that there are twelve octets. */
export function headerFrom(id: number, flags: number): MessageHeader {
  return {
    id,
    response: (flags & Flag.RESPONSE) !== 0,
    opcode: (flags >>> 11) & 15,
    authoritative: (flags & Flag.AUTHORITATIVE) !== 0,
    truncated: (flags & Flag.TRUNCATED) !== 0,
    recursionDesired: (flags & Flag.RECURSION_DESIRED) !== 0,
    recursionAvailable: (flags & Flag.RECURSION_AVAILABLE) !== 0,
    authenticData: (flags & Flag.AUTHENTIC_DATA) !== 0,
    checkingDisabled: (flags & Flag.CHECKING_DISABLED) !== 0,
    rcode: flags & 15,
  };
}
