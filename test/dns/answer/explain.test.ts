/** Why an answer is what it is: told from what the answering code noted, and from the reply itself. */
import { describe, expect, it } from 'vitest';
import { explain, formatReply, UnaskableError } from '../../../src/dns/answer/explain.ts';
import type { ExplainedAnswer, ExplainRequest } from '../../../src/dns/answer/explained.ts';
import { limits } from '../../../src/runtime/index.ts';
import { type Server, type ServerSetup, serve } from '../ask.ts';
import { fleet, instance, node } from '../catalog-rows.ts';

const REQUEST: ExplainRequest = {
  name: 'web.service.consul',
  type: 'A',
  transport: 'udp',
  bufsize: 1232,
  client: '127.0.0.1',
};
const why = async (
  server: Server,
  changes: Partial<ExplainRequest> = {},
): Promise<ExplainedAnswer> => {
  const parts = { responder: server.responder, pause: async () => {} };
  const { answer, message } = await explain(parts, { ...REQUEST, ...changes });
  return { ...answer, reply: formatReply(message) };
};

/** `id reason detail` of each instance. */
const verdicts = async (setup: ServerSetup, changes: Partial<ExplainRequest> = {}) =>
  (await why(serve(setup), changes)).instances
    .map(({ serviceId, reason, detail }) => `${serviceId} ${reason}: ${detail}`)
    .sort();

const NODE = node('n', '10.0.0.1');
const web = (id: string, fields: Parameters<typeof instance>[2] = {}) =>
  instance('web', 'n', { id, port: 80, address: `10.0.1.${id.length}`, ...fields });

describe('each instance is kept or dropped for a reason', () => {
  const rows = [NODE, node('sick', '10.0.0.2', { status: 'critical' })];
  it.each<[string, ServerSetup['rows'], Partial<ExplainRequest>, string[]]>([
    ['answered', [web('a')], {}, ['a answered: it is in the reply']],
    [
      'critical, by the check of the instance and by that of the node',
      [web('a', { status: 'critical', checkId: 'http' }), instance('web', 'sick', { id: 'b' })],
      {},
      ['a critical: check "http" is critical', 'b critical: check "serfHealth" is critical'],
    ],
    [
      'maintenance',
      [web('a', { status: 'critical', checkId: '_service_maintenance:a' })],
      {},
      ['a maintenance: in maintenance ("_service_maintenance:a")'],
    ],
    [
      'tag',
      [web('a', { tags: ['v1'] }), web('bb', { tags: ['v2'] })],
      { name: 'v1.web.service.consul' },
      ['a answered: it is in the reply', 'bb tag: it does not have the tag'],
    ],
    [
      'family',
      [web('a'), web('six', { address: '2001:db8::6' })],
      { type: 'AAAA' },
      ['a type: it has no AAAA record', 'six answered: it is in the reply'],
    ],
    [
      'duplicate',
      [web('a', { address: '10.0.1.9' }), web('b', { address: '10.0.1.9' })],
      {},
      ['a answered: it is in the reply', 'b duplicate: same record as "a" on n'],
    ],
    [
      'the node is missing',
      [instance('web', 'gone', { id: 'a' })],
      {},
      ['a no-node: its node is not in the catalog'],
    ],
    [
      'SRV',
      [web('a'), web('bb', { status: 'warning' })],
      { type: 'SRV' },
      ['a answered: it is in the reply', 'bb answered: it is in the reply'],
    ],
    [
      'TXT from metadata',
      [web('a', { meta: { 'dns-txt-v': '1' } }), web('bb')],
      { type: 'TXT' },
      ['a answered: it is in the reply', 'bb type: it has no TXT record'],
    ],
  ])('%s', async (_title, instances, changes, expected) => {
    expect(await verdicts({ rows: [...rows, ...(instances ?? [])] }, changes)).toEqual(expected);
  });

  it('warning, where only_passing is set', async () => {
    const rows = [NODE, web('a', { status: 'warning', checkId: 'disk' })];
    expect(await verdicts({ rows, answer: { onlyPassing: true } })).toEqual([
      'a warning: check "disk" is warning',
    ]);
  });

  it('limit, and the setting that it comes from', async () => {
    const rows = fleet('web', 5);
    const explained = await why(serve({ rows, answer: { aRecordLimit: 2 } }));
    const reasons = explained.instances.map(({ reason }) => reason);
    expect(reasons).toEqual(['answered', 'answered', 'limit', 'limit', 'limit']);
    expect(explained.notes).toContain('dns_config.a_record_limit lets 2 of 5 through');
  });

  it('size, with what there was room for', async () => {
    const explained = await why(serve({ rows: fleet('web', 100) }), { bufsize: undefined });
    const answered = explained.instances.filter(({ kept }) => kept);
    expect(explained).toMatchObject({ truncated: true, bytesMax: 512, rcode: 'NOERROR' });
    expect(explained.bytes).toBeLessThanOrEqual(512);
    expect(answered.length).toBeGreaterThan(20);
    expect(new Set(explained.instances.slice(answered.length).map(({ reason }) => reason))).toEqual(
      new Set(['size']),
    );
  });
});

