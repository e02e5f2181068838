/** A map from text to the things found under it; most keys have exactly one, and a few may have very many. */

/** From so many on, one is taken out of a set in place of being looked for in a list. */
const LIST_MAX = 32;

export class MultiMap<Value> {
  readonly #found = new Map<string, Value[] | Set<Value>>();

  add(key: string, value: Value): void {
    const found = this.#found.get(key);
    if (found === undefined) this.#found.set(key, [value]);
    else if (found instanceof Set) found.add(value);
    else if (found.length < LIST_MAX) found.push(value);
    else this.#found.set(key, new Set(found).add(value));
  }

  remove(key: string, value: Value): void {
    const found = this.#found.get(key);
    if (found === undefined) return;
    if (found instanceof Set) found.delete(value);
    else if (found.includes(value)) found.splice(found.indexOf(value), 1);
    const left = found instanceof Set ? found.size : found.length;
    if (left === 0) this.#found.delete(key);
  }

  /** The one that has been there longest; undefined when there is none. */
  first(key: string): Value | undefined {
    const [first] = this.#found.get(key) ?? [];
    return first;
  }

  get(key: string): readonly Value[] {
    const found = this.#found.get(key) ?? [];
    return found instanceof Set ? [...found] : found;
  }

  keys(): string[] {
    return [...this.#found.keys()];
  }

  has(key: string): boolean {
    return this.#found.has(key);
  }
}
