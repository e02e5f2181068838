/**
 * A question as it goes to an upstream, and the rules by which bytes count as its reply (RFC 5452 §4, §9): ours
 * is a fresh message with a fresh id; nothing of the client's header or options is passed on but DO, AD and CD.
 */
import { randomInt } from 'node:crypto';
import { limits } from '../../runtime/index.ts';
import { Flag, HEADER_BYTES, type Message } from '../wire/message.ts';
import { lowerName } from '../wire/name.ts';
import { octetText } from '../wire/octet-text.ts';
import type { Question } from '../wire/question.ts';
import { readMessage } from '../wire/read-message.ts';
import { Opcode, Rcode } from '../wire/types.ts';
import { WireError } from '../wire/wire-error.ts';
import { MessageWriter } from '../wire/write-message.ts';

export interface UpstreamQuery {
  readonly id: number;
  readonly bytes: Uint8Array;
  /** What a reply has to repeat. */
  readonly question: Pick<Question, 'lowerName' | 'type' | 'class'>;
}

/** Writes queries; one for a forwarder, since it has a buffer. */
export class QueryWriter {
  readonly #writer = new MessageWriter();

  /** A new query for `asked`, under an id that nobody can guess. */
  write(asked: Question, { withEdns }: { readonly withEdns: boolean }): UpstreamQuery {
    const id = randomInt(65_536);
    const writer = this.#writer;
    writer.begin(HEADER_BYTES + 1024);
    writer.question(asked);
    if (withEdns) {
      writer.edns({
        payloadBytes: limits.udpPayloadBytes.default,
        dnssecOk: asked.edns?.dnssecOk ?? false,
        extendedRcode: 0,
        options: [],
      });
    }
    const flags =
      Flag.RECURSION_DESIRED |
      (asked.authenticData ? Flag.AUTHENTIC_DATA : 0) |
      (asked.checkingDisabled ? Flag.CHECKING_DISABLED : 0);
    return { id, bytes: writer.finish(id, flags), question: asked };
  }
}

/**
 * The reply that `bytes` are to `query`; undefined when they are somebody else's. It ends no wait that it cannot be read
 * (CVE-2023-28452: a forged message did).
 */
export function matchReply(
  bytes: Uint8Array,
  query: UpstreamQuery,
): Message | 'unreadable' | undefined {
  const { lowerName: asked, type, class: askedClass } = query.question;
  const nameEnd = HEADER_BYTES + asked.length;
  const questionEnd = nameEnd + 4;
  if (bytes.length < HEADER_BYTES) return undefined;
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const flags = header.getUint16(2);
  const isReply = (flags & Flag.RESPONSE) !== 0 && ((flags >>> 11) & 15) === Opcode.QUERY;
  if (header.getUint16(0) !== query.id || !isReply) return undefined;
  // Who cannot read a query may not repeat its question (RFC 1035 §4.1.1); nothing else in such a reply is believed.
  if (header.getUint16(4) === 0 && NOT_READ.has(flags & 15)) return read(bytes);
  if (header.getUint16(4) !== 1 || bytes.length < questionEnd) return undefined;
  // RFC 4343 §3: some upstreams answer in lower case whatever the client's spelling (0x20).
  if (lowerName(octetText(bytes, HEADER_BYTES, nameEnd)) !== asked) return undefined;
  if (header.getUint16(nameEnd) !== type || header.getUint16(nameEnd + 2) !== askedClass) {
    return undefined;
  }
  return read(bytes);
}

/** RFC 6891 §7: what servers say that do not know the OPT record. */
const NOT_READ = new Set<number>([Rcode.FORMERR, Rcode.NOTIMP]);

function read(bytes: Uint8Array): Message | 'unreadable' {
  try {
    return readMessage(bytes);
  } catch (error) {
    if (error instanceof WireError) return 'unreadable';
    throw error;
  }
}
