import dnsPacket from 'dns-packet';
import { describe, expect, it } from 'vitest';
import { formatFault } from '../../../src/dns/zone/zone-error.ts';
import { parse } from './zone-text.ts';

/** RDATA of one record of `text` = `TYPE rdata`. */
function rdata(text: string): Buffer {
  const { records, faults } = parse({ 'zones/example.zone': `x 60 IN ${text}` });
  expect(faults.map(formatFault)).toEqual([]);
  return Buffer.from(records[0]!.record.rdata);
}

const faults = (text: string): string[] =>
  parse({ 'zones/example.zone': `x 60 IN ${text}` }).faults.map((fault) => fault.reason);

interface Codec {
  decode(bytes: Buffer, offset: number): unknown;
}

/** What dns-packet, which shares no code with us, reads from our octets. */
function readBack(type: string, octets: Buffer): unknown {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(octets.length);
  const codec = (dnsPacket as unknown as { record(type: string): Codec }).record(type);
  return codec.decode(Buffer.concat([length, octets]), 0);
}

const SHA1 = '0123456789abcdef0123456789abcdef01234567';
const SHA256 = `${SHA1}0123456789abcdef01234567`;
const hex = (text: string): Buffer => Buffer.from(text, 'hex');

describe('RDATA read back by dns-packet', () => {
  const cases: [string, unknown][] = [
    ['A 192.0.2.1', '192.0.2.1'],
    ['AAAA 2001:db8::1', '2001:db8::1'],
    ['AAAA ::', '::'],
    ['AAAA 1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ['AAAA ::ffff:192.0.2.1', '::ffff:c000:201'],
    ['NS ns1', 'ns1.example'],
    ['CNAME other.test.', 'other.test'],
    ['PTR @', 'example'],
    ['DNAME other.test.', 'other.test'],
    ['MX 10 mail', { preference: 10, exchange: 'mail.example' }],
    ['SRV 1 2 8080 web', { priority: 1, weight: 2, port: 8080, target: 'web.example' }],
    ['TXT "a b" c', [Buffer.from('a b'), Buffer.from('c')]],
    ['HINFO PDP-11 "UNIX V7"', { cpu: 'PDP-11', os: 'UNIX V7' }],
    ['RP admin info', { mbox: 'admin.example', txt: 'info.example' }],
    [
      'SOA ns host\\.master 2024010101 1h 10m 1d 5',
      {
        mname: 'ns.example',
        rname: 'host\\.master.example',
        serial: 2024010101,
        refresh: 3600,
        retry: 600,
        expire: 86400,
        minimum: 5,
      },
    ],
    [
      'NAPTR 100 10 "S" "SIP+D2U" "!^.*$!sip:a@b!" _sip._udp',
      {
        order: 100,
        preference: 10,
        flags: 'S',
        services: 'SIP+D2U',
        regexp: '!^.*$!sip:a@b!',
        replacement: '_sip._udp.example',
      },
    ],
    [
      'CAA 128 issue "ca.test; x=y"',
      { flags: 128, issuerCritical: true, tag: 'issue', value: 'ca.test; x=y' },
    ],
    [
      `DS 60485 RSASHA1 1 ${SHA1}`,
      { keyTag: 60485, algorithm: 5, digestType: 1, digest: hex(SHA1) },
    ],
    ['DNSKEY 257 3 13 AQID BA==', { flags: 257, algorithm: 13, key: Buffer.from([1, 2, 3, 4]) }],
    [`SSHFP 4 2 ${SHA256}`, { algorithm: 4, hash: 2, fingerprint: SHA256.toUpperCase() }],
    [`TLSA 3 1 1 ${SHA256}`, { usage: 3, selector: 1, matchingType: 1, certificate: hex(SHA256) }],
    [
      'NSEC host A MX TYPE1234',
      { nextDomain: 'host.example', rrtypes: ['A', 'MX', 'UNKNOWN_1234'] },
    ],
    [
      'NSEC3 1 1 12 aabbccdd 2vptu5timamqttgl4luu9kg21e0aor3s A RRSIG',
      expect.objectContaining({ iterations: 12, salt: hex('aabbccdd'), rrtypes: ['A', 'RRSIG'] }),
    ],
    [
      'RRSIG A 5 3 86400 20030322173103 20030220173103 2642 example.com. AQID',
      {
        typeCovered: 'A',
        algorithm: 5,
        labels: 3,
        originalTTL: 86400,
        expiration: 1048354263,
        inception: 1045762263,
        keyTag: 2642,
        signersName: 'example.com',
        signature: Buffer.from([1, 2, 3]),
      },
    ],
  ];
  it.each(cases)('%s', (text, expected) => {
    const type = text.split(' ')[0] ?? '';
    expect(readBack(type, rdata(text))).toEqual(expected);
  });
});

describe('RDATA that dns-packet cannot read', () => {
  const cases: [string, string][] = [
    ['AFSDB 1 afs', '0001036166730765786 16d706c6500'],
    ['SPF "v=spf1"', '06763d73706631'],
    ['OPENPGPKEY AQID', '010203'],
    ['URI 10 1 "ftp://x/y"', '000a0001 6674703a2f2f782f79'],
    ['NSEC3PARAM 1 0 12 -', '01 00 000c 00'],
    ['NSEC3PARAM 1 0 12 AABB', '01 00 000c 02aabb'],
    // RFC 4648 §10: "foobar" is CPNMUOJ1E8.
    ['NSEC3 1 0 1 - CPNMUOJ1E8', '01 00 0001 00 06 666f6f626172'],
    ['CERT PGP 0 RSASHA256 AQID', '0003 0000 08 010203'],
    // RFC 3123 §5
    ['APL 1:192.168.32.0/21 !1:192.168.38.0/28', '00011503c0a820 00011c83c0a826'],
    ['APL 2:ff00:0:0:0:0:0:0:0/8', '00020801ff'],
    ['APL', ''],
    // RFC 4025 §3.1
    ['IPSECKEY 10 0 2 . AQID', '0a 00 02 010203'],
    ['IPSECKEY 10 1 2 192.0.2.38 AQID', '0a 01 02 c0000226 010203'],
    ['IPSECKEY 10 3 0 gw', '0a 03 00 026777076578616d706c6500'],
    ['DHCID AQID', '010203'],
    ['SMIMEA 3 0 0 AB', '030000ab'],
    ['CDS 0 0 0 00', '0000000000'],
    ['CDNSKEY 0 3 0 AA==', '0000030000'],
    // RFC 7477 §2.1
    ['CSYNC 66 3 A NS AAAA', '00000042 0003 000460000008'],
    [`ZONEMD 2018031500 1 2 ${'AB'.repeat(64)}`, `7848b78c 01 02 ${'ab'.repeat(64)}`],
    // RFC 7043 §3.2, §4.2
    ['EUI48 00-00-5e-00-53-2a', '00005e00532a'],
    ['EUI64 00-00-5E-EF-10-00-00-2A', '00005eef1000002a'],
    ['MB host', '04686f7374 07 6578616d706c65 00'],
    ['MG m', '016d 07 6578616d706c65 00'],
    ['MR m', '016d 07 6578616d706c65 00'],
    ['MINFO m x.', '016d 07 6578616d706c65 00 0178 00'],
    ['RT 10 r.', '000a 0172 00'],
    ['KX 10 k.', '000a 016b 00'],
    ['PX 10 a. b.', '000a 0161 00 0162 00'],
    // RFC 1876 §4
    ['LOC 42 21 54 N 71 06 18 W -24m 30m', '00 33 16 13 89172dd0 70be15f0 00988d20'],
    ['LOC 90 S 180 E 0m 1m 10000m 10m', '00 12 16 13 6cb02700 a69fb200 00989680'],
    // RFC 9460 Appendix D.1, D.2
    ['HTTPS 0 foo.example.com.', '0000 03666f6f076578616d706c6503636f6d00'],
    ['SVCB 1 .', '0001 00'],
    ['SVCB 16 foo.example.com. port=53', '0010 03666f6f076578616d706c6503636f6d00 0003 0002 0035'],
    [
      'SVCB 1 foo.example.com. key667=hello',
      '0001 03666f6f076578616d706c6503636f6d00 029b 0005 68656c6c6f',
    ],
    [
      'SVCB 1 foo.example.com. key667="hello\\210qoo"',
      '0001 03666f6f076578616d706c6503636f6d00 029b 0009 68656c6c6fd2716f6f',
    ],
    [
      'SVCB 1 foo.example.com. ( ipv6hint="2001:db8::1,2001:db8::53:1" )',
      '0001 03666f6f076578616d706c6503636f6d00 0006 0020 20010db8000000000000000000000001 20010db8000000000000000000530001',
    ],
    [
      'SVCB 16 foo.example.org. alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1',
      '0010 03666f6f076578616d706c65036f726700 0000 0004 00010004 0001 0009 02683205 68332d3139 0004 0004 c0000201',
    ],
    [
      'SVCB 16 foo.example.org. alpn="f\\\\\\\\oo\\\\,bar,h2"',
      '0010 03666f6f076578616d706c65036f726700 0001 000c 08665c6f6f2c626172 026832',
    ],
    [
      'HTTPS 1 . alpn=h2 no-default-alpn ech=AQID',
      '0001 00 0001 0003 026832 0002 0000 0005 0003 010203',
    ],
  ];
  it.each(cases)('%s', (text, expected) => {
    expect(rdata(text).toString('hex')).toBe(expected.replaceAll(' ', ''));
  });
});

describe('RDATA that is refused', () => {
  const cases: [string, string][] = [
    [`DS 1 13 2 ${SHA1}`, 'a digest of type 2 has 32 octets, not 20'],
    [`SSHFP 1 1 ${SHA256}`, 'a digest of type 1 has 20 octets, not 32'],
    ['TLSA 3 1 2 abcd', 'a digest of type 2 has 64 octets, not 2'],
    ['DNSKEY 256 2 13 AQID', 'the protocol of a DNSKEY is 3'],
    ['DNSKEY 256 3 13 A?', '"A?" is not Base64'],
    ['DNSKEY 256 3 NONE AQID', '"NONE" is not a number from 0 to 255'],
    ['CAA 0 is-sue "x"', '"is-sue" is not a CAA tag'],
    ['CAA 256 issue "x"', '"256" is not a number from 0 to 255'],
    [
      'APL 1:192.0.2.0/33',
      '"1:192.0.2.0/33" is not a prefix such as 1:192.0.2.0/24 or !2:2001:db8::/32',
    ],
    ['APL 3:x/1', '"3:x/1" is not a prefix such as 1:192.0.2.0/24 or !2:2001:db8::/32'],
    ['APL \\# 5 0001080201', 'the octets do not form data of APL'],
    ['IPSECKEY 10 0 2 gw AQID', '"gw" is a gateway, and kind 0 is none: "."'],
    ['IPSECKEY 10 4 2 . AQID', '"4" is not a number from 0 to 3'],
    ['IPSECKEY \\# 4 0a040201', 'the octets do not form data of IPSECKEY'],
    ['CERT BOGUS 0 0 AQID', '"BOGUS" is not a number from 0 to 65535'],
    [
      'EUI48 00:00:5e:00:53:2a',
      '"00:00:5e:00:53:2a" is not 6 pairs of hexadecimal digits with hyphens',
    ],
    ['ZONEMD 1 1 1 AB', 'a digest of type 1 has 48 octets, not 1'],
    ['CDS 1 13 2 AB', 'a digest of type 2 has 32 octets, not 1'],
    ['URI 1 1 ""', 'the target of a URI record is not empty'],
    ['HTTPS 0 . alpn=h2', 'priority 0 is an alias and takes no parameters'],
    ['HTTPS 1 . alpn=h2 alpn=h3', '"alpn=h3" sets a parameter for the second time'],
    ['HTTPS 1 . key65535=x', '"key65535=x" is no SVCB parameter'],
    ['HTTPS 1 . foo=x', '"foo=x" is no SVCB parameter'],
    ['HTTPS 1 . port=65536', '"port=65536" has no value that fits port'],
    ['HTTPS 1 . ipv4hint=1.2.3', '"ipv4hint=1.2.3" has no value that fits ipv4hint'],
    [
      'HTTPS 1 . no-default-alpn=x alpn=h2',
      '"no-default-alpn=x" has no value that fits no-default-alpn',
    ],
    ['HTTPS 1 . no-default-alpn', '"no-default-alpn" needs alpn'],
    ['HTTPS 1 . mandatory=port alpn=h2', '"mandatory" names port, which is not set'],
    ['HTTPS 1 . mandatory=mandatory', '"mandatory=mandatory" has no value that fits mandatory'],
    ['HTTPS 1 . alpn=', '"alpn=" has no value that fits alpn'],
    ['LOC 91 N 1 E 0m', '"91" does not fit in a latitude such as 52 22 23.000 N'],
    ['LOC 90 1 N 1 E 0m', '"N" follows a latitude of more than 90 degrees'],
    ['LOC 1 N 1 E deep', '"deep" does not fit as altitude in metres'],
    [
      'RRSIG A 5 3 1 20030231000000 20030220173103 1 . AQID',
      '"20030231000000" is not a date and time',
    ],
    ['NSEC . A FOO', '"FOO" is not a record type'],
    ['NSEC3PARAM 1 0 1 abc', '"abc" is neither - nor hexadecimal in pairs of digits'],
    ['NSEC \\# 4 00 00 00 00', 'the octets do not form data of NSEC'],
    ['SVCB \\# 11 000100 0003 0002 0035 0001', 'the octets do not form data of SVCB'],
    ['TXT \\# 0', 'the octets do not form data of TXT'],
    ['TXT \\# 2 0561', 'the octets do not form data of TXT'],
    ['LOC \\# 16 01121613 80000000 80000000 00989680', 'the octets do not form data of LOC'],
  ];
  it.each(cases)('%s', (text, expected) => {
    expect(faults(text)).toEqual([expected]);
  });
});
