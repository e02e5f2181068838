/**
 * What could be true of instances at each moment while they come and go: from when a write was begun, from when it was
 * surely answered by DNS. Judges answers that were given meanwhile: an answer is wrong when no state of that time fits.
 */

interface Change {
  readonly isUp: boolean;
  readonly begunMs: number;
  /** From then on no answer may go by what was before; undefined while that is not known. */
  settledMs: number | undefined;
}

export interface Seen {
  /** Those that the answer has. */
  readonly instances: readonly string[];
  readonly sentMs: number;
  readonly receivedMs: number;
}

export class Truth {
  /** By service and instance, in order; the first is what it began with. */
  readonly #changes = new Map<string, Map<string, Change[]>>();

  begin(service: string, instance: string, isUp: boolean): void {
    const instances = this.#changes.get(service) ?? new Map<string, Change[]>();
    this.#changes.set(service, instances);
    const long = Number.NEGATIVE_INFINITY;
    instances.set(instance, [{ isUp, begunMs: long, settledMs: long }]);
  }

  /** A write that is about to be sent; the result is called when DNS surely answers by it. */
  change(service: string, instance: string, isUp: boolean): () => void {
    const change: Change = { isUp, begunMs: performance.now(), settledMs: undefined };
    this.#changes.get(service)?.get(instance)?.push(change);
    return () => {
      change.settledMs = performance.now();
    };
  }

  /** What is wrong with an answer; undefined: nothing. */
  judge(service: string, { instances, sentMs, receivedMs }: Seen): string | undefined {
    const known = this.#changes.get(service);
    if (known === undefined) return `${service} is not known`;
    if (new Set(instances).size !== instances.length)
      return `${service}: ${instances} has one twice`;
    const strangers = instances.filter((instance) => !known.has(instance));
    if (strangers.length > 0) return `${service}: ${strangers} was never there`;
    for (const [instance, changes] of known) {
      const isThere = instances.includes(instance);
      if (possible(changes, sentMs, receivedMs).has(isThere)) continue;
      return `${service}: ${instance} was ${isThere ? 'down' : 'up'} all the time`;
    }
    return undefined;
  }
}

/** The states between two moments. */
function possible(changes: readonly Change[], fromMs: number, toMs: number): Set<boolean> {
  const states = new Set<boolean>();
  for (let at = changes.length - 1; at >= 0; at--) {
    const change = changes[at] as Change;
    if (change.begunMs > toMs) continue;
    states.add(change.isUp);
    if (change.settledMs !== undefined && change.settledMs <= fromMs) break;
  }
  return states;
}
