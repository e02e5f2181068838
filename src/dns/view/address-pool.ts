/**
 * The distinct addresses of one family that an answer is drawn from. Where all of them count the same, a draw swaps
 * within the packed addresses: most services are like that, and their answers touch no other memory. Otherwise the draw
 * says the order, and the addresses stay where they are.
 */
import type { Random } from '../../runtime/index.ts';
import { PackedAddresses } from '../wire/address-rrset.ts';
import type { Host } from './host.ts';
import type { Path } from './locations.ts';
import { Pool, type PoolParts } from './pool.ts';

export class AddressPool {
  readonly addresses: PackedAddresses;
  /** Undefined: all count the same. */
  readonly #pool: Pool<Host> | undefined;

  constructor(type: PackedAddresses['type'], parts: PoolParts<Host>) {
    this.addresses = new PackedAddresses(
      type,
      parts.items.map(({ rdata }) => rdata),
    );
    const isEven = parts.weights === undefined && parts.pathOf === undefined;
    this.#pool = isEven ? undefined : new Pool(parts);
  }

  get count(): number {
    return this.addresses.count;
  }

  /** Where the first `count` drawn addresses are; undefined: in front. Good until the next draw. */
  draw(count: number, random: Random, near: Path | undefined): Uint32Array | undefined {
    if (this.#pool !== undefined) return this.#pool.draw(count, random, near);
    const { addresses } = this;
    const total = addresses.count;
    for (let at = 0; at < count && at < total - 1; at++) {
      addresses.swap(at, at + random.integer(total - at));
    }
    return undefined;
  }
}
