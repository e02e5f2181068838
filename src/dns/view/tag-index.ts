/**
 * The tags of a list of instances, by the text that a question would have: who has a tag, and which names exist only
 * because a tag with dots goes through them. Made once for a list, so that a tag nobody has costs one look-up. Knows
 * only tags that exist; nothing asked for is kept.
 */
import { catalogLabel } from '../names.ts';
import { NAME_BYTES_MAX } from '../wire/name.ts';
import type { InstanceEntry } from './entries.ts';

export class TagIndex {
  readonly #byTag = new Map<string, InstanceEntry[]>();
  /** `primary` for the tag `v1.primary`. */
  readonly #suffixes = new Set<string>();

  constructor(instances: readonly InstanceEntry[]) {
    for (const instance of instances) {
      for (const tag of instance.tags) this.#add(catalogLabel(tag), instance);
    }
  }

  /** Instances that have `tag`, a label's octets in lower case. */
  get(tag: string): readonly InstanceEntry[] {
    return this.#byTag.get(tag) ?? [];
  }

  /** Whether some tag ends with `.tag`. */
  hasBelow(tag: string): boolean {
    return this.#suffixes.has(tag);
  }

  #add(tag: string, instance: InstanceEntry): void {
    // No question has room for such a tag, and one of dots alone would have as many suffixes as octets.
    if (tag.length > NAME_BYTES_MAX) return;
    const list = this.#byTag.get(tag);
    if (list === undefined) {
      this.#byTag.set(tag, [instance]);
      for (let dot = tag.indexOf('.'); dot >= 0; dot = tag.indexOf('.', dot + 1)) {
        this.#suffixes.add(tag.slice(dot + 1));
      }
    } else if (list.at(-1) !== instance) {
      // An instance may have one tag twice, in letters of another case.
      list.push(instance);
    }
  }
}
