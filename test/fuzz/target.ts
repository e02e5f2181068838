/**
 * What the fuzzer drives: a maker of inputs and a check of one. An input is octets and says all there is to say (the
 * options, the transport, the client too), so that its hex alone is enough to see a failure again. A check throws when
 * something does not hold; what it throws is the report.
 */
import type { Random } from '../../src/runtime/index.ts';

export interface Target {
  readonly name: string;
  /** Cases of one ordinary test run: enough to find a gross defect, few enough to take a second or two. */
  readonly casesInTests: number;
  readonly generate: (random: Random) => Uint8Array;
  readonly check: (input: Uint8Array) => void | Promise<void>;
}

/** Fails the case with `message`. */
export function must(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new Error(message());
}

export function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[random.integer(items.length)] as Item;
}

/** True in one of `times` cases. */
export function oneIn(times: number, random: Random): boolean {
  return random.integer(times) === 0;
}

export function randomOctets(length: number, random: Random): Buffer {
  const octets = Buffer.alloc(length);
  for (let at = 0; at < length; at++) octets[at] = random.integer(256);
  return octets;
}
