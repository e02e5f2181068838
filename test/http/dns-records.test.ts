/** `/v1/dns/records`: what is written, read, refused and waited for, over the rules of the DNS side. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createRecordRules, formatName, formatType } from '../../src/dns/index.ts';
import type { RecordVerdict } from '../../src/dns/zone/stored-verdict.ts';
import { openApi, type TestApi } from './api.ts';
import { indexOf, shown } from './replies.ts';

const PATH = '/v1/dns/records';
const WWW = `${PATH}/example.org/www/A`;
const one = { TTL: 300, Records: ['192.0.2.1'] };

/** What the zones say to every RRset. */
let verdict: RecordVerdict;
let api: TestApi;
beforeEach(async () => {
  verdict = { hasFile: true, conflict: undefined };
  api = await openApi({ deps: { recordRules: createRecordRules(async () => verdict) } });
  return () => api.close();
});

describe('a PUT', () => {
  it('is answered true, and read back in the canonical form', async () => {
    const written = await api.put(`${PATH}/Example.ORG./WWW/mx`, {
      Records: ['10 mail', '10 mail'],
    });
    expect(shown(written)).toEqual([200, 'true']);
    const read = await api.get(`${PATH}/example.org/www/MX`);
    const index = indexOf(read);
    expect(read.json()).toEqual({
      Zone: 'example.org.',
      Name: 'www',
      Type: 'MX',
      TTL: 0,
      Records: ['10 mail.example.org.'],
      CreateIndex: index,
      ModifyIndex: index,
    });
  });

  it('takes back what a GET answered, and then changes nothing', async () => {
    await api.put(WWW, one);
    const read = await api.get(WWW);
    expect((await api.put(WWW, read.body)).body).toBe('true');
    expect(indexOf(await api.get(WWW))).toBe(indexOf(read));
  });

  it('reads the keys of its body in any case', async () => {
    await api.put(WWW, '{"ttl": 60, "records": ["192.0.2.7"]}');
    expect((await api.get(WWW)).json()).toMatchObject({ TTL: 60, Records: ['192.0.2.7'] });
  });

  it('with cas writes at that index only', async () => {
    expect((await api.put(`${WWW}?cas=0`, one)).body).toBe('true');
    expect((await api.put(`${WWW}?cas=0`, { Records: ['192.0.2.2'] })).body).toBe('false');
    const index = indexOf(await api.get(WWW));
    expect((await api.put(`${WWW}?cas=${index + 1}`, { Records: ['192.0.2.2'] })).body).toBe(
      'false',
    );
    expect((await api.get(WWW)).json()).toMatchObject({ Records: ['192.0.2.1'] });
    expect((await api.put(`${WWW}?cas=${index}`, { Records: ['192.0.2.2'] })).body).toBe('true');
    expect((await api.get(WWW)).json()).toMatchObject({ Records: ['192.0.2.2'] });
  });

  const paths: [path: string, zone: string, name: string, type: string][] = [
    ['example.org/%40/TXT', 'example.org.', '@', 'TXT'],
    ['example.org/@/TXT', 'example.org.', '@', 'TXT'],
    ['example.org/*/TXT', 'example.org.', '*', 'TXT'],
    ['2.0.192.in-addr.arpa/0%2F25/TXT/', '2.0.192.in-addr.arpa.', '0/25', 'TXT'],
    ['example.org/www.example.org./TXT', 'example.org.', 'www', 'TXT'],
    ['example.org/a%5C.b/TXT', 'example.org.', 'a\\.b', 'TXT'],
    ['example.org/gr%5C195%5C188n/TYPE16', 'example.org.', 'gr\\195\\188n', 'TXT'],
    ['@/com/TXT', '.', 'com', 'TXT'],
    ['%40/@/TXT', '.', '@', 'TXT'],
    ['@/a.b./TXT', '.', 'a.b', 'TXT'],
  ];
  it.each(paths)('of %s is about %s, %s and %s', async (path, zone, name, type) => {
    expect((await api.put(`${PATH}/${path}`, { Records: ['x'] })).body).toBe('true');
    expect((await api.get(`${PATH}/${path}`)).json()).toMatchObject({
      Zone: zone,
      Name: name,
      Type: type,
    });
  });
});

