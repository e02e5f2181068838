/**
 * A query as a datagram transport has it, and room for its reply: one value for all of them, filled anew for each, so
 * that neither receiving nor replying makes an object.
 */
import type { Client } from './question.ts';

export interface Datagram {
  /** Memory that many datagrams share; this one is from `start` to `end`, and is gone when the next is read. */
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** Made when it is asked for, and good for longer than the datagram. */
  readonly client: Client;
  /** Where the reply goes, from `replyStart` on: there is room for the longest that goes over UDP. */
  readonly reply: Uint8Array;
  readonly replyStart: number;
}

/** Octets of the reply that was written; 0 when there is to be none; a promise when somebody else has to be asked. */
export type RespondTo = (datagram: Datagram) => number | Promise<Uint8Array | undefined>;
