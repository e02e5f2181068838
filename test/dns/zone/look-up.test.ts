import { describe, expect, it } from 'vitest';
import { ask, name, show, zone } from './zone-text.ts';

// RFC 4592 §2.2.1, with addresses and a time to live.
const wildcards = zone(`$TTL 3600
example.                 SOA   ns.example.com. host 1 2 3 4 5
example.                 NS    ns.example.com.
example.                 NS    ns.example.net.
*.example.               TXT   "this is a wildcard"
*.example.               MX    10 host1.example.
sub.*.example.           TXT   "this is not a wildcard"
host1.example.           A     192.0.2.1
_ssh._tcp.host1.example. SRV   0 0 22 host1
_ssh._tcp.host2.example. SRV   0 0 22 host1
subdel.example.          NS    ns.example.com.
subdel.example.          NS    ns.example.net.
`);

describe('wildcards (RFC 4592 §2.2.1)', () => {
  const cases: [string, string][] = [
    ['host3.example. MX', 'answer host3.example. MX | additional host1.example. A'],
    ['host3.example. A', 'no-data'],
    ['foo.bar.example. TXT', 'answer foo.bar.example. TXT'],
    ['host1.example. MX', 'no-data'],
    ['sub.*.example. MX', 'no-data'],
    ['_telnet._tcp.host1.example. SRV', 'name-error'],
    ['host.subdel.example. A', 'referral subdel.example. NS, subdel.example. NS | additional '],
    ['ghost.*.example. MX', 'name-error'],
    ['*.example. MX', 'answer *.example. MX | additional host1.example. A'],
    // RFC 4592 §2.2.2: an empty non-terminal exists, so no wildcard applies.
    ['_tcp.host1.example. A', 'no-data'],
    ['_tcp.host2.example. TXT', 'no-data'],
    ['host2.example. TXT', 'no-data'],
    ['other.host2.example. TXT', 'name-error'],
    ['HOST3.Example. TXT', 'answer HOST3.Example. TXT'],
  ];
  it.each(cases)('%s', (question, expected) => {
    expect(ask(wildcards, question)).toBe(expected);
  });

  it('a wildcard CNAME leads on from the name that was asked', () => {
    const from = zone('$TTL 1\n@ SOA ns host 1 2 3 4 5\n@ NS ns.x.\n*.a CNAME b\nb A 192.0.2.1\n');
    expect(ask(from, 'q.a.example. A')).toBe('alias q.a.example. CNAME -> b.example.');
    expect(ask(from, 'q.a.example. CNAME')).toBe('answer q.a.example. CNAME');
  });
});

const delegations = zone(`$TTL 60
@            SOA    ns host 7 2 3 4 5
@            NS     ns
@            NS     ns.other.
ns           A      192.0.2.53
             AAAA   2001:db8::53
www          CNAME  web
web          A      192.0.2.1
web          A      192.0.2.2
web          TXT    "x"
mail         MX     10 web
mail         MX     20 gone
svc          HTTPS  1 . alpn=h2
svc          A      192.0.2.3
sub          NS     ns.sub
sub          NS     ns.other.
sub          DS     1 13 1 ${'00'.repeat(20)}
ns.sub       A      192.0.2.54
old          DNAME  new.test.
old          TXT    "at the owner"
a.b.c        A      192.0.2.4
`);

