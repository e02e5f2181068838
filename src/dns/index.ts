export { EXPLAIN_ERROR_CODES, ExplainError, UnaskableError } from './answer/explain.ts';
export type { ExplainedAnswer, ExplainRequest } from './answer/explained.ts';
export type { DnsOptions } from './options.ts';
export { BindError } from './server/bind-error.ts';
export { DnsService, type DnsServiceOptions } from './server/dns-service.ts';
export type { Endpoint } from './server/open-transports.ts';
export type { DnsStats, EndpointStats } from './server/protocol.ts';
export { masked, parseAddress, parseSubnet } from './subnet.ts';
export type {
  CheckMark,
  TaggedAddress,
  ViewChange,
  ViewDelta,
  ViewInstance,
  ViewNode,
} from './view/delta.ts';
export { followView, type PublishedState } from './view/publish.ts';
// What a client of DNS needs to write questions, and to read and show replies.
export { formatMessage, formatRcode } from './wire/format-message.ts';
export { formatClass, formatRdata, parseClass } from './wire/format-record.ts';
export { encodeFrame, FrameReader } from './wire/frames.ts';
export { Flag, HEADER_BYTES, type Message, type MessageQuestion } from './wire/message.ts';
export { formatName, lowerName, type Name, parseName, ROOT } from './wire/name.ts';
export type { EdnsOption } from './wire/question.ts';
export { readMessage } from './wire/read-message.ts';
export type { ResourceRecord } from './wire/record.ts';
export { formatType, Opcode, parseType, Rcode, RecordClass, RecordType } from './wire/types.ts';
export { WireError } from './wire/wire-error.ts';
export { type EdnsReply, MessageWriter } from './wire/write-message.ts';
export { createRecordRules, type RecordRules } from './zone/record-rules.ts';
export { ZoneError, type ZoneFault } from './zone/zone-error.ts';