describe('what is not so is not said', () => {
  const reasons = async (setup: ServerSetup, changes: Partial<ExplainRequest>) => {
    const { instances } = await why(serve(setup), changes);
    return instances.map(({ serviceId, reason }) => `${serviceId} ${reason}`).sort();
  };

  it('addresses are not host names: their octets have no letter case', async () => {
    const rows = [NODE, web('a', { address: '10.0.0.65' }), web('b', { address: '10.0.0.97' })];
    expect(await reasons({ rows }, {})).toEqual(['a answered', 'b answered']);
  });

  it('without TC, too, size is what there was no room for', async () => {
    const setup: ServerSetup = { rows: fleet('web', 100), answer: { truncate: false } };
    const { instances } = await why(serve(setup), { bufsize: undefined });
    expect(new Set(instances.map(({ reason }) => reason))).toEqual(new Set(['answered', 'size']));
  });

  it('a limit counts for what it left out, the size for the rest', async () => {
    const setup: ServerSetup = { rows: fleet('web', 100), answer: { aRecordLimit: 90 } };
    const { instances } = await why(serve(setup), { bufsize: undefined });
    const limited = instances.filter(({ reason }) => reason === 'limit').length;
    const cut = instances.filter(({ reason }) => reason === 'size').length;
    // As many are drawn as could fit at the very most, and one.
    expect([limited + cut, cut > 0]).toEqual([
      100 - instances.filter(({ kept }) => kept).length,
      true,
    ]);
  });

  it('a host name beside addresses is not the answer', async () => {
    const rows = [NODE, web('a'), web('host', { address: 'www.example.com' })];
    expect(await verdicts({ rows })).toEqual([
      'a answered: it is in the reply',
      'host type: others have addresses, which go before its host name',
    ]);
  });

  it('ANY is one family', async () => {
    const tagged = { lan_ipv6: { address: '2001:db8::1', port: 0 } };
    const rows = [NODE, web('a', { tagged }), web('six', { address: '2001:db8::2' })];
    expect(await reasons({ rows }, { type: 'ANY' })).toEqual(['a answered', 'six type']);
  });

  it('the TTL of an SOA is not that of the name servers', async () => {
    const answer = { nodeTtlSeconds: 5, soa: { minTtlSeconds: 60 } };
    const { ttl } = await why(serve({ rows: [NODE], answer }), { name: 'consul', type: 'SOA' });
    expect(ttl).toEqual({ seconds: 60, rule: 'dns_config.soa.min_ttl, or the zone file' });
  });

  it('a transfer is refused for what it is', async () => {
    const explained = await why(serve({ rows: [NODE] }), { name: 'consul', type: 'AXFR' });
    expect(explained).toMatchObject({
      outcome: 'not-implemented',
      why: 'zones are not transferred',
    });
  });

  it('of many instances some are listed, and the rest counted', async () => {
    const server = serve({ rows: fleet('web', 1500) });
    let pauses = 0;
    const pause = async () => {
      pauses += 1;
    };
    const parts = { responder: server.responder, pause };
    const { answer } = await explain(parts, REQUEST);
    expect(answer.instances).toHaveLength(limits.explainedInstances.default);
    expect(answer.instances[0]?.kept).toBe(true);
    expect(answer.notes.at(-1)).toMatch(
      /^500 more instances are not listed; of all 1500: .*\d+ answered/,
    );
    expect(pauses).toBe(15);
  });
});

