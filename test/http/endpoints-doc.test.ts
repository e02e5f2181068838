/**
 * Goal: docs/endpoints.md says of every endpoint what becomes of it. Method: its tables are rendered from
 * `endpoint-states.ts`, which is compared with the mounted routes; `UPDATE_DOCS=1 npx vitest run test/http/endpoints-doc`
 * writes them.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generatedPart } from '../support/generated-doc.ts';
import { openApi, type TestApi } from './api.ts';
import { type EndpointNote, NOT_SERVED, SERVED } from './endpoint-states.ts';

const served = Object.values(SERVED).flat();
const routesOf = (notes: readonly EndpointNote[]): string[] =>
  notes.flatMap(({ routes }) => routes);

/** What a documented route is mounted as: all below the first name belongs to it. */
const mountedAs = (route: string): string => route.replace(/\/:.*$/, '/');

const WORDS = { works: 'works', differs: 'differs', refused: 'refused', own: "rollcall's own" };

function tableOf(notes: readonly EndpointNote[]): string {
  const rows = notes.map(({ routes, state, note }) => {
    const listed = routes.map((route) => `\`${route}\``).join('<br>');
    return `| ${listed} | ${WORDS[state]} | ${note} |`;
  });
  return ['| method and path | state | |', '| --- | --- | --- |', ...rows].join('\n');
}

const SECTIONS: Readonly<Record<string, string>> = {
  served: Object.entries(SERVED)
    .map(([title, notes]) => `### ${title}\n\n${tableOf(notes)}`)
    .join('\n\n'),
  'not served': tableOf(NOT_SERVED),
};

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

describe('docs/endpoints.md', () => {
  it.each(Object.entries(SECTIONS))('has the endpoints that are %s', (name, rendered) => {
    expect(generatedPart('endpoints.md', name, rendered)).toBe(rendered);
  });

  it('says of each mounted route what its state is, and of no other that it is served', () => {
    const mounted = api.app.endpoints.map(({ method, path }) => `${method} ${path}`);
    const documented = routesOf(served).map(mountedAs);
    expect([...new Set(documented)].sort()).toEqual([...new Set(mounted)].sort());
  });

  it('has each route once', () => {
    const routes = [...routesOf(served), ...routesOf(NOT_SERVED)];
    expect(routes).toEqual([...new Set(routes)]);
  });

  it.each(routesOf(NOT_SERVED))('is right that %s is answered by nobody', async (route) => {
    const [method, path = ''] = route.split(' ');
    const url = path.replaceAll(/:[a-z-]+/g, 'x');
    const { statusCode } = await api.app.fastify.inject({ method: method as 'GET', url });
    expect(statusCode).toBe(404);
  });
});