describe('the SOA of a zone', () => {
  it('is judged between the writes of all zones, never beside one', async () => {
    const judged: string[] = [];
    const goOn: (() => void)[] = [];
    const recordRules = createRecordRules(({ owner, type }) => {
      judged.push(`${formatName(owner)} ${formatType(type)}`);
      return new Promise((resolve) => goOn.push(() => resolve(verdict)));
    });
    const held = await openApi({ deps: { recordRules } });
    const soa = { Records: ['ns host 1 1 1 1 1'] };
    const writes = [
      held.put(WWW, one),
      held.put(`${PATH}/www.example.org/@/SOA`, soa),
      held.put(`${PATH}/example.net/a/A`, one),
    ];
    const order = ['www.example.org. A', 'www.example.org. SOA', 'a.example.net. A'];
    for (const [at] of order.entries()) {
      await vi.waitFor(() => expect(judged).toHaveLength(at + 1));
      // Whoever does not wait has had the time of a whole request.
      await held.get(`${PATH}/`);
      expect(judged).toEqual(order.slice(0, at + 1));
      goOn[at]?.();
    }
    for (const write of writes) expect((await write).body).toBe('true');
    await held.close();
  });
});

describe('a request that is refused', () => {
  const refused: [
    method: 'put' | 'get' | 'delete',
    path: string,
    body: unknown,
    status: number,
    code: string,
    field: string | undefined,
    detail: string,
  ][] = [
    [
      'put',
      'example.org/www/A',
      { Records: ['192.0.2.1', '300.0.0.1'] },
      400,
      'dns_record_invalid',
      'Records[1]',
      '"300.0.0.1" is not an IPv4 address',
    ],
    [
      'put',
      'example.org/www/A',
      { Records: [] },
      400,
      'dns_record_invalid',
      'Records',
      'an RRset has at least one record',
    ],
    [
      'put',
      'example.org/www/A',
      '',
      400,
      'request_decode_failed',
      undefined,
      'Request decode failed: EOF',
    ],
    [
      'put',
      'example.org/www/A',
      { Recrods: [] },
      400,
      'request_decode_failed',
      'Recrods',
      'Request decode failed: json: unknown field "Recrods"',
    ],
    [
      'put',
      'example.org/www/A',
      { TTL: '5m', Records: [] },
      400,
      'request_decode_failed',
      'TTL',
      'Request decode failed: json: cannot unmarshal string into Go struct field .TTL of type int',
    ],
    [
      'put',
      'example.org/www/A',
      { ...one, TTL: -1 },
      400,
      'dns_record_invalid',
      'TTL',
      '-1 is not a number from 0 to 2147483647',
    ],
    [
      'put',
      'example.org/www/A',
      { ...one, TTL: 2 ** 31 },
      400,
      'dns_record_invalid',
      'TTL',
      '2147483648 is not a number from 0 to 2147483647',
    ],
    ['put', 'example.org/www/A?cas=x', one, 400, 'cas_invalid', 'cas', '"x" is not an index'],
    ['put', 'example.org/www/A?cas', one, 400, 'cas_invalid', 'cas', '"" is not an index'],
    [
      'put',
      'example.org/www/A?dc=dc9',
      one,
      500,
      'datacenter_unknown',
      'dc',
      'No path to datacenter',
    ],
    [
      'put',
      'example.org/www/ANY',
      one,
      400,
      'dns_record_invalid',
      'type',
      'ANY is not a type of data',
    ],
    [
      'put',
      'example.org/www/RRSIG',
      one,
      400,
      'dns_record_invalid',
      'type',
      'RRSIG records are made by signing a zone',
    ],
    [
      'put',
      'example.org/gr%C3%BCn/TXT',
      one,
      400,
      'dns_record_invalid',
      'name',
      '"grün" is not ASCII; write "xn--grn-ioa" (RFC 5890), or its octets as \\DDD',
    ],
    [
      'get',
      'gr%C3%BCn.example',
      undefined,
      400,
      'dns_record_invalid',
      'zone',
      '"grün.example" is not ASCII; write "xn--grn-ioa.example" (RFC 5890), or its octets as \\DDD',
    ],
    [
      'put',
      'example.org/a%00b/TXT',
      one,
      400,
      'path_unprintable',
      'path',
      'the path is not printable UTF-8 text; such octets of a name are written \\DDD',
    ],
    [
      'put',
      'example.org/a%FFb/TXT',
      one,
      400,
      'url_malformed',
      'path',
      'the path is not printable UTF-8 text; such octets of a name are written \\DDD',
    ],
    [
      'put',
      'example.org/www/CNAME',
      { Records: ['WWW'] },
      400,
      'dns_record_invalid',
      'Records[0]',
      'the CNAME of "www.example.org." names itself',
    ],
    [
      'put',
      'example.org/@/DS',
      { Records: ['1 8 9 00'] },
      400,
      'dns_record_invalid',
      'name',
      'a DS at the apex "example.org." belongs to the zone above (RFC 4035 §2.4)',
    ],
    [
      'put',
      'example.org/www/B',
      one,
      400,
      'dns_record_invalid',
      'type',
      '"B" is not a record type',
    ],
    [
      'put',
      'example.org/www.example.com./A',
      one,
      400,
      'dns_record_invalid',
      'name',
      '"www.example.com." is outside the zone "example.org."',
    ],
    [
      'put',
      'example..org/www/A',
      one,
      400,
      'dns_record_invalid',
      'zone',
      '"example..org" is not a domain name',
    ],
    ['put', 'example.org/www', one, 400, 'dns_record_invalid', 'type', 'Missing type'],
    ['put', 'example.org', one, 400, 'dns_record_invalid', 'name', 'Missing name'],
    ['put', '', one, 400, 'dns_record_invalid', 'zone', 'Missing zone'],
    [
      'put',
      'example.org/www/A/x',
      one,
      400,
      'dns_record_invalid',
      'path',
      'the path is not /v1/dns/records/<zone>/<name>/<type>',
    ],
    [
      'get',
      'example.org/www/A',
      undefined,
      404,
      'dns_record_unknown',
      undefined,
      'no A records of "www" in "example.org."',
    ],
    ['get', 'example.org/www/A?index=x', undefined, 400, 'index_invalid', 'index', 'Invalid index'],
    ['delete', 'example.org/www', undefined, 400, 'dns_record_invalid', 'type', 'Missing type'],
    [
      'delete',
      'example.org/www/A?cas=-1',
      undefined,
      400,
      'cas_invalid',
      'cas',
      '"-1" is not an index',
    ],
  ];
  it.each(refused)('%s %s %j: %i %s', async (method, path, body, status, code, field, detail) => {
    const url = `${PATH}/${path}`;
    const accept = { accept: 'application/problem+json' };
    const reply =
      method === 'put' ? await api.put(url, body, accept) : await api[method](url, accept);
    expect(reply.json()).toMatchObject({ status, code, detail });
    expect(reply.json().field).toBe(field);
    expect(reply.statusCode).toBe(status);
    expect(api.state.tables.dns_records.size).toBe(0);
  });

  it('leaves what is in service', async () => {
    await api.put(WWW, one);
    expect((await api.put(WWW, { Records: ['300.0.0.1'] })).statusCode).toBe(400);
    expect((await api.get(WWW)).json()).toMatchObject({ Records: ['192.0.2.1'] });
  });

  it('for what the zone says to it is 409, with the reason', async () => {
    const reason = '"www.example.org." is in the zone "www.example.org.", not in "example.org."';
    verdict = { hasFile: true, conflict: { field: 'zone', reason } };
    for (const method of ['put', 'delete'] as const) {
      const accept = { accept: 'application/problem+json' };
      const reply = await (method === 'put' ? api.put(WWW, one, accept) : api.delete(WWW, accept));
      expect([reply.statusCode, reply.json()]).toMatchObject([
        409,
        { code: 'dns_record_conflict', field: 'zone', detail: reason },
      ]);
    }
  });

  it('for another RRset of its name is 409', async () => {
    await api.put(WWW, one);
    const reply = await api.put(`${PATH}/example.org/www/CNAME`, { Records: ['mail'] });
    expect(shown(reply)).toEqual([409, '"www" has A records and so no CNAME (RFC 2181 §10.1)']);
  });

  it('for a zone that nobody serves is 404, until its SOA is written', async () => {
    verdict = { hasFile: false, conflict: undefined };
    const unknown = await api.put(WWW, one);
    expect(shown(unknown)).toEqual([404, 'the zone "example.org." is not served here']);
    const soa = { TTL: 60, Records: ['ns host 1 1h 10m 1d 60'] };
    expect((await api.put(`${PATH}/example.org/@/SOA`, soa)).body).toBe('true');
    expect((await api.put(WWW, one)).body).toBe('true');
    const held = await api.delete(`${PATH}/example.org/@/SOA`);
    expect(shown(held)).toEqual([
      409,
      'the zone "example.org." has other records: they go before its SOA',
    ]);
  });

  it('for its method names those that there are', async () => {
    const reply = await api.app.fastify.inject({ method: 'POST', url: WWW });
    expect([reply.statusCode, reply.headers.allow]).toEqual([405, 'OPTIONS,GET,PUT,DELETE']);
  });
});

