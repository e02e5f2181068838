/** A map from text to the things found under it; most keys have exactly one, and a few may have very many. */
import { type Bag, listOf, withItem, withoutItem } from './bag.ts';

export class MultiMap<Value> {
  readonly #found = new Map<string, Bag<Value>>();

  add(key: string, value: Value): void {
    const found = this.#found.get(key);
    const more = withItem(found, value);
    if (more !== found) this.#found.set(key, more);
  }

  remove(key: string, value: Value): void {
    const found = this.#found.get(key);
    if (found === undefined) return;
    const left = withoutItem(found, value);
    if (left === undefined) this.#found.delete(key);
    else if (left !== found) this.#found.set(key, left);
  }

  /** The one that has been there longest; undefined when there is none. */
  first(key: string): Value | undefined {
    const [first] = this.#found.get(key) ?? [];
    return first;
  }

  get(key: string): readonly Value[] {
    return listOf(this.#found.get(key) ?? []);
  }

  keys(): string[] {
    return [...this.#found.keys()];
  }

  has(key: string): boolean {
    return this.#found.has(key);
  }
}
