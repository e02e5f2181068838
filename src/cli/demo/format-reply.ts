/** A DNS reply in one line, for a demonstration. */
import { formatName, formatRcode, formatRdata, RecordType } from '../../dns/index.ts';
import type { DnsReply } from '../dns-query.ts';

/** The rcode, then the answers or, without any, whose SOA says so. */
export function formatReply({ message: { rcode, answers, authority } }: DnsReply): string {
  const records = answers.map(({ type, rdata }) => formatRdata(type, rdata));
  const denials = authority
    .filter(({ type }) => type === RecordType.SOA)
    .map(({ owner }) => `SOA of ${formatName(owner)}`);
  return [formatRcode(rcode), ...records, ...denials].join(' ');
}
