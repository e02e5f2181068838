/**
 * What was asked, as read from the wire by `read-question.ts`: plain values, the raw question kept so that a
 * reply can echo it octet by octet (0x20 clients).
 */
import type { Name } from './name.ts';

export interface EdnsOption {
  readonly code: number;
  readonly data: Uint8Array;
}

/** The OPT pseudo-record of a query, RFC 6891 §6.1. */
export interface Edns {
  readonly version: number;
  /** As the client sent it; values below 512 count as 512 (RFC 6891 §6.2.3). */
  readonly payloadBytes: number;
  /** The DO bit. */
  readonly dnssecOk: boolean;
  readonly options: readonly EdnsOption[];
}

export interface Question {
  readonly id: number;
  readonly opcode: number;
  readonly recursionDesired: boolean;
  readonly checkingDisabled: boolean;
  /** The AD bit: the client understands one in the reply (RFC 6840 §5.7). */
  readonly authenticData: boolean;
  /** As asked. */
  readonly name: Name;
  /** `name` in lower case: what look-ups use. */
  readonly lowerName: Name;
  readonly type: number;
  readonly class: number;
  /** Undefined when the query carried no OPT. */
  readonly edns: Edns | undefined;
}

export interface Client {
  readonly address: string;
  readonly port: number;
  readonly transport: 'udp' | 'tcp';
}
