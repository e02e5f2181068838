/** The view over time: whatever deltas did to it, it answers as one that was given the rows at once. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ViewChange } from '../../../src/dns/index.ts';
import { View } from '../../../src/dns/view/view.ts';
import { ask, serve } from '../ask.ts';
import { instance, node } from '../catalog-rows.ts';
import { rules } from '../options.ts';

const remove = (service: string, on: string): ViewChange => ({
  kind: 'delete-instance',
  key: `${on}\0${service}`,
});

describe('a delta', () => {
  it('moves the index forward only', () => {
    const view = new View('dc1');
    view.apply({ index: 5, changes: [] });
    view.apply({ index: 3, changes: [] });
    expect(view.index).toBe(5);
  });

  it('may bring an instance before its node', async () => {
    const server = serve({ rows: [instance('db', 'n')] });
    expect((await ask(server, 'A db.service.consul')).rcode).toBe(3);
    server.view.apply({ index: 8, changes: [node('n', '10.0.0.1')] });
    expect((await ask(server, 'A db.service.consul')).answer).toEqual([
      'db.service.consul 0 A 10.0.0.1',
    ]);
  });

  it('drops what was encoded when a row changes', async () => {
    const server = serve({ rows: [node('n', '10.0.0.1'), instance('db', 'n', { port: 1 })] });
    const answers = async () => {
      const srv = await ask(server, 'SRV db.service.consul');
      const a = await ask(server, 'A db.service.consul');
      return [...srv.answer, ...srv.additional, ...a.answer].map((text) =>
        text.split(' ').slice(3).join(' '),
      );
    };
    expect(await answers()).toEqual(['1 1 1 n.node.dc1.consul', '10.0.0.1', '10.0.0.1']);
    server.view.apply({ index: 8, changes: [node('n', '10.0.0.2')] });
    expect(await answers()).toEqual(['1 1 1 n.node.dc1.consul', '10.0.0.2', '10.0.0.2']);
    server.view.apply({ index: 9, changes: [instance('db', 'n', { port: 2, weights: [9, 1] })] });
    expect(await answers()).toEqual(['1 9 2 n.node.dc1.consul', '10.0.0.2', '10.0.0.2']);
    server.view.apply({
      index: 10,
      changes: [instance('db', 'n', { port: 2, address: '10.0.0.3' })],
    });
    expect(await answers()).toEqual(['1 1 2 0a000003.addr.dc1.consul', '10.0.0.3', '10.0.0.3']);
  });

  it('can rename a service, and move a tag', async () => {
    const server = serve({
      rows: [node('n', '10.0.0.1'), instance('old', 'n', { id: 'x', tags: ['t'] })],
    });
    expect((await ask(server, 'A t.old.service.consul')).rcode).toBe(0);
    server.view.apply({ index: 8, changes: [instance('new', 'n', { id: 'x', tags: ['u'] })] });
    expect((await ask(server, 'A old.service.consul')).rcode).toBe(3);
    expect((await ask(server, 'A t.new.service.consul')).rcode).toBe(3);
    expect((await ask(server, 'A u.new.service.consul')).rcode).toBe(0);
  });

  it('leaves nothing behind of what it deletes', () => {
    const view = new View('dc1');
    const rows = [
      node('a.b', '10.0.0.1', { id: 'aabbccdd-0000-4000-8000-000000000001' }),
      instance('db', 'a.b', { address: '10.0.0.2', connect: 'web' }),
    ];
    view.apply({ index: 1, changes: rows });
    expect(view.here.nodes.hasBelow('b')).toBe(true);
    view.apply({ index: 2, changes: [remove('db', 'a.b'), { kind: 'delete-node', key: 'a.b' }] });
    expect([view.nodeCount, view.instanceCount]).toEqual([0, 0]);
    expect(view.here.service('db')).toBeUndefined();
    expect(view.here.connect('web')).toBeUndefined();
    expect(view.here.nodes.byName('a.b')).toBeUndefined();
    expect(view.here.nodes.hasBelow('b')).toBe(false);
    expect(view.here.nodes.byIdPrefix('aabb')).toBeUndefined();
    expect(view.here.nodes.byAddress('\x0a\0\0\x01')).toBeUndefined();
    expect(view.instanceAt('\x0a\0\0\x02')).toBeUndefined();
    view.apply({ index: 3, changes: [remove('db', 'a.b'), { kind: 'delete-node', key: 'a.b' }] });
    expect(view.index).toBe(3);
  });

  it('that deletes a node hides its instances until it is back', async () => {
    const server = serve({ rows: [node('n', '10.0.0.1'), instance('db', 'n')] });
    server.view.apply({ index: 8, changes: [{ kind: 'delete-node', key: 'n' }] });
    expect((await ask(server, 'A db.service.consul')).rcode).toBe(3);
    server.view.apply({ index: 9, changes: [node('n', '10.0.0.9')] });
    expect((await ask(server, 'A db.service.consul')).answer).toEqual([
      'db.service.consul 0 A 10.0.0.9',
    ]);
  });
});

describe('any history', () => {
  const names = fc.constantFrom('a', 'b', 'c');
  const status = fc.constantFrom(undefined, 'warning', 'critical');
  const optional = (value: string | undefined) => (value === undefined ? {} : { status: value });
  const change: fc.Arbitrary<ViewChange> = fc.oneof(
    fc
      .tuple(names, fc.nat(3), status)
      .map(([on, last, mark]) => node(on, `10.0.0.${last}`, optional(mark))),
    names.map((key): ViewChange => ({ kind: 'delete-node', key })),
    fc
      .tuple(names, names, fc.nat(2), fc.subarray(['x', 'y']), status)
      .map(([service, on, port, tags, mark]) =>
        instance(service, on, { id: `i${port}`, port, tags, ...optional(mark) }),
      ),
    fc
      .tuple(names, fc.nat(2))
      .map(([on, id]): ViewChange => ({ kind: 'delete-instance', key: `${on}\0i${id}` })),
  );

  /** What questions of all kinds would see, in an order of its own. */
  const seen = (view: View) =>
    ['a', 'b', 'c'].map((name) => {
      const entry = view.here.service(name);
      const selections = [undefined, 'x', 'y', 'z'].flatMap((tag) =>
        [false, true].map((onlyPassing) => {
          const selection = entry?.select(tag, rules(onlyPassing));
          const keys = selection?.instances.map((one) => one.key).sort();
          const { octets = [], count = 0 } = selection?.ipv4 ?? {};
          const hosts = Array.from({ length: count }, (_, at) => octets.slice(4 * at, 4 * at + 4));
          return [keys, hosts.map(String).sort(), selection?.distinctFor('').pool.count];
        }),
      );
      return [selections, view.here.nodes.byName(name)?.row];
    });

  it('ends where its last rows alone would have', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (history) => {
        const view = new View('dc1');
        const last = new Map<string, ViewChange>();
        for (const [at, one] of history.entries()) {
          view.apply({ index: at + 1, changes: [one] });
          seen(view);
          switch (one.kind) {
            case 'put-node':
              last.set(`node ${one.node.key}`, one);
              break;
            case 'delete-node':
              last.delete(`node ${one.key}`);
              break;
            case 'put-instance':
              last.set(one.instance.key, one);
              break;
            case 'delete-instance':
              last.delete(one.key);
          }
        }
        const fresh = new View('dc1');
        fresh.apply({ index: 1, changes: [...last.values()] });
        expect(seen(view)).toEqual(seen(fresh));
        expect(view.instanceCount).toBe(fresh.instanceCount);
        expect(view.nodeCount).toBe(fresh.nodeCount);
      }),
      { numRuns: 150 },
    );
  });
});
