/** `/v1/kv`: every parameter, field, status, header and text, over a real state and engine. */
import { beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/runtime/index.ts';
import { settle } from '../support/held-clock.ts';
import { openApi, type TestApi } from './api.ts';
import { indexOf, shown, waitingFor } from './replies.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openApi();
  return () => api.close();
});

const KV = '/v1/kv/';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

async function newSession(body: unknown = { LockDelay: '0s' }): Promise<string> {
  const reply = await api.put('/v1/session/create', body);
  return reply.json().ID;
}

/** The entry as it is now. */
async function entry(key: string) {
  const [row] = (await api.get(KV + key)).json();
  return row;
}

describe('a GET', () => {
  it('shows every field of an entry, in the order of Consul', async () => {
    await api.put(`${KV}a?flags=7`, 'hello');
    const reply = await api.get(`${KV}a`);
    const index = indexOf(reply);
    expect(reply.body).toBe(
      `[{"LockIndex":0,"Key":"a","Flags":7,"Value":"aGVsbG8=","CreateIndex":${index},"ModifyIndex":${index}}]`,
    );
    expect(reply.headers).toMatchObject({
      'content-type': 'application/json',
      'x-consul-knownleader': 'true',
      'x-consul-lastcontact': '0',
    });
    expect(reply.headers).not.toHaveProperty('x-consul-effective-consistency');
  });

  it('names the session that holds the key', async () => {
    const session = await newSession();
    await api.put(`${KV}a?acquire=${session}`, 'x');
    expect(await entry('a')).toMatchObject({ LockIndex: 1, Session: session });
  });

  it('of an empty value shows null', async () => {
    await api.put(`${KV}a`, '');
    expect(await entry('a')).toMatchObject({ Value: null });
  });

  it('of what is not there is an empty 404 with the index of the last write or deletion', async () => {
    const before = await api.get(`${KV}none`);
    expect(shown(before)).toEqual([404, '']);
    expect(before.headers).toMatchObject({ 'x-consul-index': '1', 'x-consul-knownleader': 'true' });
    await api.put(`${KV}other`, 'x');
    await api.delete(`${KV}other`);
    expect(indexOf(await api.get(`${KV}none`))).toBe(api.state.index);
  });

  it('without a key is refused', async () => {
    expect(shown(await api.get(KV))).toEqual([400, 'Missing key name']);
  });

  it('with raw answers the octets, and lets no browser guess what they are', async () => {
    const octets = Buffer.from([0x3c, 0x00, 0xff, 0xfe, 0x0a]);
    await api.app.fastify.inject({ method: 'PUT', url: `${KV}bin`, payload: octets });
    const reply = await api.get(`${KV}bin?raw`);
    expect(reply.rawPayload).toEqual(octets);
    expect(reply.headers).toMatchObject({
      'content-type': 'text/plain',
      'x-content-type-options': 'nosniff',
      'content-security-policy': 'sandbox',
      'x-consul-index': `${api.state.index}`,
    });
    expect(shown(await api.get(`${KV}none?raw`))).toEqual([404, '']);
  });

  it('of a key of another case finds nothing', async () => {
    await api.put(`${KV}Key`, 'x');
    expect((await api.get(`${KV}key`)).statusCode).toBe(404);
  });

  it.each([
    ['consistent', 200],
    ['stale', 200],
    ['consistent&stale', 400],
    ['dc=dc1', 200],
    ['dc=dc9', 500],
    ['ns=x', 400],
    ['index=x', 400],
  ])('takes %s with status %i', async (parameter, status) => {
    await api.put(`${KV}a`, 'x');
    expect((await api.get(`${KV}a?${parameter}`)).statusCode).toBe(status);
  });
});

