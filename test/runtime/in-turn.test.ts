/** One piece of work after another. */
import { expect, it } from 'vitest';
import { InTurn } from '../../src/runtime/index.ts';

it('begins a piece when those before it are settled, failed ones too', async () => {
  const turns = new InTurn();
  const events: string[] = [];
  const piece = (name: string, fails: boolean) =>
    turns.run(async () => {
      events.push(`${name} begins`);
      await Promise.resolve();
      events.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    });
  const all = Promise.allSettled([piece('a', false), piece('b', true), piece('c', false)]);
  expect(turns.count).toBe(3);
  const settled = await all;
  expect(events).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  await Promise.resolve();
  expect(turns.count).toBe(0);
});
