/** Wakes a thread that sleeps in the system and looks at its messages only when an eventfd says so (eventfd(2)). */
import { writeSync } from 'node:fs';

/** The counter of an eventfd is eight octets in the machine's order, which is little-endian where batches are. */
const ONE = Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0);

/** @param wakeFd undefined: whoever is meant looks by itself */
export function wakeBy(wakeFd: number | undefined): () => void {
  if (wakeFd === undefined) return () => {};
  return () => {
    try {
      writeSync(wakeFd, ONE);
    } catch (error) {
      // EAGAIN: it has been written to 2^64 times since it was read, and is readable anyway.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  };
}
