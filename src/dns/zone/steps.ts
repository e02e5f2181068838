/**
 * Work on master files that can be put aside: a generator that stops at places where nothing is half done, and
 * says which file it wants to read. It is run at once before DNS answers, and in slices beside the answers later.
 * Knows nothing of zones.
 *
 *   yield 'zones/a.inc'  →  the text of that file is sent in
 *   yield undefined      →  others may have a turn
 */

import type { Clock } from '../../runtime/index.ts';

/** The text of a file, or why there is none (`no such file`). */
export type Text = string | { readonly problem: string };
export type ReadText = (file: string) => Text;

export type Steps<Result> = Generator<string | undefined, Result, Text>;

/** Items between two places to stop: some 0.3 ms of work. */
const ITEMS_A_STEP = 32;

/** Does `act` for each item, with places to stop in between. */
export function* forEach<Item>(items: Iterable<Item>, act: (item: Item) => void): Steps<void> {
  let count = 0;
  for (const item of items) {
    act(item);
    count += 1;
    if (isPlaceToStop(count)) yield undefined;
  }
}

/** Whether there is one after `count` items, for loops that `forEach` does not fit. */
export function isPlaceToStop(count: number): boolean {
  return count % ITEMS_A_STEP === 0;
}

export function runAtOnce<Result>(steps: Steps<Result>, readText: ReadText): Result {
  let step = steps.next();
  while (step.done !== true) {
    step = steps.next(step.value === undefined ? '' : readText(step.value));
  }
  return step.value;
}

export interface Pacing {
  readonly clock: Clock;
  /** Waits for one turn of the event loop. */
  readonly pause: () => Promise<void>;
  /** Once it is aborted the work ends at the next pause, and its reason is thrown. */
  readonly signal: AbortSignal;
}

const SLICE_MS = 1;
/** Others had next to nothing to do in a turn that is shorter. */
const IDLE_TURN_MS = 0.2;
/** Between two slices, however much others have to do: work goes on, at a twentieth of the time or so. */
const TURNS_MAX = 40;

export async function runInSlices<Result>(
  steps: Steps<Result>,
  readText: (file: string) => Promise<Text>,
  pacing: Pacing,
): Promise<Result> {
  const { clock, signal } = pacing;
  let sliceEndsAt = clock.monotonic() + SLICE_MS;
  let step = steps.next();
  while (step.done !== true) {
    let text: Text = '';
    if (step.value !== undefined) {
      text = await readText(step.value);
    } else if (clock.monotonic() >= sliceEndsAt) {
      await letOthersGo(pacing);
      signal.throwIfAborted();
      sliceEndsAt = clock.monotonic() + SLICE_MS;
    }
    step = steps.next(text);
  }
  return step.value;
}

/** A turn takes 32 datagrams at most, so that a single one after each slice would leave others waiting. */
async function letOthersGo({ clock, pause }: Pacing): Promise<void> {
  for (let turns = 0; turns < TURNS_MAX; turns++) {
    const begunAt = clock.monotonic();
    await pause();
    if (clock.monotonic() - begunAt < IDLE_TURN_MS) return;
  }
}
