/** What a prepared query asks of an instance, beside a plain account of Consul's rules. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitsConditions } from '../../src/query/index.ts';

const ANY = { tags: [], nodeMeta: {}, serviceMeta: {} };
const tag = fc.constantFrom('a', 'A', 'b', 'c', 'ä', 'Ä');
const meta = fc.dictionary(
  fc.constantFrom('os', 'toString', '__proto__'),
  fc.constantFrom('x', ''),
);

describe('an instance fits', () => {
  it('with every tag that is asked for, and none of those after a !', () => {
    const wanted = fc.array(fc.tuple(fc.boolean(), tag), { maxLength: 4 });
    fc.assert(
      fc.property(fc.array(tag), wanted, (tags, pairs) => {
        const expected = pairs.every(([not, name]) => {
          const has = tags.some((own) => own.toLowerCase() === name.toLowerCase());
          return has !== not;
        });
        const asked = pairs.map(([not, name]) => (not ? `!${name}` : name));
        expect(fitsConditions({ ...ANY, tags: asked }, { ...ANY, tags })).toBe(expected);
      }),
    );
  });

  it.each(['nodeMeta', 'serviceMeta'] as const)('with every pair of %s, value and all', (field) => {
    fc.assert(
      fc.property(meta, meta, (own, wanted) => {
        const pairs = new Map(Object.entries(own));
        const expected = Object.entries(wanted).every(([key, value]) => pairs.get(key) === value);
        const fits = fitsConditions({ ...ANY, [field]: wanted }, { ...ANY, [field]: own });
        expect(fits).toBe(expected);
      }),
    );
  });
});
