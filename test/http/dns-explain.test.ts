/** `/v1/dns/explain`: what reaches the DNS side, what is refused before, and how the explanation looks. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Explanation, ExplanationRequest } from '../../src/http/explanation.ts';
import { openApi, type TestApi } from './api.ts';

const EXPLANATION: Explanation = {
  name: 'web.service.consul.',
  type: 'SRV',
  client: '10.0.0.1',
  transport: 'udp',
  parsed: { kind: 'service', service: 'web', datacenter: 'dc1' },
  source: 'catalog',
  outcome: 'answer',
  rcode: 'NOERROR',
  why: '1 of 2 instances may be answered',
  notes: ['udp_answer_limit lets 1 of 2 through'],
  ttl: { seconds: 0, rule: 'dns_config.service_ttl' },
  instances: [
    {
      node: 'n1',
      serviceId: 'web-1',
      address: '192.0.2.1',
      port: 8080,
      status: 'critical',
      weight: 1,
      kept: false,
      reason: 'critical',
      detail: 'check "web:http" is critical',
    },
  ],
  truncated: false,
  bytes: 90,
  bytesMax: 1232,
  reply: [';; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 0'],
};

let asked: ExplanationRequest[];
let explanation: Explanation | Error;
let api: TestApi;
beforeEach(async () => {
  asked = [];
  explanation = EXPLANATION;
  api = await openApi({
    deps: {
      explainDns: async (request) => {
        asked.push(request);
        if (explanation instanceof Error) throw explanation;
        return explanation;
      },
    },
  });
  return () => api.close();
});

const explain = (query: string) =>
  api.get(`/v1/dns/explain?${query}`, { accept: 'application/problem+json, application/json' });

describe('a request', () => {
  const plain = { type: 'A', transport: 'udp', bufsize: 1232, client: '127.0.0.1' };
  const requests: [query: string, request: object][] = [
    ['name=web.service.consul', { ...plain, name: 'web.service.consul' }],
    ['name=web&type=srv', { ...plain, name: 'web', type: 'srv' }],
    ['name=web&bufsize=0', { ...plain, name: 'web', bufsize: undefined }],
    ['name=web&bufsize=512', { ...plain, name: 'web', bufsize: 512 }],
    ['name=web&bufsize=65535', { ...plain, name: 'web', bufsize: 65535 }],
    ['name=web&transport=TCP', { ...plain, name: 'web', transport: 'tcp' }],
    ['name=web&client=2001:db8::1', { ...plain, name: 'web', client: '2001:db8::1' }],
    ['name=web&dc=dc1', { ...plain, name: 'web' }],
    ['name=gr%C3%BCn%5C.x', { ...plain, name: 'grün\\.x' }],
  ];
  it.each(requests)('%s is passed on', async (query, request) => {
    expect((await explain(query)).statusCode).toBe(200);
    expect(asked).toEqual([request]);
  });

  const refused: [query: string, field: string, detail: string][] = [
    ['', 'name', 'Missing name'],
    ['name=web&bufsize=1', 'bufsize', '"1" is neither 0 nor a number from 512 to 65535'],
    ['name=web&bufsize=65536', 'bufsize', '"65536" is neither 0 nor a number from 512 to 65535'],
    ['name=web&bufsize=1e3', 'bufsize', '"1e3" is neither 0 nor a number from 512 to 65535'],
    ['name=web&client=here', 'client', '"here" is not an IP address'],
    ['name=web&transport=doh', 'transport', '"doh" is neither udp nor tcp'],
  ];
  it.each(refused)('%s is refused', async (query, field, detail) => {
    const reply = await explain(query);
    expect(reply.json()).toMatchObject({ status: 400, code: 'dns_unaskable', field, detail });
    expect(asked).toEqual([]);
  });

  it('for another datacenter is refused', async () => {
    expect((await explain('name=web&dc=dc9')).json()).toMatchObject({ code: 'datacenter_unknown' });
  });

  it('that no query can be made of is refused, naming the field', async () => {
    explanation = Object.assign(new Error('"X" is not a record type'), {
      code: 'dns_unaskable',
      field: 'type',
    });
    expect((await explain('name=web&type=X')).json()).toMatchObject({
      status: 400,
      code: 'dns_unaskable',
      field: 'type',
      detail: '"X" is not a record type',
    });
  });

  it('that fails tells nothing', async () => {
    explanation = new Error('secret');
    expect((await explain('name=web')).json()).toMatchObject({ code: 'internal_error' });
  });
});

describe('an explanation', () => {
  it('has keys in the way of the API', async () => {
    expect((await explain('name=web')).json()).toEqual({
      Name: 'web.service.consul.',
      Type: 'SRV',
      Client: '10.0.0.1',
      Transport: 'udp',
      Parsed: { Kind: 'service', Service: 'web', Datacenter: 'dc1' },
      Source: 'catalog',
      Outcome: 'answer',
      Rcode: 'NOERROR',
      Why: '1 of 2 instances may be answered',
      Notes: ['udp_answer_limit lets 1 of 2 through'],
      TTL: { Seconds: 0, Rule: 'dns_config.service_ttl' },
      Instances: [
        {
          Node: 'n1',
          ServiceID: 'web-1',
          Address: '192.0.2.1',
          Port: 8080,
          Status: 'critical',
          Weight: 1,
          Kept: false,
          Reason: 'critical',
          Detail: 'check "web:http" is critical',
        },
      ],
      Truncated: false,
      Bytes: 90,
      BytesMax: 1232,
      Reply: [';; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 0'],
    });
  });

  it('has null for what there is not', async () => {
    explanation = { ...EXPLANATION, parsed: undefined, ttl: undefined, instances: [], reply: [] };
    expect((await explain('name=web')).json()).toMatchObject({
      Parsed: null,
      TTL: null,
      Instances: [],
      Reply: [],
    });
  });
});
