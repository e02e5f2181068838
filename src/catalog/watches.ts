/**
 * Who waits for what. A topic is a short text (`service.web`, `node.n1`, `rows.nodes`); waking a topic calls its
 * watchers once and forgets them. Knows nothing of HTTP; `blocking-query.ts` builds waiting on it.
 */
import type { RowChange } from './transaction.ts';

export interface Watch {
  /** Stops watching; calling it again, or after the wake, does nothing. */
  cancel(): void;
}

interface Watcher {
  readonly topics: readonly string[];
  readonly wake: () => void;
}

export class Watches {
  readonly #byTopic = new Map<string, Set<Watcher>>();
  /** How many topics of prefixes there are, by the length of the prefix. */
  readonly #prefixLengths = new Map<number, number>();

  /** Number of topics that somebody waits on. */
  get size(): number {
    return this.#byTopic.size;
  }

  /** Whether somebody waits on `topic`. */
  has(topic: string): boolean {
    return this.#byTopic.has(topic);
  }

  /** Lengths of the prefixes of keys that somebody waits on: those of a written key can be told from them alone. */
  get prefixLengths(): Iterable<number> {
    return this.#prefixLengths.keys();
  }

  /** Calls `wake` once, when the first of `topics` is woken. */
  add(topics: readonly string[], wake: () => void): Watch {
    const watcher: Watcher = { topics, wake };
    for (const topic of topics) {
      const watchers = this.#byTopic.get(topic);
      if (watchers === undefined) {
        this.#byTopic.set(topic, new Set([watcher]));
        this.#countPrefix(topic, 1);
      } else watchers.add(watcher);
    }
    return { cancel: () => this.#remove(watcher) };
  }

  wake(topics: ReadonlySet<string>): void {
    const woken = new Set<Watcher>();
    for (const topic of topics) {
      for (const watcher of this.#byTopic.get(topic) ?? []) woken.add(watcher);
    }
    for (const watcher of woken) this.#remove(watcher);
    for (const watcher of woken) watcher.wake();
  }

  wakeAll(): void {
    this.wake(new Set(this.#byTopic.keys()));
  }

  #remove(watcher: Watcher): void {
    for (const topic of watcher.topics) {
      const watchers = this.#byTopic.get(topic);
      if (watchers === undefined) continue;
      watchers.delete(watcher);
      if (watchers.size > 0) continue;
      this.#byTopic.delete(topic);
      this.#countPrefix(topic, -1);
    }
  }

  #countPrefix(topic: string, more: number): void {
    if (!topic.startsWith(KV_PREFIX)) return;
    const length = topic.length - KV_PREFIX.length;
    const count = (this.#prefixLengths.get(length) ?? 0) + more;
    if (count === 0) this.#prefixLengths.delete(length);
    else this.#prefixLengths.set(length, count);
  }
}

/**
 * What a changed row wakes, beside the index keys that its command touched. `prefixLengths` are those of the prefixes
 * that are waited on.
 */
export function topicsOf(change: RowChange, prefixLengths: Iterable<number>): readonly string[] {
  switch (change.table) {
    case 'indexes':
      return [change.key];
    case 'nodes':
      return [topics.nodeRows];
    case 'checks':
      return checkTopics(change as RowChange<'checks'>);
    case 'services':
    case 'agent_services':
    case 'agent_checks':
    case 'dns_records':
    case 'kv_tombstones':
    case 'lock_delays':
    case 'prepared_queries':
    case 'coordinates':
    case 'autopilot':
    case 'ca_roots':
    case 'ca_signers':
    case 'ca_configurations':
      return [];
    case 'kv':
      return kvTopics(change.key, prefixLengths);
    case 'sessions':
      return [topics.session(change.key)];
  }
}

function checkTopics({ before, after }: RowChange<'checks'>): readonly string[] {
  const rows = [before, after].filter((row) => row !== undefined);
  return rows.flatMap((row) => [
    topics.checksOfNode(row.node),
    topics.checksOfService(row.serviceName),
    topics.checksInState(row.status),
    topics.checkRows,
  ]);
}

function kvTopics(key: string, prefixLengths: Iterable<number>): readonly string[] {
  const found = [topics.kvKey(key)];
  for (const length of prefixLengths) {
    if (length <= key.length) found.push(topics.kvPrefix(key.slice(0, length)));
  }
  return found;
}

const KV_PREFIX = 'kv.prefix.';

export const topics = {
  nodeRows: 'rows.nodes',
  checkRows: 'rows.checks',
  checksOfNode: (node: string) => `checks.node.${node.toLowerCase()}`,
  checksOfService: (service: string) => `checks.service.${service.toLowerCase()}`,
  checksInState: (status: string) => `checks.state.${status}`,
  kvKey: (key: string) => `kv.key.${key}`,
  /** Every key that begins so. */
  kvPrefix: (prefix: string) => `${KV_PREFIX}${prefix}`,
  session: (id: string) => `session.${id}`,
} as const;
