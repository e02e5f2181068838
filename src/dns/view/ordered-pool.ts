/**
 * The order in which numbered things are drawn where they do not count the same: near ones before far ones, and among
 * equals by weight. Knows nothing of the things.
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

export class OrderedPool {
  readonly #count: number;
  readonly #weights: readonly number[] | undefined;
  readonly #pathOf: ((at: number) => Path) | undefined;
  #lots: Lots | undefined;
  /** Lots by distance from a client's location. */
  #byPath: Map<Path, readonly Lots[]> | undefined;
  #drawn: Uint32Array | undefined;

  constructor(
    count: number,
    weights: PoolParts<unknown>['weights'],
    pathOf: PoolParts<unknown>['pathOf'],
  ) {
    this.#count = count;
    this.#weights = weights;
    this.#pathOf = pathOf;
  }

  /** Numbers, of which the first `count` are drawn; good until the next draw. `near`: where the client is. */
  draw(count: number, random: Random, near: Path | undefined): Uint32Array {
    if (near !== undefined && near.length > 0 && this.#pathOf !== undefined) {
      return this.#drawNear(count, random, this.#groups(near, this.#pathOf));
    }
    this.#lots ??= new Lots(numbersTo(this.#count), this.#weights);
    return this.#lots.draw(count, random);
  }

  #drawNear(count: number, random: Random, groups: readonly Lots[]): Uint32Array {
    this.#drawn ??= new Uint32Array(this.#count);
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
    const kept = this.#byPath.get(near);
    if (kept !== undefined) return kept;
    const numbers: number[][] = Array.from({ length: near.length + 1 }, () => []);
    for (let at = 0; at < this.#count; at++) numbers[distance(near, pathOf(at))]?.push(at);
    const groups = numbers.map((group) => new Lots(Uint32Array.from(group), this.#weights));
    this.#forgetOldest(this.#byPath);
    this.#byPath.set(near, groups);
    return groups;
  }

  /** Clients of many locations at one selection are rare: the one that was made first goes. */
  #forgetOldest(byPath: Map<Path, unknown>): void {
    if (byPath.size < limits.poolGroups.default) return;
    const [oldest] = byPath.keys();
    if (oldest !== undefined) byPath.delete(oldest);
  }
}

/** From 0 on, `count` of them. */
export function numbersTo(count: number): Uint32Array {
  const numbers = new Uint32Array(count);
  for (let at = 1; at < count; at++) numbers[at] = at;
  return numbers;
}
