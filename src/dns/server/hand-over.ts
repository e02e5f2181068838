/**
 * Gives threads the whole view: in slices, so that the main thread has turns for others between them, each written once
 * for all threads.
 */
import { serialize } from 'node:v8';
import type { ViewDelta } from '../view/delta.ts';
import type { ThreadLink } from './thread-link.ts';

const SLICE_CHANGES = 2000;

/** `view` is the catalog at this moment: commits that are published to the links from now on come after it. */
export async function handOver(links: readonly ThreadLink[], view: ViewDelta): Promise<void> {
  const { index, changes } = view;
  for (const link of links) link.beginWhole();
  for (let at = 0; at === 0 || at < changes.length; at += SLICE_CHANGES) {
    const slice = { index, changes: changes.slice(at, at + SLICE_CHANGES) };
    const bytes = serialize(slice);
    for (const link of links) link.handOver(bytes);
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const link of links) link.endWhole();
}