describe('recurse and keys', () => {
  beforeEach(async () => {
    for (const key of ['a/b', 'a/b/c', 'ab', 'a/b/c/d', 'b', 'ä', '\u{1f600}', '\uff21']) {
      await api.put(KV + encodeURIComponent(key), key);
    }
  });

  const keys: [query: string, keys: string[] | 404][] = [
    ['a?keys', ['a/b', 'a/b/c', 'a/b/c/d', 'ab']],
    ['a/?keys', ['a/b', 'a/b/c', 'a/b/c/d']],
    ['a/b?keys', ['a/b', 'a/b/c', 'a/b/c/d']],
    ['a?keys&separator=/', ['a/', 'ab']],
    ['a/?keys&separator=/', ['a/b', 'a/b/']],
    ['a/b/?keys&seperator=/', ['a/b/c', 'a/b/c/']],
    ['?keys', ['a/b', 'a/b/c', 'a/b/c/d', 'ab', 'b', 'ä', '\uff21', '\u{1f600}']],
    ['?keys&separator=b', ['a/b', 'ab', 'b', 'ä', '\uff21', '\u{1f600}']],
    ['?keys&separator=/b/', ['a/b', 'a/b/', 'ab', 'b', 'ä', '\uff21', '\u{1f600}']],
    ['?keys&separator=%ff', ['a/b', 'a/b/c', 'a/b/c/d', 'ab', 'b', 'ä', '\uff21', '\u{1f600}']],
    [
      '?keys&separator=%EF%BC%A1',
      ['a/b', 'a/b/c', 'a/b/c/d', 'ab', 'b', 'ä', '\uff21', '\u{1f600}'],
    ],
    ['c?keys', 404],
  ];
  it.each(keys)('of %s are %j', async (query, expected) => {
    const reply = await api.get(KV + query);
    expect(reply.statusCode === 200 ? reply.json() : reply.statusCode).toEqual(expected);
    const rows = await api.get(KV + query.replace(/keys.*/, 'recurse&raw'));
    if (!query.includes('sep')) {
      const found =
        rows.statusCode === 200 ? rows.json().map((row: { Key: string }) => row.Key) : 404;
      expect(found).toEqual(expected);
    }
  });

  it('of an empty store are an empty list, and a recurse is a 404', async () => {
    expect(shown(await api.delete(`${KV}?recurse`))).toEqual([200, 'true']);
    expect(shown(await api.get(`${KV}?keys`))).toEqual([200, '[]']);
    expect(shown(await api.get(`${KV}?recurse`))).toEqual([404, '']);
  });

  it('have the index of the last change below the prefix, deletions too', async () => {
    const index = async (query: string) => indexOf(await api.get(KV + query));
    await api.put(`${KV}a/b`, 'new');
    const changed = api.state.index;
    await api.put(`${KV}b`, 'later');
    expect(await index('a/?recurse')).toBe(changed);
    expect(await index('a/?keys')).toBe(changed);
    expect(await index('?recurse')).toBe(api.state.index);
    await api.delete(`${KV}a/b/c`);
    const deleted = api.state.index;
    await api.put(`${KV}b`, 'still later');
    expect(await index('a/?recurse')).toBe(deleted);
    expect(await index('a/b/c/?keys')).toBeLessThan(deleted);
    expect(await index('none?keys')).toBe(api.state.index);
  });
});

describe('a key', () => {
  const keys: [path: string, key: string][] = [
    ['a+b', 'a+b'],
    ['a%20b', 'a b'],
    ['a%2Fb', 'a/b'],
    ['a%2fb', 'a/b'],
    ['a%25b', 'a%b'],
    ['a%252Fb', 'a%2Fb'],
    ['a%3Fb%23c', 'a?b#c'],
    ['dir/', 'dir/'],
    ['%C3%A4/%F0%9F%98%80', 'ä/\u{1f600}'],
    ['__proto__', '__proto__'],
    ['a;b', 'a;b'],
    ['a:b', 'a:b'],
    ['..a/b..', '..a/b..'],
  ];
  it.each(keys)('written as %s is %j', async (path, key) => {
    expect(shown(await api.put(KV + path, 'x'))).toEqual([200, 'true']);
    expect((await api.get(KV + path)).json()).toMatchObject([{ Key: key }]);
    expect([...api.state.tables.kv.all()].map((row) => row.key)).toEqual([key]);
  });

  const paths: [path: string, status: number, location: string | undefined][] = [
    ['/v1/kv//x', 301, '/v1/kv/x'],
    ['/v1/kv/%2Fx', 301, '/v1/kv/x'],
    ['/v1/kv/a%00b', 400, undefined],
    ['/v1/kv/a%0Ab', 400, undefined],
    ['/v1/kv/a%FFb', 400, undefined],
    ['/v1/kv/a%zzb', 400, undefined],
    [`/v1/kv/${'k'.repeat(limits.kvKeyBytes.default + 1)}`, 400, undefined],
    [`/v1/kv/${'k'.repeat(limits.kvKeyBytes.default)}`, 200, undefined],
  ];
  it.each(paths)('is not made of %s', async (path, status, location) => {
    const reply = await api.put(path, 'x');
    expect([reply.statusCode, reply.headers.location]).toEqual([status, location]);
    expect(api.state.tables.kv.size).toBe(status === 200 ? 1 : 0);
  });
});

