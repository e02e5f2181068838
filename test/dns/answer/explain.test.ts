/** Why an answer is what it is: told from what the answering code noted, and from the reply itself. */
import { describe, expect, it } from 'vitest';
import { explain, UnaskableError } from '../../../src/dns/answer/explain.ts';
import type { ExplainRequest } from '../../../src/dns/answer/explained.ts';
import { type Server, type ServerSetup, serve } from '../ask.ts';
import { fleet, instance, node } from '../catalog-rows.ts';

const REQUEST: ExplainRequest = {
  name: 'web.service.consul',
  type: 'A',
  transport: 'udp',
  bufsize: 1232,
  client: '127.0.0.1',
};
const why = (server: Server, changes: Partial<ExplainRequest> = {}) =>
  explain(server.responder, { ...REQUEST, ...changes });

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
