/**
 * The catalog's whole life (`../lifecycle/`) as a target: each case is a run of its own, from an empty catalog on.
 *
 *   input:  seed (32) ▸ number of steps (16)
 */
import type { Random } from '../../../src/runtime/index.ts';
import { runLifecycle } from '../lifecycle/lifecycle.ts';
import { randomOctets, type Target } from '../target.ts';

function generate(random: Random): Uint8Array {
  const input = randomOctets(6, random);
  input.writeUInt16BE(200 + random.integer(2000), 4);
  return input;
}

async function check(input: Uint8Array): Promise<void> {
  const octets = Buffer.alloc(6);
  octets.set(input.subarray(0, 6));
  await runLifecycle(octets.readUInt32BE(0), octets.readUInt16BE(4));
}

export const lifecycle: Target = { name: 'lifecycle', casesInTests: 2, generate, check };