describe('the look-up of RFC 1034 §4.3.2', () => {
  const cases: [string, string][] = [
    ['web.example. A', 'answer web.example. A, web.example. A'],
    ['WEB.EXAMPLE. A', 'answer WEB.EXAMPLE. A, WEB.EXAMPLE. A'],
    ['web.example. AAAA', 'no-data'],
    ['gone.example. A', 'name-error'],
    ['c.example. A', 'no-data'],
    ['x.c.example. A', 'name-error'],
    ['www.example. A', 'alias www.example. CNAME -> web.example.'],
    ['www.example. MX', 'alias www.example. CNAME -> web.example.'],
    ['www.example. CNAME', 'answer www.example. CNAME'],
    // RFC 8482 §4.1: one RRset.
    ['web.example. ANY', 'answer web.example. A, web.example. A'],
    ['www.example. ANY', 'answer www.example. CNAME'],
    ['c.example. ANY', 'no-data'],
    [
      'mail.example. MX',
      'answer mail.example. MX, mail.example. MX | additional web.example. A, web.example. A',
    ],
    ['svc.example. HTTPS', 'answer svc.example. HTTPS | additional svc.example. A'],
    ['example. NS', 'answer example. NS, example. NS | additional ns.example. A, ns.example. AAAA'],
    [
      'example. SOA',
      'answer example. SOA | authority example. NS, example. NS | additional ns.example. A, ns.example. AAAA',
    ],
    ['example. A', 'no-data'],
    ['web.example. SOA', 'no-data'],
    ['sub.example. A', 'referral sub.example. NS, sub.example. NS | additional ns.sub.example. A'],
    ['sub.example. NS', 'referral sub.example. NS, sub.example. NS | additional ns.sub.example. A'],
    [
      'ns.sub.example. A',
      'referral sub.example. NS, sub.example. NS | additional ns.sub.example. A',
    ],
    [
      'gone.sub.example. A',
      'referral sub.example. NS, sub.example. NS | additional ns.sub.example. A',
    ],
    // RFC 4035 §3.1.4.1
    ['sub.example. DS', 'answer sub.example. DS'],
    [
      'x.sub.example. DS',
      'referral sub.example. NS, sub.example. NS | additional ns.sub.example. A',
    ],
    // RFC 6672 §3.1
    ['a.b.old.example. A', 'alias old.example. DNAME, a.b.old.example. CNAME -> a.b.new.test.'],
    ['A.Old.Example. A', 'alias old.example. DNAME, A.Old.Example. CNAME -> A.new.test.'],
    ['old.example. TXT', 'answer old.example. TXT'],
    ['old.example. DNAME', 'answer old.example. DNAME'],
    ['old.example. A', 'no-data'],
  ];
  it.each(cases)('%s', (question, expected) => {
    expect(ask(delegations, question)).toBe(expected);
  });

  it('overflows when a DNAME makes a name of more than 255 octets (RFC 6672 §2.2)', () => {
    const long = `${'x'.repeat(60)}.`;
    const from = zone(`$TTL 1\n@ SOA ns host 1 2 3 4 5\n@ NS ns.x.\nd DNAME ${long}${long}\n`);
    expect(ask(from, `${long}${long}d.example. A`)).toMatch(/^alias/);
    expect(ask(from, `${long}${long}${long}d.example. A`)).toBe('overflow');
  });

  it('a DNAME at the apex leads all names below it away, and the apex keeps its own', () => {
    const from = zone('$TTL 1\n@ SOA ns.x. host.x. 1 2 3 4 5\n@ NS ns.x.\n@ DNAME new.test.\n');
    expect(ask(from, 'w.example. A')).toBe('alias example. DNAME, w.example. CNAME -> w.new.test.');
    expect(ask(from, 'example. A')).toBe('no-data');
  });

  it('gives records of one RRset the lowest of their TTLs (RFC 2181 §5.2)', () => {
    const from = zone(
      '@ 9 SOA ns host 1 2 3 4 5\n@ NS ns.x.\na 30 A 192.0.2.1\na 20 A 192.0.2.2\n',
    );
    expect(from.nodes.get(name('a.example.'))?.get(1)?.map(show)).toEqual([
      'a.example. 20 A c0000201',
      'a.example. 20 A c0000202',
    ]);
  });

  it('answers from the root zone', () => {
    const from = zone('$ORIGIN .\n@ 60 SOA ns host 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n');
    expect(ask(from, 'ns. A')).toBe('answer ns. A');
    expect(ask(from, 'x. A')).toBe('name-error');
    expect(ask(from, '. NS')).toBe('answer . NS | additional ns. A');
  });
});
