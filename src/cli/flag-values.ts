/**
 * The flags that one invocation gave, by name and in the type its command wants. Values were checked when argv
 * was normalised, so reading one cannot fail.
 */
import { splitPair } from './go-arguments.ts';

export class FlagValues {
  readonly #given: ReadonlyMap<string, readonly string[]>;

  constructor(given: ReadonlyMap<string, readonly string[]>) {
    this.#given = given;
  }

  has(name: string): boolean {
    return this.#given.has(name);
  }

  /** The last value given, or the empty text. */
  text(name: string): string {
    return this.list(name).at(-1) ?? '';
  }

  boolean(name: string): boolean {
    return this.text(name) === 'true';
  }

  /** Zero when it was not given. */
  integer(name: string): number {
    return Number(this.text(name));
  }

  /** Every value given, in order. */
  list(name: string): readonly string[] {
    return this.#given.get(name) ?? [];
  }

  /** `key=value` pairs; the last of a key wins. */
  map(name: string): Readonly<Record<string, string>> {
    return Object.fromEntries(this.list(name).map((pair) => splitPair(pair) ?? [pair, '']));
  }
}