describe('a PUT', () => {
  it('is answered true, writes value and flags, and leaves no flags of before', async () => {
    const reply = await api.put(`${KV}a?flags=18446744073709551615`, 'one');
    expect(shown(reply)).toEqual([200, 'true']);
    expect(reply.headers['content-type']).toBe('application/json');
    expect((await api.get(`${KV}a`)).body).toContain('"Flags":18446744073709551615,');
    await api.put(`${KV}a`, 'two');
    expect(await entry('a')).toMatchObject({ Flags: 0, Value: base64('two') });
  });

  it.each(['3304740253564472344', '16210313421097356768', '007', '0'])(
    'keeps all 64 bits of the flags %s',
    async (flags) => {
      await api.put(`${KV}a?flags=${flags}`, 'x');
      expect((await api.get(`${KV}a`)).body).toContain(`"Flags":${BigInt(flags)},`);
    },
  );

  it('of what is there already changes no index', async () => {
    await api.put(`${KV}a?flags=1`, 'x');
    const { index } = api.state;
    expect((await api.put(`${KV}a?flags=1`, 'x')).body).toBe('true');
    expect(api.state.index).toBe(index);
  });

  it('keeps CreateIndex over an update, and not over a deletion', async () => {
    await api.put(`${KV}a`, '1');
    const { CreateIndex } = await entry('a');
    await api.put(`${KV}a`, '2');
    expect((await entry('a')).CreateIndex).toBe(CreateIndex);
    await api.delete(`${KV}a`);
    await api.put(`${KV}a`, '3');
    expect((await entry('a')).CreateIndex).toBe(api.state.index);
  });

  it('with cas writes at that index only, 0 being none', async () => {
    const cas = async (index: number | string) =>
      (await api.put(`${KV}a?cas=${index}`, `${index}`)).body;
    expect(await cas(1)).toBe('false');
    expect(await cas(0)).toBe('true');
    expect(await cas(0)).toBe('false');
    const { ModifyIndex } = await entry('a');
    expect(await cas(ModifyIndex + 1)).toBe('false');
    expect(await cas('18446744073709551615')).toBe('false');
    expect(await cas(ModifyIndex)).toBe('true');
    expect(await entry('a')).toMatchObject({ Value: base64(`${ModifyIndex}`) });
  });

  it('takes a value of 512 KiB and none larger', async () => {
    const most = limits.kvValueBytes.default;
    expect(shown(await api.put(`${KV}a`, 'x'.repeat(most)))).toEqual([200, 'true']);
    const reply = await api.put(`${KV}b`, 'x'.repeat(most + 1));
    expect(shown(reply)).toEqual([
      413,
      `Request body(${most + 1} bytes) too large, max size: ${most} bytes. ` +
        'See https://www.consul.io/docs/agent/config/config-files#kv_max_value_size.',
    ]);
  });
});