describe('what is told of the whole', () => {
  const answer = { serviceTtlSeconds: { 'w*': 30 }, nodeTtlSeconds: 5 };

  it('names the parts of the name, the source, the TTL and its rule, and the reply', async () => {
    const server = serve({ rows: [NODE, web('a', { tags: ['v1'] })], answer });
    const explained = await why(server, { name: 'v1.Web.service.dc1.consul' });
    expect(explained).toMatchObject({
      name: 'v1.Web.service.dc1.consul.',
      parsed: { kind: 'service', service: 'web', tag: 'v1', domain: 'consul.' },
      source: 'catalog',
      outcome: 'answer',
      rcode: 'NOERROR',
      why: '1 of 1 instances may be answered',
      ttl: { seconds: 30, rule: 'dns_config.service_ttl["w*"]' },
      truncated: false,
      bytesMax: 1232,
    });
    expect(explained.reply.join('\n')).toMatch(
      /v1\.Web\.service\.dc1\.consul\.\s+30\s+IN\s+A\s+10\.0\.1\.1/,
    );
  });

  it.each<[string, Partial<ExplainRequest>, object]>([
    [
      'no such service',
      { name: 'no.service.consul' },
      { rcode: 'NXDOMAIN', why: 'no such service' },
    ],
    ['no such node', { name: 'no.node.consul' }, { rcode: 'NXDOMAIN', why: 'no such node' }],
    ['no such datacenter', { name: 'web.service.dc9.consul' }, { why: 'no such datacenter' }],
    [
      'outside of the zones',
      { name: 'example.com' },
      {
        rcode: 'REFUSED',
        source: 'none',
        parsed: undefined,
        why: 'not in a zone of this server, and no recursor is configured',
      },
    ],
    [
      'a node',
      { name: 'n.node.consul' },
      { source: 'catalog', ttl: { seconds: 5, rule: 'dns_config.node_ttl' }, instances: [] },
    ],
    ['a reverse name', { name: '1.0.0.10.in-addr.arpa', type: 'PTR' }, { source: 'reverse' }],
  ])('%s', async (_title, changes, expected) => {
    const server = serve({ rows: [NODE, web('a')], answer });
    expect(await why(server, changes)).toMatchObject(expected);
  });

  it('fail-open: why sick instances are answered', async () => {
    const rows = [NODE, web('a', { status: 'critical' }), web('bb')];
    const failOpen = { minHealthyPercent: 60, services: ['web'] };
    const explained = await why(serve({ rows, answer: { failOpen } }));
    expect(explained.why).toBe('fail-open: 1 of 2 instances healthy, all are answered');
    expect(explained.instances.map(({ kept, status }) => [kept, status])).toEqual([
      [true, 'critical'],
      [true, 'passing'],
    ]);
  });

  it('nearness: where the client is', async () => {
    const near = { east: ['10.0.0.0/8'] };
    const explained = await why(serve({ rows: [NODE, web('a')], answer: { near } }), {
      client: '10.9.9.9',
    });
    expect(explained.notes).toContain('the client is in east: instances there go first');
  });
});

it.each<[keyof ExplainRequest, string, string]>([
  ['name', 'a..b', '"a..b" is not a domain name'],
  ['type', 'BOGUS', '"BOGUS" is not a record type'],
  ['client', 'localhost', '"localhost" is not an IP address'],
])('what cannot be asked is refused, by its field: %s', async (field, value, message) => {
  const asked = why(serve(), { [field]: value });
  await expect(asked).rejects.toThrow(UnaskableError);
  await expect(asked).rejects.toMatchObject({ code: 'dns_unaskable', field, message });
});
