/**
 * Knot's kdig reads every kind of reply without a complaint, and finds in it what BIND's dig does: two decoders that
 * share no code say the same of our octets.
 */
import { describe, expect, it } from 'vitest';
import { kdig } from '../support/kdig.ts';
import { DB_COUNT, referenceAgent } from '../support/reference-agent.ts';

const agent = referenceAgent({
  config: { dns_config: { identity: 'one.example', version: 'rollcall', nsid: '0x6e31' } },
});

/** Both take liberties: hexadecimal in capitals or pieces, quotes around the values of service parameters. */
const plain = (record: string): string => {
  const whole = record.replace(/(?<=[0-9A-F]{8}) (?=[0-9A-F]+$)/g, '').toLowerCase();
  return /^\S+ \d+ in (https|svcb) /.test(whole) ? whole.replaceAll('"', '') : whole;
};

describe('kdig and dig read the same', () => {
  it.each([
    'web.service.consul A',
    'six.service.consul AAAA',
    'db.service.consul A +tcp',
    'db.service.consul SRV +tcp',
    'web.service.consul SRV',
    'described.service.consul SRV',
    'host.service.consul SRV',
    'own6.service.consul SRV',
    'long-node.service.consul SRV',
    'spaced.service.consul SRV',
    String.raw`stra\195\159e.service.consul SRV`,
    'host.service.consul A',
    'edge.service.consul HTTPS',
    'edge.service.consul SVCB',
    '_8443._https.edge.service.consul HTTPS',
    'described.service.consul TXT',
    'id.server TXT CH',
    'version.bind TXT CH',
    'db1.node.consul A',
    'described.node.consul TXT',
    'described.node.consul ANY',
    '0a000001.addr.consul A',
    '1.0.1.10.in-addr.arpa PTR',
    'consul SOA',
    'consul NS',
    'consul ANY',
    'chain.consul A',
    'chain.consul MX',
    'lost.consul A',
    'loop-a.consul A',
    'x.old.example.org A',
    'x.lab.consul A',
    'mail.consul MX',
    'text.consul TXT',
    '_ldap._tcp.consul SRV',
    'caa.consul CAA',
    'naptr.consul NAPTR',
    'https.consul HTTPS',
    'svcb.consul SVCB',
    'tlsa.consul TLSA',
    'hinfo.consul HINFO',
    'odd.consul TYPE65400',
    'empty.consul TYPE65401',
    String.raw`\000\255\.x.consul A`,
    'nosuch.service.consul A',
    'web.service.consul MX',
    'www.example.com A',
    'web.service.consul A CH',
  ])('%s', async (args) => {
    // Both over one transport: dig takes TCP for ANY by itself.
    const transport = args.endsWith('+tcp') ? '' : ' +notcp';
    const [ours, theirs] = await Promise.all([
      kdig(agent.dns, `${args} +edns${transport}`),
      agent.dig(`${args}${transport}`),
    ]);
    expect(ours.complaints, ours.text).toEqual([]);
    expect(ours.status).toBe(theirs.status);
    const records = [...theirs.answers, ...theirs.authority, ...theirs.additional];
    expect(ours.records.map(plain)).toEqual(records.map(plain).sort());
  });
});

describe('kdig reads without a complaint', () => {
  it.each([
    ['a format error', 'consul SOA +ednsopt=8:00', 'FORMERR'],
    ['another version of EDNS', 'consul SOA +edns=9', 'BADVERS'],
    ['a reply without OPT', 'consul SOA +noedns', 'NOERROR'],
    ['DO', 'consul SOA +dnssec', 'NOERROR'],
    ['a client subnet', 'web.service.consul A +subnet=192.0.2.0/24', 'NOERROR'],
    ['a client subnet of IPv6', 'web.service.consul A +subnet=2001:db8::/56', 'NOERROR'],
    ['an NSID', 'consul SOA +nsid', 'NOERROR'],
    ['a cookie', 'consul SOA +cookie', 'NOERROR'],
    ['a cookie over TCP', 'consul SOA +cookie +tcp', 'NOERROR'],
    ['a keepalive', 'consul SOA +ednsopt=11 +tcp', 'NOERROR'],
    ['padding', 'consul SOA +padding=64', 'NOERROR'],
    [
      'all options together',
      'consul SOA +nsid +cookie +subnet=192.0.2.0/24 +padding +dnssec +tcp',
      'NOERROR',
    ],
    ['an extended error', 'nosuch.service.consul A +edns', 'NXDOMAIN'],
  ])('%s: %s', async (_, args, status) => {
    const seen = await kdig(agent.dns, args);
    expect(seen.complaints, seen.text).toEqual([]);
    expect(seen.status).toBe(status);
  });

  it('and finds each option that was answered', async () => {
    const asked = '+nsid +cookie +subnet=192.0.2.0/24 +ednsopt=11 +tcp';
    const { edns, text } = await kdig(agent.dns, `nosuch.service.consul A ${asked}`);
    const names = edns.map((line) => /^;; ([^:]+)/.exec(line)?.[1]);
    expect(names, text).toEqual(
      expect.arrayContaining(['Version', 'NSID', 'COOKIE', 'CLIENT-SUBNET', 'EDE']),
    );
    expect(text).toMatch(/keepalive|Option \(11\)/i);
  });

  it.each(['A', 'SRV'])(
    'a truncated answer, whatever the size, and the whole one over TCP: %s',
    async (type) => {
      for (const size of [
        '+noedns',
        '+bufsize=512',
        '+bufsize=600',
        '+bufsize=1232',
        '+bufsize=4096',
      ]) {
        const cut = await kdig(agent.dns, `db.service.consul ${type} ${size} +ignore +notcp`);
        expect([size, cut.complaints, cut.status]).toEqual([size, [], 'NOERROR']);
      }
      const whole = await kdig(agent.dns, `db.service.consul ${type} +noedns`);
      expect(whole.complaints.filter((line) => !line.includes('retrying over TCP'))).toEqual([]);
      expect(whole.records.filter((line) => line.startsWith('db.service.'))).toHaveLength(DB_COUNT);
    },
  );

  it('an opcode and a transfer that are not implemented, but for the question that they lack', async () => {
    // What follows the header of an opcode that is not known cannot be read, so nothing of it comes back.
    const notify = await kdig(agent.dns, 'consul -t NOTIFY');
    expect(notify.complaints).toEqual([";; WARNING: response doesn't have question section"]);
    expect(notify.status).toBe('NOTIMPL');
    const transfer = await kdig(agent.dns, 'consul AXFR');
    expect(transfer.text).toContain("server replied with error 'NOTIMPL'");
  });
});
