// How long the disk under the store takes for one small durable write: what rates of durable writes have to be seen
// beside, since a group of them waits for it. Knows nothing of the store.
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { median } from '../dns/statistics.mjs';

const WRITES = 200;
const PAGE = Buffer.alloc(4096);

/** Median of writing a page into a file under `folder` with its sync, in milliseconds. */
export function syncMs(folder) {
  const file = openSync(join(folder, 'sync'), 'w');
  try {
    const took = Array.from({ length: WRITES }, (_, at) => {
      const started = performance.now();
      writeSync(file, PAGE, 0, PAGE.length, at * PAGE.length);
      fdatasyncSync(file);
      return performance.now() - started;
    });
    return median(took);
  } finally {
    closeSync(file);
  }
}
