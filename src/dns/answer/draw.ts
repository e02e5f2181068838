/**
 * Draws a few of many in random order, without a copy: what was drawn is swapped to the front. Whatever order the
 * list was left in by earlier draws, each draw is uniform.
 */
import type { Random } from '../../runtime/index.ts';
import type { PackedAddresses } from '../wire/address-rrset.ts';

/** Puts `count` items, drawn at random and in random order, at the front of `items`. */
export function drawToFront<T>(items: T[], count: number, random: Random): void {
  const last = items.length - 1;
  for (let at = 0; at < count && at < last; at++) {
    const other = at + random.integer(items.length - at);
    const drawn = items[other] as T;
    items[other] = items[at] as T;
    items[at] = drawn;
  }
}

/** As `drawToFront`, of packed addresses. */
export function drawAddresses(addresses: PackedAddresses, count: number, random: Random): void {
  const total = addresses.count;
  for (let at = 0; at < count && at < total - 1; at++) {
    addresses.swap(at, at + random.integer(total - at));
  }
}