describe('a DELETE', () => {
  it('is answered true, again and again', async () => {
    await api.put(WWW, one);
    expect((await api.delete(WWW)).body).toBe('true');
    expect((await api.get(WWW)).statusCode).toBe(404);
    expect((await api.delete(WWW)).body).toBe('true');
  });

  it('with cas removes at that index only', async () => {
    await api.put(WWW, one);
    const index = indexOf(await api.get(WWW));
    expect((await api.delete(`${WWW}?cas=0`)).body).toBe('false');
    expect((await api.delete(`${WWW}?cas=${index - 1}`)).body).toBe('false');
    expect((await api.delete(`${WWW}?cas=${index}`)).body).toBe('true');
    expect((await api.get(WWW)).statusCode).toBe(404);
  });
});

describe('a list', () => {
  const keys = async (path: string) => {
    const reply = await api.get(`${PATH}${path}`);
    return (reply.json() as { Zone: string; Name: string; Type: string }[]).map(
      ({ Zone, Name, Type }) => `${Name} ${Zone} ${Type}`,
    );
  };

  it('is of a name, of a zone, or of all', async () => {
    for (const path of ['b.test/www/A', 'a.test/www/TXT', 'a.test/www/A', 'a.test/@/A']) {
      const Records = [path.endsWith('A') ? '192.0.2.1' : 'x'];
      expect((await api.put(`${PATH}/${path}`, { Records })).body).toBe('true');
    }
    expect(await keys('/a.test/WWW')).toEqual(['www a.test. A', 'www a.test. TXT']);
    expect(await keys('/a.test')).toEqual(['@ a.test. A', 'www a.test. A', 'www a.test. TXT']);
    expect(await keys('/')).toEqual([...(await keys('/a.test/')), 'www b.test. A']);
    expect(await keys('/c.test')).toEqual([]);
  });
});

describe('a blocking read', () => {
  it.each([WWW, `${PATH}/example.org/www`, `${PATH}/example.org`, `${PATH}/`])(
    'of %s waits for the first RRset and for its end',
    async (url) => {
      await api.put(`${PATH}/other.org/x/A`, { Records: ['192.0.2.9'] });
      const before = indexOf(await api.get(url));
      const coming = api.get(`${url}?index=${before}&wait=5m`);
      await api.put(WWW, one);
      const came = await coming;
      expect(came.statusCode).toBe(200);
      expect(came.body).toContain('192.0.2.1');
      const leaving = api.get(`${url}?index=${indexOf(came)}&wait=5m`);
      await api.delete(WWW);
      const left = await leaving;
      expect(left.body).not.toContain('192.0.2.1');
      expect(indexOf(left)).toBeGreaterThan(indexOf(came));
    },
  );
});
