/**
 * Things that an answer is made of, drawn for each reply: near ones before far ones where locations are configured, and
 * among equals by weight. The things stay where they are; a draw says their order. Where all count the same, it swaps
 * within that order and touches no other memory.
 */
import type { Random } from '../../runtime/index.ts';
import type { Path } from './locations.ts';
import { numbersTo, OrderedPool, type PoolParts } from './ordered-pool.ts';

/** The order of a single thing, which no draw changes. */
const ONLY_ONE = new Uint32Array(1);

export class Pool<Item> {
  /** All of them, in no order. */
  readonly items: readonly Item[];
  /** The selection that it belongs to was thrown away. */
  isStale = false;
  /** Undefined: all count the same. */
  readonly #ordered: OrderedPool | undefined;
  /** The order of the last draw. */
  #order: Uint32Array;

  constructor({ items, weights, pathOf }: PoolParts<Item>) {
    this.items = items;
    this.#order = items.length === 1 ? ONLY_ONE : numbersTo(items.length);
    const isEven = weights === undefined && pathOf === undefined;
    this.#ordered = isEven ? undefined : new OrderedPool(items.length, weights, pathOf);
  }

  get count(): number {
    return this.items.length;
  }

  /**
   * Draws the first `count`, which `drawn` gives until the next draw. `near`: where the client is.
   * @returns where they are among the items, as long
   */
  draw(count: number, random: Random, near: Path | undefined): Uint32Array {
    if (this.#ordered === undefined) this.#swapToFront(count, random);
    else this.#order = this.#ordered.draw(count, random, near);
    return this.#order;
  }

  /** What the last draw put at `place`, of those that it drew. */
  drawn(place: number): Item {
    return this.items[this.#order[place] as number] as Item;
  }

  /** Whatever order earlier draws left behind, each is uniform. */
  #swapToFront(count: number, random: Random): void {
    const order = this.#order;
    const total = order.length;
    for (let at = 0; at < count && at < total - 1; at++) {
      const other = at + random.integer(total - at);
      const drawn = order[other] as number;
      order[other] = order[at] as number;
      order[at] = drawn;
    }
  }
}
