/** The hash that clients of `/v1/agent/service/:id` keep, against values computed by Consul. */
import { describe, expect, it } from 'vitest';
import { contentHash } from '../../src/http/content-hash.ts';
import { serviceInput } from '../support/rows.ts';

const row = (fields: Parameters<typeof serviceInput>[1], name = 'web') => ({
  ...serviceInput(name, fields),
  node: 'n1',
  createIndex: 7,
  modifyIndex: 9,
});

describe('the content hash', () => {
  it.each([
    ['a service with a port', row({ port: 80 }), '1789671c1fa7e574'],
    [
      'everything that is hashed',
      row(
        {
          port: 81,
          tags: ['a'],
          weights: { passing: 2, warning: 1 },
          enableTagOverride: true,
          taggedAddresses: { lan: { address: '1.2.3.4', port: 9 } },
        },
        'snake',
      ),
      '7cdc69b893335db9',
    ],
    [
      "the service of Consul's own test",
      row({ port: 8000, tags: ['bar', 'baz'] }, 'foo'),
      '3e352f348d44f7eb',
    ],
  ])('is that of Consul for %s', (_, service, expected) => {
    expect(contentHash(service)).toBe(expected);
  });

  it('does not depend on indexes, and does on the rest', () => {
    const hash = contentHash(row({}));
    expect(contentHash({ ...row({}), createIndex: 1, modifyIndex: 1 })).toBe(hash);
    expect(contentHash(row({ connect: { Native: true } }))).not.toBe(hash);
    expect(contentHash(row({ proxy: { Mode: 'x' } }))).not.toBe(hash);
    expect(contentHash(row({ tags: ['a', 'b'] }))).not.toBe(contentHash(row({ tags: ['b', 'a'] })));
  });
});
