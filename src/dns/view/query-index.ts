/** Ways to a prepared query: by its id, or else by its name, in any letter case. */
import { catalogLabel } from '../names.ts';
import type { ViewQuery } from './delta.ts';
import { MultiMap } from './multi-map.ts';

export class QueryIndex {
  readonly #byKey = new Map<string, ViewQuery>();
  readonly #byName = new MultiMap<ViewQuery>();

  put(query: ViewQuery): void {
    this.delete(query.key);
    this.#byKey.set(query.key, query);
    if (query.name !== '') this.#byName.add(catalogLabel(query.name), query);
  }

  delete(key: string): void {
    const query = this.#byKey.get(key);
    if (query === undefined) return;
    this.#byKey.delete(key);
    if (query.name !== '') this.#byName.remove(catalogLabel(query.name), query);
  }

  keys(): string[] {
    return [...this.#byKey.keys()];
  }

  /** `text` as in a label, in lower case. */
  find(text: string): ViewQuery | undefined {
    return this.#byKey.get(text) ?? this.#byName.get(text)[0];
  }
}
