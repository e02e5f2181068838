/**
 * How many tries are open, of all questions, and whether that is too many to put a question to two upstreams at a time.
 * Past the bound only groups with less than their share may still do so: dead upstreams take it away from no others.
 */
import { limits } from '../../runtime/index.ts';
import type { Group } from './routes.ts';

export class OpenTries {
  readonly #groups = new Map<Group, number>();
  #open = 0;

  /** @returns what ends the try */
  begin(group: Group): () => void {
    this.#add(group, 1);
    return () => this.#add(group, -1);
  }

  isTooMany(group: Group): boolean {
    const own = this.#groups.get(group) ?? 0;
    return this.#open >= limits.forwardTries.default && own * this.#groups.size >= this.#open;
  }

  #add(group: Group, step: 1 | -1): void {
    const count = (this.#groups.get(group) ?? 0) + step;
    this.#open += step;
    if (count === 0) this.#groups.delete(group);
    else this.#groups.set(group, count);
  }
}
