/**
 * Things that an answer is made of, drawn for each reply: near ones before far ones where locations are configured, and
 * among equals by weight. Where all count the same, a draw swaps among the items and touches no other memory.
 */
import type { Random } from '../../runtime/index.ts';
import type { Path } from './locations.ts';
import { OrderedPool, type PoolParts } from './ordered-pool.ts';

export class Pool<Item> {
  readonly #items: Item[];
  /** Undefined: all count the same. */
  readonly #ordered: OrderedPool | undefined;
  /** The order of the last draw; undefined: that of the items. */
  #order: Uint32Array | undefined;

  constructor({ items, weights, pathOf }: PoolParts<Item>) {
    this.#items = [...items];
    const isEven = weights === undefined && pathOf === undefined;
    this.#ordered = isEven ? undefined : new OrderedPool(items.length, weights, pathOf);
  }

  get count(): number {
    return this.#items.length;
  }

  /** All of them, in no order. */
  get items(): readonly Item[] {
    return this.#items;
  }

  /** Draws the first `count`, which `drawn` gives until the next draw. `near`: where the client is. */
  draw(count: number, random: Random, near: Path | undefined): void {
    if (this.#ordered === undefined) this.#swapToFront(count, random);
    else this.#order = this.#ordered.draw(count, random, near);
  }

  /** What the last draw put at `place`, of those that it drew. */
  drawn(place: number): Item {
    const at = this.#order === undefined ? place : (this.#order[place] as number);
    return this.#items[at] as Item;
  }

  /** Whatever order earlier draws left behind, each is uniform. */
  #swapToFront(count: number, random: Random): void {
    const items = this.#items;
    const total = items.length;
    for (let at = 0; at < count && at < total - 1; at++) {
      const other = at + random.integer(total - at);
      const drawn = items[other] as Item;
      items[other] = items[at] as Item;
      items[at] = drawn;
    }
  }
}
