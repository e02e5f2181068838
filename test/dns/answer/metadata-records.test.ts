/** Records that a service's metadata makes: TXT (`dns-txt-*`), and SVCB and HTTPS (`dns-alpn`, `dns-port`, …). */
import { describe, expect, it } from 'vitest';
import { formatRdata } from '../../../src/dns/wire/format-record.ts';
import { readMessage } from '../../../src/dns/wire/read-message.ts';
import { RecordType } from '../../../src/dns/wire/types.ts';
import { ask, clientOf, query, type ServerSetup, serve } from '../ask.ts';
import { instance, node } from '../catalog-rows.ts';

const NODE = node('n', '10.0.0.1');
const web = (meta: Record<string, string>, fields: Parameters<typeof instance>[2] = {}) =>
  instance('web', 'n', { port: 8443, meta, ...fields });

/** The answers to a question as text, and the owners of what is additional. */
async function seen(setup: ServerSetup, question: string) {
  const bytes = await serve(setup).responder.respond(
    query(question, { edns: 4096 }),
    clientOf({ transport: 'tcp' }),
  );
  const message = readMessage(bytes!);
  return {
    rcode: message.rcode,
    answers: message.answers.map(({ type, rdata }) => formatRdata(type, rdata)),
    additional: message.additional.map(({ type, rdata }) => formatRdata(type, rdata)),
    soa: message.authority.some(({ type }) => type === RecordType.SOA),
  };
}

describe('TXT', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['key and value', { 'dns-txt-version': '1.2' }, ['"version=1.2"']],
    ['quoted as RFC 1464 wants it', { 'dns-txt-a=b': 'c`d' }, ['"a`=b=c``d"']],
    ['a bare value', { 'dns-txt-rfc1035-x': 'v=spf1 -all' }, ['"v=spf1 -all"']],
    ['several', { 'dns-txt-a': '1', 'dns-txt-b': '2', other: '3' }, ['"a=1"', '"b=2"']],
    [
      'a long one in several strings',
      { 'dns-txt-a': 'x'.repeat(300) },
      [`"a=${'x'.repeat(253)}" "${'x'.repeat(47)}"`],
    ],
  ])('%s', async (_title, meta, expected) => {
    const { rcode, answers } = await seen({ rows: [NODE, web(meta)] }, 'TXT web.service.consul');
    expect([rcode, answers.sort()]).toEqual([0, expected]);
  });

  it('says once what several instances say', async () => {
    const rows = [
      NODE,
      web({ 'dns-txt-a': '1' }, { id: 'x' }),
      web({ 'dns-txt-a': '1' }, { id: 'y' }),
    ];
    expect((await seen({ rows }, 'TXT web.service.consul')).answers).toEqual(['"a=1"']);
  });

  it('is NODATA with the SOA where no instance has any, and goes with the instance', async () => {
    const rows = [
      NODE,
      web({ other: '1' }),
      web({ 'dns-txt-a': '1' }, { id: 'sick', status: 'critical' }),
    ];
    expect(await seen({ rows }, 'TXT web.service.consul')).toMatchObject({
      rcode: 0,
      answers: [],
      soa: true,
    });
  });
});

describe('HTTPS and SVCB', () => {
  it.each<[string, string, Record<string, string>, Parameters<typeof instance>[2], string]>([
    [
      "protocols; the port is the instance's",
      'HTTPS',
      { 'dns-alpn': 'h2,h3' },
      {},
      '1 n.node.dc1.consul. alpn="h2,h3" port=8443 ipv4hint=10.0.0.1',
    ],
    [
      'the port of HTTPS itself is not said',
      'HTTPS',
      { 'dns-alpn': 'h2' },
      { port: 443 },
      '1 n.node.dc1.consul. alpn="h2" ipv4hint=10.0.0.1',
    ],
    [
      'SVCB says any port',
      'SVCB',
      { 'dns-alpn': 'h2' },
      { port: 443 },
      '1 n.node.dc1.consul. alpn="h2" port=443 ipv4hint=10.0.0.1',
    ],
    [
      'a port of its own',
      'HTTPS',
      { 'dns-port': '9443' },
      {},
      '1 n.node.dc1.consul. port=9443 ipv4hint=10.0.0.1',
    ],
    [
      'priority and target',
      'SVCB',
      { 'dns-priority': '7', 'dns-target': 'cdn.example.org' },
      {},
      '7 cdn.example.org. port=8443',
    ],
    [
      "an address of the instance's own",
      'HTTPS',
      { 'dns-alpn': 'h2' },
      { address: '2001:db8::1' },
      '1 20010db8000000000000000000000001.addr.dc1.consul. alpn="h2" port=8443 ipv6hint=2001:db8::1',
    ],
    [
      'no default protocol',
      'HTTPS',
      { 'dns-alpn': 'h2', 'dns-no-default-alpn': 'true' },
      { port: 0 },
      '1 n.node.dc1.consul. alpn="h2" no-default-alpn ipv4hint=10.0.0.1',
    ],
    [
      'what is wrong is left out',
      'HTTPS',
      { 'dns-alpn': 'h2', 'dns-port': 'https', 'dns-priority': '0' },
      {},
      '1 n.node.dc1.consul. alpn="h2" port=8443 ipv4hint=10.0.0.1',
    ],
  ])('%s', async (_title, type, meta, fields, expected) => {
    const rows = [NODE, web(meta, fields)];
    const { rcode, answers } = await seen({ rows }, `${type} web.service.consul`);
    expect([rcode, answers]).toEqual([0, [expected]]);
  });

  it('bring the addresses of their targets', async () => {
    const rows = [NODE, web({ 'dns-alpn': 'h2' })];
    expect((await seen({ rows }, 'HTTPS web.service.consul')).additional).toEqual(['10.0.0.1']);
  });

  it.each(['HTTPS', 'SVCB'])('are NODATA without such metadata: %s', async (type) => {
    const rows = [NODE, web({ 'dns-txt-a': '1' })];
    const asked = await seen({ rows }, `${type} web.service.consul`);
    expect(asked).toMatchObject({ rcode: 0, answers: [], soa: true });
  });

  it('lead on through the alias that a service of host names is', async () => {
    const rows = [NODE, web({ 'dns-alpn': 'h2' }, { address: 'www.example.com' })];
    const asked = await seen({ rows }, 'HTTPS web.service.consul');
    expect(asked.answers).toEqual(['www.example.com.']);
  });

  it('are known by dig and the records are distinct', async () => {
    const twice = [web({ 'dns-alpn': 'h2' }, { id: 'a' }), web({ 'dns-alpn': 'h2' }, { id: 'b' })];
    const { answer } = await ask(serve({ rows: [NODE, ...twice] }), 'HTTPS web.service.consul');
    expect(answer).toHaveLength(1);
  });
});
