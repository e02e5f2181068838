/** A map from text to the few things found under it; most keys have exactly one. */
export class MultiMap<Value> {
  readonly #lists = new Map<string, Value[]>();

  add(key: string, value: Value): void {
    const list = this.#lists.get(key);
    if (list === undefined) this.#lists.set(key, [value]);
    else list.push(value);
  }

  remove(key: string, value: Value): void {
    const list = this.#lists.get(key);
    if (list === undefined) return;
    const at = list.indexOf(value);
    if (at < 0) return;
    if (list.length === 1) this.#lists.delete(key);
    else list.splice(at, 1);
  }

  get(key: string): readonly Value[] {
    return this.#lists.get(key) ?? [];
  }

  keys(): string[] {
    return [...this.#lists.keys()];
  }

  has(key: string): boolean {
    return this.#lists.has(key);
  }
}
