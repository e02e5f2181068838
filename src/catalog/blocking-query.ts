/**
 * Long polling on the catalog. The contract, as Consul's clients know it:
 *   - without an index, or when the reading's index is already above it, the reading is returned at once;
 *   - otherwise the reading is taken again each time one of its topics is woken, and returned as soon as its index
 *     exceeds the one given; a wake that did not raise it keeps waiting;
 *   - when the wait is over, or the client is gone, the current reading is returned whatever its index.
 */
import type { Clock } from '../runtime/index.ts';
import type { Reading } from './reading.ts';
import type { Watches } from './watches.ts';

export interface BlockingQuery<Value> {
  readonly read: () => Reading<Value>;
  /** 0 means "do not wait". */
  readonly minIndex: number;
  readonly waitMs: number;
  readonly watches: Watches;
  readonly clock: Clock;
  /** Ends the wait early: the client went away, or the agent stops. */
  readonly signal: AbortSignal;
}

export async function blockingQuery<Value>(query: BlockingQuery<Value>): Promise<Reading<Value>> {
  const { read, minIndex, clock, signal } = query;
  const deadline = clock.monotonic() + query.waitMs;
  for (;;) {
    const reading = read();
    const leftMs = deadline - clock.monotonic();
    if (minIndex === 0 || reading.index > minIndex || leftMs <= 0 || signal.aborted) return reading;
    await wakeOrTimeout(query, reading.topics, leftMs);
  }
}

function wakeOrTimeout<Value>(
  { watches, clock, signal }: BlockingQuery<Value>,
  topics: readonly string[],
  leftMs: number,
): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      watch.cancel();
      timer.cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const watch = watches.add(topics, end);
    const timer = clock.schedule(leftMs, end);
    signal.addEventListener('abort', end, { once: true });
  });
}
