/**
 * The gateway of an IPSECKEY (RFC 4025 §2.3), whose kind is told two octets before it: `1 2 192.0.2.38`.
 *
 *   | kind, 1 | algorithm, 1 | gateway: nothing (0, written "."), IPv4 (1), IPv6 (2), a name (3) |
 */
import { encodeInteger, type Field, ipv4, ipv6, name } from './fields.ts';

const NONE: Field = {
  parse(cursor) {
    const token = cursor.next('gateway');
    if (token.text !== '.') throw cursor.fault(token, 'is a gateway, and kind 0 is none: "."');
    return '';
  },
  measure: (_, at) => at,
};

const GATEWAYS: readonly Field[] = [NONE, ipv4('gateway'), ipv6('gateway'), name('gateway')];

export const ipsecGateway: Field = {
  parse(cursor) {
    const kind = cursor.integer('gateway type', GATEWAYS.length - 1);
    const algorithm = cursor.integer('algorithm', 255);
    const gateway = (GATEWAYS[kind] ?? NONE).parse(cursor);
    return encodeInteger(kind, 1) + encodeInteger(algorithm, 1) + gateway;
  },
  measure(rdata, at) {
    const gateway = GATEWAYS[rdata.charCodeAt(at)];
    return gateway === undefined || at + 2 > rdata.length ? -1 : gateway.measure(rdata, at + 2);
  },
};
