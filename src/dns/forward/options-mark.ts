/** What tells one set of forward options from another, in few characters: threads take over new ones not quite at once. */
import { createHash } from 'node:crypto';
import type { ForwardOptions } from '../options.ts';

export function markOf(options: ForwardOptions): string {
  return createHash('sha256').update(JSON.stringify(options)).digest('base64');
}
