/** How long a reply may be, by transport and by what the client said it can take. */
import { limits } from '../../runtime/index.ts';
import { MESSAGE_BYTES_MAX } from '../wire/message.ts';
import type { Client, Edns } from '../wire/question.ts';

/** RFC 1035 §4.2.1, and the least that RFC 6891 §6.2.3 lets a client ask for. */
export const PLAIN_UDP_BYTES = 512;

/** An A record whose owner is a pointer: the smallest answer there is. */
const ANSWER_BYTES_MIN = 16;

/** Octets of the longest reply to `client`. */
export function replyBytesMax(client: Client, edns: Edns | undefined): number {
  if (client.transport === 'tcp') return MESSAGE_BYTES_MAX;
  if (edns === undefined) return PLAIN_UDP_BYTES;
  // RFC 6891 §6.2.5: the responder has its own limit too.
  return Math.min(Math.max(edns.payloadBytes, PLAIN_UDP_BYTES), limits.udpPayloadBytes.max);
}

/** One more than fit at best, so that whoever fills the reply still notices that something is left out. */
export function answersMax(client: Client, edns: Edns | undefined): number {
  return Math.floor(replyBytesMax(client, edns) / ANSWER_BYTES_MIN) + 1;
}

/** Whether the client speaks plain UDP of 512 octets, for which Consul has a limit of answers of its own. */
export function isPlainUdp(client: Client, edns: Edns | undefined): boolean {
  if (client.transport === 'tcp') return false;
  return edns === undefined || edns.payloadBytes <= PLAIN_UDP_BYTES;
}
