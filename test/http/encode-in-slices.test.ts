import { gunzipSync } from 'node:zlib';
import fastCheck from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { encodeJson, GoMap, listOf } from '../../src/http/json/encode.ts';
import { encodeInSlices, isLong } from '../../src/http/json/encode-in-slices.ts';
import { openApi } from './api.ts';

describe('JSON in slices', () => {
  it('has the octets of JSON in one piece', async () => {
    const item = fastCheck.record({
      Name: fastCheck.string({ unit: 'binary' }),
      Port: fastCheck.nat(),
    });
    const items = fastCheck.array(item, { maxLength: 700, size: 'max' });
    await fastCheck.assert(
      fastCheck.asyncProperty(items, async (list) => {
        const record = Object.fromEntries(list.map((one, at) => [`${one.Name}${at}`, one]));
        for (const value of [list, listOf(list, ({ Name }) => [Name]), new GoMap(record)]) {
          expect((await encodeInSlices(value)).toString()).toBe(encodeJson(value));
        }
      }),
      { numRuns: 15 },
    );
  });

  it('lets others have a turn, and makes the values of a list no sooner than they are written', async () => {
    let shown = 0;
    const list = listOf(Array.from({ length: 5000 }), () => ++shown);
    expect(isLong(list)).toBe(true);
    const seen: number[] = [];
    let isOver = false;
    const watch = (): void => {
      seen.push(shown);
      if (!isOver) setImmediate(watch);
    };
    setImmediate(watch);
    const octets = await encodeInSlices(list);
    isOver = true;
    expect(JSON.parse(octets.toString())).toHaveLength(5000);
    expect(new Set(seen).size).toBeGreaterThan(10);
  });

  it('is for what is long alone', () => {
    expect(isLong(Array.from({ length: 256 }))).toBe(false);
    expect(isLong({ a: 1 })).toBe(false);
    expect(isLong('x'.repeat(10_000))).toBe(false);
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