describe('a write that is refused', () => {
  const unknown = '00000000-0000-4000-8000-00000000dead';
  const refused: [method: 'put' | 'delete', query: string, status: number, text: string][] = [
    ['put', '', 400, 'Missing key name'],
    ['delete', '', 400, 'Missing key name'],
    ['put', 'a?cas=1&acquire=x', 400, 'Conflicting flags: acquire=x&cas=1'],
    ['put', 'a?release&acquire=x', 400, 'Conflicting flags: acquire=x&release='],
    ['delete', 'a?recurse&cas=1', 400, 'Conflicting flags: cas=1&recurse='],
    ['put', 'a?flags=zz', 500, 'strconv.ParseUint: parsing "zz": invalid syntax'],
    ['put', 'a?flags=-1', 500, 'strconv.ParseUint: parsing "-1": invalid syntax'],
    ['put', 'a?flags', 500, 'strconv.ParseUint: parsing "": invalid syntax'],
    [
      'put',
      'a?flags=18446744073709551616',
      500,
      'strconv.ParseUint: parsing "18446744073709551616": value out of range',
    ],
    ['put', 'a?cas=1.5', 500, 'strconv.ParseUint: parsing "1.5": invalid syntax'],
    ['delete', 'a?cas=x', 500, 'strconv.ParseUint: parsing "x": invalid syntax'],
    ['put', 'a?acquire', 500, 'raft apply failed: missing session'],
    ['put', 'a?release=', 500, 'raft apply failed: missing session'],
    ['put', `a?acquire=${unknown}`, 500, `raft apply failed: invalid session "${unknown}"`],
    ['put', 'a?dc=dc9', 500, 'No path to datacenter'],
    ['delete', 'a?dc=dc9', 500, 'No path to datacenter'],
    [
      'put',
      'a?ns=x',
      400,
      'Invalid query parameter: "ns" - Namespaces are a Consul Enterprise feature',
    ],
    ['put', 'a?flags=%zz', 500, ''],
  ];
  it.each(refused)('%s %s is a %i', async (method, query, status, text) => {
    const { index } = api.state;
    const reply = await api[method](KV + query);
    expect(shown(reply)).toEqual([status, text]);
    expect(api.state.index).toBe(index);
  });

  it('has a stable code for whoever asks for one', async () => {
    const reply = await api.put(`${KV}a?acquire=x`, 'x', { accept: 'application/problem+json' });
    expect(reply.json()).toMatchObject({ code: 'lock_session_unknown', field: 'Session' });
  });

  it.each(['POST', 'HEAD', 'PATCH'] as const)(
    '%s is a 405 that lists what is taken',
    async (method) => {
      const reply = await api.app.fastify.inject({ method, url: `${KV}a` });
      expect([reply.statusCode, reply.headers.allow]).toEqual([405, 'OPTIONS,GET,PUT,DELETE']);
    },
  );
});

describe('a DELETE', () => {
  it('is answered true also where nothing was', async () => {
    expect(shown(await api.delete(`${KV}none`))).toEqual([200, 'true']);
    expect(shown(await api.delete(`${KV}none?cas=9`))).toEqual([200, 'true']);
    expect(shown(await api.delete(`${KV}none?recurse`))).toEqual([200, 'true']);
  });

  it('with cas deletes at that index only', async () => {
    await api.put(`${KV}a`, 'x');
    const { ModifyIndex } = await entry('a');
    expect((await api.delete(`${KV}a?cas=0`)).body).toBe('false');
    expect((await api.delete(`${KV}a?cas=${ModifyIndex - 1}`)).body).toBe('false');
    expect((await api.delete(`${KV}a?cas=${ModifyIndex}`)).body).toBe('true');
    expect((await api.get(`${KV}a`)).statusCode).toBe(404);
  });

  it('with recurse deletes by the text that keys begin with, in one command', async () => {
    for (const key of ['a', 'ab', 'a/b', 'b']) await api.put(KV + key, 'x');
    const { index } = api.state;
    expect((await api.delete(`${KV}a?recurse`)).body).toBe('true');
    expect(api.state.index).toBe(index + 1);
    expect((await api.get(`${KV}?keys`)).json()).toEqual(['b']);
  });

  it('takes a locked key from its holder', async () => {
    const session = await newSession();
    await api.put(`${KV}a?acquire=${session}`, 'x');
    expect((await api.delete(`${KV}a`)).body).toBe('true');
    expect((await api.put(`${KV}a?release=${session}`, 'x')).body).toBe('false');
  });
});

