/**
 * Ways to a node: by the name in a question, by the beginning of its id, by its address. Kept in step by the view,
 * which removes a node under its old row before it files it under the new one.
 */
import { catalogLabel } from '../names.ts';
import { encodeAddress } from '../wire/encode-rdata.ts';
import { octetText } from '../wire/octet-text.ts';
import type { NodeEntry } from './entries.ts';
import { MultiMap } from './multi-map.ts';

/** An address as its octets, one char each, or undefined for text that is no IP address. */
export function addressKey(text: string): string | undefined {
  const data = text === '' ? undefined : encodeAddress(text);
  return data && octetText(data.rdata, 0, data.rdata.length);
}

export class NodeIndex {
  readonly #byName = new MultiMap<NodeEntry>();
  readonly #byAddress = new MultiMap<NodeEntry>();
  readonly #byId = new MultiMap<NodeEntry>();
  /** Names of nodes with dots make names between them and `node` that exist without being nodes. */
  readonly #belowDots = new MultiMap<NodeEntry>();
  /** All ids in order, made again when first needed after a change. */
  #sortedIds: readonly string[] | undefined;

  add(entry: NodeEntry): void {
    const { row } = entry;
    if (row === undefined) return;
    const name = catalogLabel(row.name);
    this.#byName.add(name, entry);
    for (const ancestor of ancestorsOf(name)) this.#belowDots.add(ancestor, entry);
    const address = addressKey(row.address);
    if (address !== undefined) this.#byAddress.add(address, entry);
    const id = bareId(row.id);
    if (id === '') return;
    if (!this.#byId.has(id)) this.#sortedIds = undefined;
    this.#byId.add(id, entry);
  }

  remove(entry: NodeEntry): void {
    const { row } = entry;
    if (row === undefined) return;
    const name = catalogLabel(row.name);
    this.#byName.remove(name, entry);
    for (const ancestor of ancestorsOf(name)) this.#belowDots.remove(ancestor, entry);
    const address = addressKey(row.address);
    if (address !== undefined) this.#byAddress.remove(address, entry);
    const id = bareId(row.id);
    this.#byId.remove(id, entry);
    if (!this.#byId.has(id)) this.#sortedIds = undefined;
  }

  /** `name` in lower case, octets as in a label; of several the first by key. */
  byName(name: string): NodeEntry | undefined {
    return firstByKey(this.#byName.get(name));
  }

  /** Whether some node's dotted name ends with `.name`. */
  hasBelow(name: string): boolean {
    return this.#belowDots.has(name);
  }

  byAddress(key: string): NodeEntry | undefined {
    return firstByKey(this.#byAddress.get(key));
  }

  /**
   * The one node whose id begins with `text`; undefined when there is none or more than one. Consul compares
   * whole octets, so the last of an odd number of digits counts for nothing.
   */
  byIdPrefix(text: string): NodeEntry | undefined {
    const digits = bareId(text);
    const prefix = digits.slice(0, digits.length - (digits.length % 2));
    if (prefix === '' || !/^[0-9a-f]+$/.test(prefix)) return undefined;
    this.#sortedIds ??= this.#byId.keys().sort();
    const ids = this.#sortedIds;
    const at = firstNotBefore(ids, prefix);
    const id = ids[at];
    if (id === undefined || !id.startsWith(prefix) || ids[at + 1]?.startsWith(prefix)) {
      return undefined;
    }
    const nodes = this.#byId.get(id);
    return nodes.length === 1 ? nodes[0] : undefined;
  }
}

/** A UUID without its dashes. */
function bareId(id: string): string {
  return id.toLowerCase().replaceAll('-', '');
}

/** `a.b.c` → `b.c`, `c`. */
function ancestorsOf(name: string): string[] {
  const ancestors: string[] = [];
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    ancestors.push(name.slice(dot + 1));
  }
  return ancestors;
}

function firstByKey(entries: readonly NodeEntry[]): NodeEntry | undefined {
  let first = entries[0];
  for (const entry of entries) {
    if (first !== undefined && entry.key < first.key) first = entry;
  }
  return first;
}

function firstNotBefore(sorted: readonly string[], text: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as string) < text) low = middle + 1;
    else high = middle;
  }
  return low;
}
