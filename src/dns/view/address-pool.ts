/**
 * The distinct addresses of one family that an answer is drawn from. Where all of them count the same, a draw swaps
 * within the packed addresses: most services are like that, and their answers touch no other memory. Otherwise the draw
 * says the order, and the addresses stay where they are.
 */
import type { Random } from '../../runtime/index.ts';
import { PackedAddresses } from '../wire/address-rrset.ts';
import type { Host } from './host.ts';
import type { Path } from './locations.ts';
import { OrderedPool, type PoolParts } from './ordered-pool.ts';

/** A packed list itself, and not one that has it: that would be another memory access for each reply. */
export class AddressPool extends PackedAddresses {
  /** The selection that it belongs to was thrown away. */
  isStale = false;
  /** Undefined: all count the same. */
  readonly #order: OrderedPool | undefined;

  constructor(type: PackedAddresses['type'], { items, weights, pathOf }: PoolParts<Host>) {
    super(
      type,
      items.map(({ rdata }) => rdata),
    );
    const isEven = weights === undefined && pathOf === undefined;
    this.#order = isEven ? undefined : new OrderedPool(items.length, weights, pathOf);
  }

  /** Where the first `count` drawn addresses are; undefined: in front. Good until the next draw. */
  draw(count: number, random: Random, near: Path | undefined): Uint32Array | undefined {
    if (this.#order !== undefined) return this.#order.draw(count, random, near);
    const total = this.count;
    for (let at = 0; at < count && at < total - 1; at++) {
      this.swap(at, at + random.integer(total - at));
    }
    return undefined;
  }
}