describe('a lock', () => {
  it('is held by one session, raises LockIndex with each holder, and writes value and flags', async () => {
    const [one, two] = [await newSession(), await newSession()];
    const ask = async (query: string, body: string) =>
      (await api.put(`${KV}a?${query}`, body)).body;
    expect(await ask(`acquire=${one}&flags=5`, 'one')).toBe('true');
    expect(await entry('a')).toMatchObject({ LockIndex: 1, Session: one, Flags: 5 });
    expect(await ask(`acquire=${one}`, 'again')).toBe('true');
    expect(await entry('a')).toMatchObject({ LockIndex: 1, Flags: 0, Value: base64('again') });
    expect(await ask(`acquire=${two}`, 'two')).toBe('false');
    expect(await ask(`release=${two}`, 'two')).toBe('false');
    expect(await entry('a')).toMatchObject({ Session: one, Value: base64('again') });
    expect(await ask(`release=${one}`, 'free')).toBe('true');
    expect(await entry('a')).not.toHaveProperty('Session');
    expect(await entry('a')).toMatchObject({ LockIndex: 1, Value: base64('free') });
    expect(await ask(`release=${one}`, 'x')).toBe('false');
    expect(await ask(`acquire=${two}`, 'two')).toBe('true');
    expect(await entry('a')).toMatchObject({ LockIndex: 2, Session: two });
  });

  it('is kept over a plain PUT, which takes LockIndex back to 0', async () => {
    const session = await newSession();
    await api.put(`${KV}a?acquire=${session}`, 'x');
    await api.put(`${KV}a`, 'y');
    expect(await entry('a')).toMatchObject({ LockIndex: 0, Session: session, Value: base64('y') });
  });
});

describe('a blocking query', () => {
  /** Sent, and with the time to be answered if it does not wait. */
  async function waits(url: string) {
    const waiting = waitingFor(api.get(url));
    await settle();
    await settle();
    return waiting;
  }

  it('on a key returns when that key changes or goes, and for no other', async () => {
    await api.put(`${KV}a`, '1');
    const first = await waits(`${KV}a?index=${api.state.index}`);
    await api.put(`${KV}b`, 'x');
    await settle();
    expect(first.isAnswered).toBe(false);
    await api.put(`${KV}a`, '2');
    expect((await first.reply).json()).toMatchObject([{ Value: base64('2') }]);
    const second = await waits(`${KV}a?index=${api.state.index}`);
    await api.delete(`${KV}a`);
    expect((await second.reply).statusCode).toBe(404);
    expect(indexOf(await second.reply)).toBe(api.state.index);
  });

  it('on what is not there returns when it is made, or when the time is up', async () => {
    await api.put(`${KV}b`, 'x');
    const made = await waits(`${KV}a?index=${api.state.index}`);
    const timed = await waits(`${KV}none?index=${api.state.index}&wait=10s`);
    await api.put(`${KV}b`, 'y');
    await settle();
    expect(made.isAnswered).toBe(false);
    await api.put(`${KV}a`, 'x');
    expect((await made.reply).statusCode).toBe(200);
    await api.clock.advanceAsync(11_000);
    expect((await timed.reply).statusCode).toBe(404);
    expect(indexOf(await timed.reply)).toBe(api.state.index);
  });

  it.each(['a/', 'a/b', 'a/b/c/d/e/f/g/h/i/j/', ''])(
    'below %j wakes for what changes there',
    async (prefix) => {
      const key = `${prefix}x`;
      await api.put(KV + key, '1');
      const changed = await waits(`${KV}${prefix}?recurse&index=${api.state.index}`);
      if (prefix !== '') {
        await api.put(`${KV}z/y`, '1');
        await settle();
        expect(changed.isAnswered).toBe(false);
      }
      await api.put(KV + key, '2');
      expect((await changed.reply).json()).toMatchObject([{ Value: base64('2') }]);
      const deleted = await waits(`${KV}${prefix}?keys&index=${api.state.index}`);
      await api.delete(KV + key);
      expect(indexOf(await deleted.reply)).toBe(api.state.index);
    },
  );
});
