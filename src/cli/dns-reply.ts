/** A DNS reply for scripts: its data alone, or as JSON. The whole text is `formatMessage`. */
import {
  formatClass,
  formatName,
  formatRcode,
  formatRdata,
  formatType,
  type Message,
  type ResourceRecord,
} from '../dns/index.ts';
import type { DnsServer } from './dns-exchange.ts';
import type { DnsReply } from './dns-query.ts';

/** RDATA of the answers, one a line. */
export function formatAnswers({ answers }: Message): string {
  return answers.map(({ type, rdata }) => `${formatRdata(type, rdata)}\n`).join('');
}

/** Names, types and data in presentation form; EDNS options as octets in hexadecimal. */
export function replyJson({ message, bytes, elapsedMs, transport }: DnsReply, server: DnsServer) {
  const { header, question, edns } = message;
  return {
    Rcode: formatRcode(message.rcode),
    ID: header.id,
    Authoritative: header.authoritative,
    Truncated: header.truncated,
    RecursionDesired: header.recursionDesired,
    RecursionAvailable: header.recursionAvailable,
    AuthenticData: header.authenticData,
    CheckingDisabled: header.checkingDisabled,
    EDNS:
      edns === undefined
        ? null
        : {
            Version: edns.version,
            PayloadBytes: edns.payloadBytes,
            DNSSECOK: edns.dnssecOk,
            Options: edns.options.map(({ code, data }) => ({
              Code: code,
              Data: Buffer.from(data).toString('hex'),
            })),
          },
    Question:
      question === undefined
        ? null
        : {
            Name: formatName(question.name),
            Type: formatType(question.type),
            Class: formatClass(question.class),
          },
    Answer: message.answers.map(recordJson),
    Authority: message.authority.map(recordJson),
    Additional: message.additional.map(recordJson),
    Server: server.host,
    Port: server.port,
    Transport: transport,
    Bytes: bytes,
    ElapsedMs: Math.round(elapsedMs * 1000) / 1000,
  };
}

function recordJson({ owner, type, class: recordClass, ttl, rdata }: ResourceRecord) {
  return {
    Name: formatName(owner),
    Type: formatType(type),
    Class: formatClass(recordClass),
    TTL: ttl,
    Data: formatRdata(type, rdata),
  };
}
