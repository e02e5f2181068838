/** The selections of one service: by tag, without looking at what nobody asked for. */
import { describe, expect, it } from 'vitest';
import { View } from '../../../src/dns/view/view.ts';
import { instance, node } from '../catalog-rows.ts';
import { rules } from '../options.ts';

describe('tags', () => {
  it('are read once, however many made-up ones are asked for', () => {
    const view = new View('dc1');
    view.apply({ index: 1, changes: [node('n', '10.0.0.1'), instance('db', 'n')] });
    const entry = view.here.service('db');
    let reads = 0;
    for (const one of entry?.instances ?? []) {
      Object.defineProperty(one, 'tags', {
        get: () => {
          reads += 1;
          return ['v1.Primary'];
        },
      });
    }
    for (let at = 0; at < 50; at++) {
      expect(entry?.select(`made-up-${at}`, rules(false))).toBeUndefined();
      expect(entry?.hasTagBelow(`made-up-${at}`, rules(false))).toBe(false);
    }
    expect(entry?.select('v1.primary', rules(false))?.instances).toHaveLength(1);
    expect(entry?.hasTagBelow('primary', rules(false))).toBe(true);
    expect(reads).toBe(1);
  });

  it('that one instance has twice count once', () => {
    const view = new View('dc1');
    const rows = [node('n', '10.0.0.1'), instance('db', 'n', { tags: ['A', 'b', 'a'] })];
    view.apply({ index: 1, changes: rows });
    expect(view.here.service('db')?.select('a', rules(false))?.instances).toHaveLength(1);
  });

  it('follow the health rule and the instances', () => {
    const view = new View('dc1');
    const warned = instance('db', 'n', { tags: ['x.y'], status: 'warning' });
    view.apply({ index: 1, changes: [node('n', '10.0.0.1'), warned] });
    const entry = view.here.service('db');
    const found = (onlyPassing: boolean) => [
      entry?.select('x.y', rules(onlyPassing))?.instances.length,
      entry?.hasTagBelow('y', rules(onlyPassing)),
    ];
    expect([found(false), found(true), found(false)]).toEqual([
      [1, true],
      [undefined, false],
      [1, true],
    ]);
    view.apply({
      index: 2,
      changes: [instance('db', 'n', { id: 'other' }), instance('db', 'n', { tags: ['z'] })],
    });
    expect(found(false)).toEqual([undefined, false]);
  });
});
