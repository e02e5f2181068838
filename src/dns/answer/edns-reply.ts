/**
 * The OPT record of a reply: there whenever the query had one, whatever the rcode (RFC 6891 §6.1.1). The options
 * that were asked for are answered by the files in `edns/`; here they are put together.
 */
import { limits } from '../../runtime/index.ts';
import type { Edns, EdnsOption } from '../wire/question.ts';
import type { EdnsReply } from '../wire/write-message.ts';
import { type AskedOptions, answerOptions } from './edns/asked-options.ts';
import type { Reply } from './respond.ts';

const NO_OPTIONS: readonly EdnsOption[] = [];

/** Without the explanation, for which there is room or not once the sections are written. */
export function ednsReply(edns: Edns, asked: AskedOptions | undefined, reply: Reply): EdnsReply {
  return {
    payloadBytes: limits.udpPayloadBytes.default,
    // RFC 3225 §3: DO is copied.
    dnssecOk: edns.dnssecOk,
    // The upper eight bits; the others are in the header.
    extendedRcode: reply.rcode >>> 4,
    options: asked === undefined ? NO_OPTIONS : answerOptions(asked, reply),
  };
}
