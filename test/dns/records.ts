/** Records written as text: `rr('web.example.org. 60 IN A 192.0.2.1')`. */
import {
  encodeAddress,
  encodeMx,
  encodeNameRdata,
  encodeSoa,
  encodeSrv,
  encodeTxt,
} from '../../src/dns/wire/encode-rdata.ts';
import { type Name, parseName } from '../../src/dns/wire/name.ts';
import type { ResourceRecord } from '../../src/dns/wire/record.ts';
import { parseType, RecordClass, RecordType } from '../../src/dns/wire/types.ts';

export function name(text: string): Name {
  const parsed = parseName(text);
  if (parsed === undefined) throw new Error(`"${text}" is not a domain name`);
  return parsed;
}

export function rr(text: string): ResourceRecord {
  const [owner, ttl, recordClass, typeText, ...data] = text.split(' ') as [string, ...string[]];
  const type = parseType(typeText as string);
  if (recordClass !== 'IN' || type === undefined) throw new Error(`"${text}" is no record`);
  return {
    owner: name(owner),
    type,
    class: RecordClass.IN,
    ttl: Number(ttl),
    rdata: rdata(type, data),
  };
}

function rdata(type: number, data: readonly string[]): Uint8Array {
  const numbers = data.map(Number);
  const [first, second, third, fourth] = data as [string, string, string, string];
  switch (type) {
    case RecordType.A:
    case RecordType.AAAA:
      return encodeAddress(first)?.rdata ?? new Uint8Array();
    case RecordType.NS:
    case RecordType.CNAME:
    case RecordType.PTR:
    case RecordType.DNAME:
      return encodeNameRdata(name(first));
    case RecordType.MX:
      return encodeMx(numbers[0]!, name(second));
    case RecordType.SRV:
      return encodeSrv({
        priority: Number(first),
        weight: Number(second),
        port: Number(third),
        target: name(fourth),
      });
    case RecordType.TXT:
      return encodeTxt(data.join(' ')) ?? new Uint8Array();
    case RecordType.SOA:
      return encodeSoa({
        mname: name(first),
        rname: name(second),
        serial: numbers[2]!,
        refresh: numbers[3]!,
        retry: numbers[4]!,
        expire: numbers[5]!,
        minimum: numbers[6]!,
      });
    default:
      return Buffer.from(data.join(''), 'hex');
  }
}
