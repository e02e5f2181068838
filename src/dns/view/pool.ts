/**
 * Things that an answer is made of, drawn for each reply: near ones before far ones where locations are configured, and
 * among equals by weight. The things stay where they are; a draw says their order.
 */
import type { Random } from '../../runtime/index.ts';
import type { Path } from './locations.ts';
import { OrderedPool, type PoolParts } from './ordered-pool.ts';

const NO_ORDER = new Uint32Array(0);

export class Pool<Item> {
  /** All of them, in no order. */
  readonly items: readonly Item[];
  readonly #ordered: OrderedPool;
  /** The order of the last draw. */
  #order: Uint32Array = NO_ORDER;

  constructor({ items, weights, pathOf }: PoolParts<Item>) {
    this.items = items;
    this.#ordered = new OrderedPool(items.length, weights, pathOf);
  }

  get count(): number {
    return this.items.length;
  }

  /**
   * Draws the first `count`, which `drawn` gives until the next draw. `near`: where the client is.
   * @returns where they are among the items, as long
   */
  draw(count: number, random: Random, near: Path | undefined): Uint32Array {
    this.#order = this.#ordered.draw(count, random, near);
    return this.#order;
  }

  /** What the last draw put at `place`, of those that it drew. */
  drawn(place: number): Item {
    return this.items[this.#order[place] as number] as Item;
  }
}
