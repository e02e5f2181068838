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
  return datagramBytesMax(edns?.payloadBytes ?? 0);
}

/** Octets of the longest reply that goes in a datagram to a client which says it takes so many; 0 when it says nothing. */
export function datagramBytesMax(payloadBytes: number): number {
  // RFC 6891 §6.2.5: the responder has its own limit too.
  return Math.min(Math.max(payloadBytes, PLAIN_UDP_BYTES), limits.udpPayloadBytes.max);
}

/** One more than fit into a reply at best, so that whoever fills it still notices that something is left out. */
export function answersMax(replyBytes: number): number {
  return Math.floor(replyBytes / ANSWER_BYTES_MIN) + 1;
}

/** Whether the client speaks plain UDP of 512 octets, for which Consul has a limit of answers of its own. */
export function isPlainUdp(client: Client, edns: Edns | undefined): boolean {
  if (client.transport === 'tcp') return false;
  return isPlainSize(edns?.payloadBytes ?? 0);
}

/** Whether so many octets, or 0 for a client that says nothing, are what plain UDP has room for. */
export function isPlainSize(payloadBytes: number): boolean {
  return payloadBytes <= PLAIN_UDP_BYTES;
}
