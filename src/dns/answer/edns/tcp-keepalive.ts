/** edns-tcp-keepalive (RFC 7828): how long an idle connection is kept. */
import { limits } from '../../../runtime/index.ts';
import { EdnsOptionCode } from '../../wire/types.ts';
import type { AskedOption } from './option.ts';

const UNIT_MS = 100;
const TIMEOUT = Math.min(Math.floor(limits.dnsConnectionIdleMs.default / UNIT_MS), 0xffff);
const DATA = Uint8Array.of(TIMEOUT >>> 8, TIMEOUT & 0xff);

export const tcpKeepalive: AskedOption = {
  code: EdnsOptionCode.TCP_KEEPALIVE,
  // RFC 7828 §3.2.1: a client sends no timeout; over UDP the option is ignored, whatever it holds.
  isWellFormed: ({ length }, { client }) => client.transport === 'udp' || length === 0,
  // RFC 7828 §3.3.2: in units of 100 ms, to a client that asked, and never over UDP.
  answer: (_data, { client }) => (client.transport === 'tcp' ? DATA : undefined),
};
