/**
 * Things that an answer is made of, drawn for each reply: near ones before far ones where locations are configured, and
 * among equals by weight. The order of `items` never changes; a draw says which of them come first.
 */
import { limits, type Random } from '../../runtime/index.ts';
import { distance, type Path } from './locations.ts';
import { Lots } from './lots.ts';

export interface PoolParts<Item> {
  readonly items: readonly Item[];
  /** By place in `items`; undefined: all the same. */
  readonly weights: readonly number[] | undefined;
  /** Where an item is; undefined when no locations are configured. */
  readonly pathOf: ((at: number) => Path) | undefined;
}

export class Pool<Item> {
  readonly items: readonly Item[];
  readonly #weights: readonly number[] | undefined;
  readonly #pathOf: ((at: number) => Path) | undefined;
  #lots: Lots | undefined;
  /** Lots by distance from a client's location; as many as there are locations. */
  #byPath: Map<Path, readonly Lots[]> | undefined;
  #drawn: Uint32Array | undefined;

  constructor({ items, weights, pathOf }: PoolParts<Item>) {
    this.items = items;
    this.#weights = weights;
    this.#pathOf = pathOf;
  }

  get count(): number {
    return this.items.length;
  }

  /** Places in `items`, of which the first `count` are drawn; good until the next draw. `near`: the client. */
  draw(count: number, random: Random, near?: Path): Uint32Array {
    if (near !== undefined && near.length > 0 && this.#pathOf !== undefined) {
      return this.#drawNear(count, random, this.#groups(near, this.#pathOf));
    }
    this.#lots ??= new Lots(Uint32Array.from(this.items.keys()), this.#weights);
    return this.#lots.draw(count, random);
  }

  #drawNear(count: number, random: Random, groups: readonly Lots[]): Uint32Array {
    this.#drawn ??= new Uint32Array(this.count);
    const drawn = this.#drawn;
    let at = 0;
    for (const lots of groups) {
      const some = Math.min(lots.count, count - at);
      if (some <= 0) continue;
      drawn.set(lots.draw(some, random).subarray(0, some), at);
      at += some;
    }
    return drawn;
  }

  #groups(near: Path, pathOf: (at: number) => Path): readonly Lots[] {
    this.#byPath ??= new Map();
    let groups = this.#byPath.get(near);
    if (groups === undefined) {
      const numbers: number[][] = Array.from({ length: near.length + 1 }, () => []);
      for (const at of this.items.keys()) numbers[distance(near, pathOf(at))]?.push(at);
      groups = numbers.map((group) => new Lots(Uint32Array.from(group), this.#weights));
      // The one that was made first goes: clients of many locations at one selection are rare.
      if (this.#byPath.size >= limits.poolGroups.default) {
        for (const oldest of this.#byPath.keys()) {
          this.#byPath.delete(oldest);
          break;
        }
      }
      this.#byPath.set(near, groups);
    }
    return groups;
  }
}
