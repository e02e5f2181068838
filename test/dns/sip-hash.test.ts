/** SipHash-2-4 against the vectors of its authors and an implementation in BigInt. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SipHash } from '../../src/dns/sip-hash.ts';

const KEY = Uint8Array.from({ length: 16 }, (_, at) => at);
const MASK = (1n << 64n) - 1n;

function digest(key: Uint8Array, bytes: Uint8Array): string {
  const hash = new SipHash(key);
  hash.digest(bytes, bytes.length);
  const octets = Buffer.alloc(8);
  octets.writeInt32LE(hash.low, 0);
  octets.writeInt32LE(hash.high, 4);
  return octets.toString('hex');
}

/** As the paper has it. */
function reference(key: Uint8Array, bytes: Uint8Array): string {
  const k0 = Buffer.from(key).readBigUInt64LE(0);
  const k1 = Buffer.from(key).readBigUInt64LE(8);
  const rotl = (value: bigint, by: bigint) => ((value << by) | (value >> (64n - by))) & MASK;
  let v0 = k0 ^ 0x736f6d6570736575n;
  let v1 = k1 ^ 0x646f72616e646f6dn;
  let v2 = k0 ^ 0x6c7967656e657261n;
  let v3 = k1 ^ 0x7465646279746573n;
  const rounds = (count: number): void => {
    for (; count > 0; count--) {
      v0 = (v0 + v1) & MASK;
      v1 = rotl(v1, 13n) ^ v0;
      v0 = rotl(v0, 32n);
      v2 = (v2 + v3) & MASK;
      v3 = rotl(v3, 16n) ^ v2;
      v0 = (v0 + v3) & MASK;
      v3 = rotl(v3, 21n) ^ v0;
      v2 = (v2 + v1) & MASK;
      v1 = rotl(v1, 17n) ^ v2;
      v2 = rotl(v2, 32n);
    }
  };
  const padded = Buffer.alloc((bytes.length >> 3) * 8 + 8);
  padded.set(bytes);
  padded[padded.length - 1] = bytes.length & 255;
  for (let at = 0; at < padded.length; at += 8) {
    const word = padded.readBigUInt64LE(at);
    v3 ^= word;
    rounds(2);
    v0 ^= word;
  }
  v2 ^= 0xffn;
  rounds(4);
  const out = Buffer.alloc(8);
  out.writeBigUInt64LE(v0 ^ v1 ^ v2 ^ v3);
  return out.toString('hex');
}

describe('SipHash-2-4', () => {
  const vectors: [length: number, expected: string][] = [
    [0, '310e0edd47db6f72'],
    [1, 'fd67dc93c539f874'],
    [2, '5a4fa9d909806c0d'],
    [3, '2d7efbd796666785'],
    [7, '37d1018bf50002ab'],
    [8, '6224939a79f5f593'],
    [15, 'e545be4961ca29a1'],
  ];
  it.each(vectors)('of %i octets is what its authors publish', (length, expected) => {
    expect(digest(KEY, KEY.subarray(0, length))).toBe(expected);
  });

  it('is the same as with 64-bit words, for any key and length', () => {
    const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
    const key = fc.uint8Array({ minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(key, bytes(300), (k, message) => {
        expect(digest(k, message)).toBe(reference(k, message));
      }),
    );
  });

  it('takes only as much as it is told', () => {
    const hash = new SipHash(KEY);
    hash.digest(KEY, 3);
    const { low } = hash;
    hash.digest(KEY.slice(0, 3), 3);
    expect(hash.low).toBe(low);
  });
});
