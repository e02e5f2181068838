/** Messages for people: the columns and words of dig, and nothing that moves the cursor of a terminal. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatEdns } from '../../../src/dns/wire/format-edns.ts';
import { formatMessage, formatRcode } from '../../../src/dns/wire/format-message.ts';
import { Flag } from '../../../src/dns/wire/message.ts';
import type { EdnsOption } from '../../../src/dns/wire/question.ts';
import { readMessage } from '../../../src/dns/wire/read-message.ts';
import { MessageWriter, Section } from '../../../src/dns/wire/write-message.ts';
import { name, rr } from '../records.ts';

const option = (code: number, hex: string): EdnsOption => ({ code, data: Buffer.from(hex, 'hex') });

it('a reply with every section is what dig prints', () => {
  const writer = new MessageWriter();
  writer.begin(1232);
  writer.question({ name: name('web.service.consul'), type: 33, class: 1 });
  writer.record(Section.ANSWER, rr('web.service.consul. 0 IN SRV 1 1 8080 n1.node.dc1.consul.'));
  writer.record(Section.AUTHORITY, rr('consul. 5 IN NS ns.consul.'));
  writer.record(Section.ADDITIONAL, rr('n1.node.dc1.consul. 0 IN A 192.0.2.1'));
  writer.record(
    Section.ADDITIONAL,
    rr('a-name-that-is-too-long-for-its-column.consul. 100000 IN A 192.0.2.2'),
  );
  const options = [option(3, '6e31')];
  writer.edns({ payloadBytes: 1232, dnssecOk: true, extendedRcode: 0, options });
  const flags = Flag.RESPONSE | Flag.AUTHORITATIVE | Flag.RECURSION_DESIRED;
  expect(formatMessage(readMessage(writer.finish(4711, flags)))).toEqual([
    ';; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 4711',
    ';; flags: qr aa rd; QUERY: 1, ANSWER: 1, AUTHORITY: 1, ADDITIONAL: 3',
    '',
    ';; OPT PSEUDOSECTION:',
    '; EDNS: version: 0, flags: do; udp: 1232',
    '; NSID: 6e 31 ("n1")',
    ';; QUESTION SECTION:',
    ';web.service.consul.\t\tIN\tSRV',
    '',
    ';; ANSWER SECTION:',
    'web.service.consul.\t0\tIN\tSRV\t1 1 8080 n1.node.dc1.consul.',
    '',
    ';; AUTHORITY SECTION:',
    'consul.\t\t\t5\tIN\tNS\tns.consul.',
    '',
    ';; ADDITIONAL SECTION:',
    'n1.node.dc1.consul.\t0\tIN\tA\t192.0.2.1',
    'a-name-that-is-too-long-for-its-column.consul. 100000 IN A 192.0.2.2',
  ]);
});

it('a reply without question and OPT has its header only', () => {
  const writer = new MessageWriter();
  writer.begin(512);
  const bytes = writer.finish(1, Flag.RESPONSE | (3 << 11) | 11);
  expect(formatMessage(readMessage(bytes))).toEqual([
    ';; ->>HEADER<<- opcode: OPCODE3, status: RCODE11, id: 1',
    ';; flags: qr; QUERY: 0, ANSWER: 0, AUTHORITY: 0, ADDITIONAL: 0',
  ]);
});

it.each([
  [3, 'NXDOMAIN'],
  [16, 'BADVERS'],
  [23, 'BADCOOKIE'],
  [4095, 'RCODE4095'],
])('rcode %d is %s', (rcode, text) => expect(formatRcode(rcode)).toBe(text));

describe('an option', () => {
  const options: [code: number, hex: string, line: string][] = [
    [3, '6e31', '; NSID: 6e 31 ("n1")'],
    [3, '1b5b', '; NSID: 1b 5b (".[")'],
    [3, '', '; NSID:'],
    [8, '000110000a01', '; CLIENT-SUBNET: 10.1.0.0/16/0'],
    [8, '0001 18 10 0a0102', '; CLIENT-SUBNET: 10.1.2.0/24/16'],
    [8, '0002 20 00 20010db8', '; CLIENT-SUBNET: 2001:db8::/32/0'],
    [8, '0000 00 00', '; CLIENT-SUBNET: 0/0/0'],
    [8, '0001 10 00 0a', '; OPT=8: 00 01 10 00 0a (".....")'],
    [8, '0001 28 00 0a00000000', '; OPT=8: 00 01 28 00 0a 00 00 00 00 ("..(......")'],
    [8, '0003 00 00', '; OPT=8: 00 03 00 00 ("....")'],
    [10, '0102030405060708', '; COOKIE: 0102030405060708'],
    [10, '01', '; OPT=10: 01 (".")'],
    [11, '012c', '; TCP-KEEPALIVE: 30.0 secs'],
    [11, '', '; TCP-KEEPALIVE:'],
    [12, '0000', '; PADDING: (2 bytes)'],
    [15, '0016', '; EDE: 22 (No Reachable Authority)'],
    [15, '0016 6e6f6e65', '; EDE: 22 (No Reachable Authority): (none)'],
    [15, 'c350 c3bc1b', '; EDE: 50000: (ü.)'],
    [15, '00', '; OPT=15: 00 (".")'],
    [65001, 'beef', '; OPT=65001: be ef ("..")'],
    [65001, '', '; OPT=65001:'],
  ];
  it.each(options)('%d with %s', (code, hex, line) => {
    const edns = { version: 0, payloadBytes: 1232, dnssecOk: false };
    const shown = formatEdns({ ...edns, options: [option(code, hex.replaceAll(' ', ''))] });
    expect(shown).toEqual(['; EDNS: version: 0, flags:; udp: 1232', line]);
  });

  it('has no control characters, whatever its octets', () => {
    const edns = { version: 0, payloadBytes: 1232, dnssecOk: false };
    const codes = fc.constantFrom(3, 8, 10, 11, 12, 15, 65001);
    fc.assert(
      fc.property(codes, fc.uint8Array({ maxLength: 40 }), (code, data) => {
        const [, line] = formatEdns({ ...edns, options: [{ code, data }] });
        expect(line).toMatch(/^[^\p{Cc}]+$/u);
      }),
    );
  });
});
