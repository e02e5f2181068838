// The tags of all services are kept until a service changes: that must never be seen in what is read.
import { expect, it } from 'vitest';
import { deregister, readServiceTags, register } from '../../src/catalog/index.ts';
import { committed } from '../support/committed.ts';
import { checkInput, nodeInput, registration, serviceInput } from '../support/rows.ts';

it('tags of services are made anew when a service comes, changes or goes, and only then', () => {
  const { state, commit } = committed();
  const read = () => readServiceTags(state).value;
  const shown = () => [...read()].map(([name, tags]) => `${name} ${[...tags].join()}`);
  const put = (id: string, tags: string[]) =>
    commit((transaction) => {
      const service = serviceInput('web', { id, tags });
      register(transaction, registration(nodeInput('n1'), service));
    });

  expect(shown()).toEqual([]);
  put('web-1', ['a']);
  expect(shown()).toEqual(['web a']);
  put('web-2', ['a', 'b']);
  expect(shown()).toEqual(['web a,b']);

  const kept = read();
  commit((transaction) =>
    register(transaction, registration(nodeInput('n1'), undefined, [checkInput('c')])),
  );
  expect(read()).toBe(kept);

  put('web-2', ['c']);
  expect(shown()).toEqual(['web a,c']);
  commit((transaction) => {
    deregister(transaction, { node: 'n1', serviceId: 'web-1', checkId: '' });
  });
  expect(shown()).toEqual(['web c']);
});
