/**
 * Things in the order in which they came, mostly one of them, at times very many. Few are a list that is never changed,
 * so whoever was given it may keep it; many are a set, which is quicker to take one out of.
 */
export type Bag<Item> = readonly Item[] | Set<Item>;

/** Most that are a list. */
const LIST_MAX = 32;

/** The bag with one more, which was not in it. */
export function withItem<Item>(bag: Bag<Item> | undefined, item: Item): Bag<Item> {
  if (bag === undefined) return [item];
  if (bag instanceof Set) return bag.add(item);
  return bag.length < LIST_MAX ? [...bag, item] : new Set(bag).add(item);
}

/** The bag without an item; undefined when there is no other in it. */
export function withoutItem<Item>(bag: Bag<Item>, item: Item): Bag<Item> | undefined {
  if (bag instanceof Set) {
    bag.delete(item);
    return bag.size === 0 ? undefined : bag;
  }
  const left = bag.filter((one) => one !== item);
  return left.length === 0 ? undefined : left;
}

/** What is in it now. */
export function listOf<Item>(bag: Bag<Item>): readonly Item[] {
  return bag instanceof Set ? [...bag] : bag;
}
