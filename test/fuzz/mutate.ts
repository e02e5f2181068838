/** Damages octets the way that finds defects in readers: values at the edges of fields, cuts, repeats, pointers. */
import type { Random } from '../../src/runtime/index.ts';
import { pick } from './target.ts';

/** Values that sit at an edge of some field. */
const EDGES = [0, 1, 2, 12, 41, 63, 64, 127, 128, 191, 192, 193, 254, 255];

type Mutation = (octets: Buffer, at: number, random: Random) => Buffer;

const MUTATIONS: readonly Mutation[] = [
  (octets, at, random) => put(octets, at, random.integer(256)),
  (octets, at, random) => put(octets, at, pick(random, EDGES)),
  (octets, at, random) => put(octets, at, (octets[at] ?? 0) ^ (1 << random.integer(8))),
  (octets, at) => octets.subarray(0, at),
  (octets, at, random) =>
    Buffer.concat([octets.subarray(0, at), octets.subarray(random.integer(at + 1))]),
  (octets, at, random) =>
    Buffer.concat([octets.subarray(0, at), octets.subarray(at + 1 + random.integer(4))]),
  (octets, at, random) =>
    Buffer.concat([
      octets.subarray(0, at),
      Buffer.alloc(1 + random.integer(8)),
      octets.subarray(at),
    ]),
  // A compression pointer to somewhere before.
  (octets, at, random) =>
    put(put(octets, at, 0xc0 | (random.integer(at + 1) >> 8)), at + 1, random.integer(at + 1)),
  // One OPT more.
  (octets, _at, random) =>
    Buffer.concat([octets, Buffer.from([0, 0, 41, 4, 208, 0, 0, 0, 0, 0, random.integer(4)])]),
  // Counts of the header.
  (octets, _at, random) => put(octets, 5 + 2 * random.integer(4), pick(random, [0, 1, 2, 3, 255])),
];

/** A damaged copy of `seed`. */
export function mutate(seed: Uint8Array, random: Random): Buffer {
  let octets: Buffer = Buffer.from(seed);
  for (let times = 1 + random.integer(4); times > 0; times--) {
    const at = random.integer(Math.max(octets.length, 1));
    octets = Buffer.from(pick(random, MUTATIONS)(octets, at, random));
  }
  return octets.subarray(0, 65_535);
}

function put(octets: Buffer, at: number, value: number): Buffer {
  if (at < octets.length) octets[at] = value;
  return octets;
}
