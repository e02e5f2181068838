/**
 * Goal: a reply of any length has the octets of JSON in one piece, is not held in memory as a whole, and lets others have
 * their turn. Method: values of any shape; a real socket that reads no more than it likes.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import fastCheck from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { putKv } from '../../src/catalog/index.ts';
import { encodeJson, encodePrettyJson, GoMap, listOf } from '../../src/http/json/encode.ts';
import { encodeInSlices, JsonStream } from '../../src/http/json/encode-in-slices.ts';
import { openApi } from './api.ts';

type Encoded = Awaited<ReturnType<typeof encodeInSlices>>;

async function textOf(encoded: Encoded): Promise<string> {
  if (!(encoded instanceof JsonStream)) return encoded.toString();
  const slices: Buffer[] = [];
  for await (const slice of encoded) slices.push(slice);
  return Buffer.concat(slices).toString();
}

describe('JSON in slices', () => {
  it('has the octets of JSON in one piece', async () => {
    const item = fastCheck.record({
      Name: fastCheck.string({ unit: 'binary' }),
      Port: fastCheck.nat(),
    });
    const items = fastCheck.array(item, { maxLength: 300, size: 'max' });
    await fastCheck.assert(
      fastCheck.asyncProperty(items, fastCheck.nat(3000), async (list, length) => {
        const long = list.map((one) => ({ ...one, Value: 'x'.repeat(length) }));
        const record = Object.fromEntries(long.map((one, at) => [`${one.Name}${at}`, one]));
        const Services = new GoMap(record);
        const values = [long, listOf(list, ({ Name }) => [Name]), Services];
        const structs = [{ Results: listOf(long, (one) => ({ KV: one })), Errors: null }];
        for (const value of [...values, ...structs, { A: [1, 2], Services, None: undefined }]) {
          expect(await textOf(await encodeInSlices(value, false))).toBe(encodeJson(value));
          expect(await textOf(await encodeInSlices(value, true))).toBe(encodePrettyJson(value));
        }
      }),
      { numRuns: 10 },
    );
  });

  const lists: [what: string, items: number, characters: number][] = [
    ['many items', 5000, 1],
    ['a few large items', 60, 20_000],
  ];
  it.each(lists)(
    'of %s lets others have a turn, and makes no value before its time',
    async (...[, length, characters]) => {
      let shown = 0;
      const list = listOf(Array.from({ length }), () => `${++shown}`.padEnd(characters));
      const seen = new Set<number>();
      let isOver = false;
      const watch = (): void => {
        seen.add(shown);
        if (!isOver) setImmediate(watch);
      };
      setImmediate(watch);
      const text = await textOf(await encodeInSlices({ Results: list }, false));
      isOver = true;
      expect(JSON.parse(text).Results).toHaveLength(length);
      expect(seen.size).toBeGreaterThan(10);
    },
  );

  it('is made at once of what is short', () => {
    for (const value of [Array.from({ length: 200 }, () => 1), { a: 1 }, 'x'.repeat(100_000), []]) {
      expect(encodeInSlices(value, false)).toBe(encodeJson(value));
    }
  });
});

describe('a long list over HTTP', () => {
  it('looks like a short one, packed or not', async () => {
    const api = await openApi();
    onTestFinished(() => api.close());
    const names = Array.from({ length: 300 }, (_, at) => `s${at}`);
    for (const Service of names) {
      await api.put('/v1/catalog/register', {
        Node: 'n',
        Address: '10.0.0.1',
        Service: { Service },
      });
    }
    const services = await api.get('/v1/catalog/services');
    expect(services.headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': String(services.rawPayload.length),
    });
    expect(Object.keys(services.json())).toEqual(['consul', ...names].sort());
    const packed = await api.get('/v1/catalog/services', { 'accept-encoding': 'gzip' });
    expect(gunzipSync(packed.rawPayload).toString()).toBe(services.body);
    expect(JSON.parse((await api.get('/v1/catalog/services?pretty')).body)).toEqual(
      services.json(),
    );
  });
});

describe('keys and values of many mebibytes', () => {
  const VALUE = randomBytes(75_000).toString('base64');
  const KEYS = 100;
  async function openLarge() {
    const api = await openApi();
    onTestFinished(() => api.close());
    await api.engine.commit((transaction) => {
      for (let at = 0; at < KEYS; at++)
        putKv(transaction, { key: `big/${at}`, value: VALUE, flags: '0' });
    });
    return api;
  }
  const areWhole = (list: readonly { Value: string }[]): boolean =>
    list.length === KEYS && list.every(({ Value }) => Value === VALUE);

  it('go out as they are made, packed or not', async () => {
    const api = await openLarge();
    const plain = await api.get('/v1/kv/big/?recurse');
    expect(plain.headers['content-length']).toBeUndefined();
    expect(plain.headers['content-type']).toBe('application/json');
    expect(areWhole(plain.json())).toBe(true);
    const packed = await api.get('/v1/kv/big/?recurse', { 'accept-encoding': 'gzip' });
    expect(packed.headers).toMatchObject({ 'content-encoding': 'gzip' });
    expect(gunzipSync(packed.rawPayload).equals(plain.rawPayload)).toBe(true);
    const pretty = await api.get('/v1/kv/big/?recurse&pretty');
    expect(pretty.body === encodePrettyJson(plain.json())).toBe(true);
    const { port } = await api.app.listen({ host: '127.0.0.1', port: 0 });
    const reply = await fetch(`http://127.0.0.1:${port}/v1/kv/big/?recurse`);
    expect((await reply.text()) === plain.body).toBe(true);
  });

  it('go out of a transaction in the same way', async () => {
    const api = await openLarge();
    const reply = await api.put('/v1/txn', [{ KV: { Verb: 'get-tree', Key: 'big/' } }]);
    expect(reply.headers['content-length']).toBeUndefined();
    expect(reply.json()).toMatchObject({ Errors: null, Index: 1 });
    const rows = reply.json().Results.map(({ KV }: { KV: { Value: string } }) => KV);
    expect(areWhole(rows)).toBe(true);
  });

  it.each(['identity', 'gzip'])(
    'are no longer made when the client of %s is gone',
    async (coding) => {
      const api = await openLarge();
      const destroyed = vi.spyOn(JsonStream.prototype, '_destroy');
      onTestFinished(() => destroyed.mockRestore());
      const { port } = await api.app.listen({ host: '127.0.0.1', port: 0 });
      const socket = connect(port, '127.0.0.1');
      socket.write(
        `GET /v1/kv/big/?recurse HTTP/1.1\r\nHost: x\r\nAccept-Encoding: ${coding}\r\n\r\n`,
      );
      await once(socket, 'data');
      socket.pause();
      expect(destroyed).not.toHaveBeenCalled();
      socket.destroy();
      await vi.waitFor(() => expect(destroyed).toHaveBeenCalled());
      expect(destroyed.mock.contexts.map((stream) => (stream as JsonStream).readableEnded)).toEqual(
        [false],
      );
    },
  );
});
