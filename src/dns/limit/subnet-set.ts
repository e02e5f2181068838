/**
 * Whether an address is in any of many subnets, found by halving a sorted list: the answer is wanted for each reply,
 * and leaves nothing behind. Pure; knows nothing of what the subnets are for.
 */
import { commonBits, isInSubnet, parseSubnet, type Subnet } from '../subnet.ts';

export class SubnetSet {
  readonly #ipv4: readonly Subnet[];
  readonly #ipv6: readonly Subnet[];

  /** @throws TypeError for text that is no subnet; the configuration has checked that */
  constructor(texts: readonly string[]) {
    const subnets = texts.map((text) => {
      const subnet = parseSubnet(text);
      if (subnet === undefined) throw new TypeError(`"${text}" is not a subnet`);
      return subnet;
    });
    this.#ipv4 = outermost(subnets.filter(({ octets }) => octets.length === 4));
    this.#ipv6 = outermost(subnets.filter(({ octets }) => octets.length === 16));
  }

  /** `address` has 4 or 16 octets. */
  has(address: Uint8Array): boolean {
    const subnets = address.length === 4 ? this.#ipv4 : this.#ipv6;
    // Those before `low` begin at the address or before it, those from `high` on after it.
    let low = 0;
    let high = subnets.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compare((subnets[middle] as Subnet).octets, address) <= 0) low = middle + 1;
      else high = middle;
    }
    // None is inside another, so only the last that begins before the address can reach it.
    return low > 0 && isInSubnet(address, subnets[low - 1] as Subnet);
  }
}

/** In order of their addresses, without those inside of another. Two subnets are nested or apart, never in between. */
function outermost(subnets: readonly Subnet[]): Subnet[] {
  const kept: Subnet[] = [];
  const sorted = [...subnets].sort(
    (one, other) => compare(one.octets, other.octets) || one.bits - other.bits,
  );
  for (const subnet of sorted) {
    const around = kept.at(-1);
    if (around === undefined || !isInSubnet(subnet.octets, around)) kept.push(subnet);
  }
  return kept;
}

/** As numbers; below 0: `one` comes first. */
function compare(one: Uint8Array, other: Uint8Array): number {
  const at = commonBits(one, other) >>> 3;
  return at === one.length ? 0 : (one[at] as number) - (other[at] as number);
}
