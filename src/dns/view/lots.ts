/**
 * Drawing lots among numbered things: which come first is drawn anew each time, in proportion to their weights
 * (sampling without replacement, the order that RFC 2782 describes: each next one by its share of what is left). Draws
 * are independent of one another. Knows nothing of what the numbers stand for.
 */
import type { Random } from '../../runtime/index.ts';

/** Weights are counted in so many parts, so that one of zero still has a part. */
const PARTS = 128;

export class Lots {
  /** All numbers; without uneven weights, what was drawn last stands in front. */
  readonly #numbers: Uint32Array;
  /**
   * Sums of the parts in a binary tree, the root at 1 and a leaf for each number from `#leaves` on; undefined when
   * all weights are the same.
   */
  readonly #sums: Float64Array | undefined;
  readonly #leaves: number;
  #drawn: Uint32Array | undefined;
  /** Parts of the leaves drawn so far: given back at the end of a draw. */
  #taken: Float64Array | undefined;

  /** `weights` goes by number, not by place in `numbers`. */
  constructor(numbers: Uint32Array, weights: readonly number[] | undefined) {
    this.#numbers = numbers;
    this.#leaves = 2 ** Math.ceil(Math.log2(Math.max(numbers.length, 1)));
    if (weights === undefined || isEven(numbers, weights)) return;
    const sums = new Float64Array(2 * this.#leaves);
    for (const [at, number] of numbers.entries())
      sums[this.#leaves + at] = partsOf(weights[number]);
    for (let at = this.#leaves - 1; at > 0; at--) sums[at] = sumBelow(sums, at);
    this.#sums = sums;
  }

  get count(): number {
    return this.#numbers.length;
  }

  /** The first `count` of the result are drawn; it is good until the next draw. */
  draw(count: number, random: Random): Uint32Array {
    return this.#sums === undefined
      ? this.#drawEven(count, random)
      : this.#drawWeighted(this.#sums, Math.min(count, this.count), random);
  }

  /** Whatever order earlier draws left behind, each is uniform. */
  #drawEven(count: number, random: Random): Uint32Array {
    const numbers = this.#numbers;
    const last = numbers.length - 1;
    for (let at = 0; at < count && at < last; at++) {
      const other = at + random.integer(numbers.length - at);
      const drawn = numbers[other] as number;
      numbers[other] = numbers[at] as number;
      numbers[at] = drawn;
    }
    return numbers;
  }

  #drawWeighted(sums: Float64Array, count: number, random: Random): Uint32Array {
    this.#drawn ??= new Uint32Array(this.count);
    const drawn = this.#drawn;
    this.#taken ??= new Float64Array(this.count);
    const taken = this.#taken;
    for (let at = 0; at < count; at++) {
      const leaf = findLeaf(sums, this.#leaves, random.integer(sums[1] as number));
      drawn[at] = leaf - this.#leaves;
      const parts = sums[leaf] as number;
      for (let node = leaf; node > 0; node >>>= 1) sums[node] = (sums[node] as number) - parts;
      taken[at] = parts;
    }
    for (let at = 0; at < count; at++) {
      const parts = taken[at] as number;
      const leaf = (drawn[at] as number) + this.#leaves;
      for (let node = leaf; node > 0; node >>>= 1) sums[node] = (sums[node] as number) + parts;
      drawn[at] = this.#numbers[leaf - this.#leaves] as number;
    }
    return drawn;
  }
}

/** RFC 2782: among others, a weight of zero has a very small chance, not none. */
function partsOf(weight = 0): number {
  return weight > 0 ? weight * PARTS : 1;
}

function isEven(numbers: Uint32Array, weights: readonly number[]): boolean {
  return numbers.every((number) => weights[number] === weights[numbers[0] as number]);
}

function sumBelow(sums: Float64Array, node: number): number {
  return (sums[2 * node] as number) + (sums[2 * node + 1] as number);
}

/** The leaf that covers the part number `part` of all. */
function findLeaf(sums: Float64Array, leaves: number, part: number): number {
  let node = 1;
  let rest = part;
  while (node < leaves) {
    const left = sums[2 * node] as number;
    node *= 2;
    if (rest >= left) {
      rest -= left;
      node += 1;
    }
  }
  return node;
}
