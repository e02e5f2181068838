/** `/v1/acl` where there are no access control lists: every endpoint says so, and no other is there. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openApi, type TestApi } from './api.ts';
import { shown } from './replies.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const request = (line: string) => {
  const [method, path] = line.split(' ');
  return api.app.fastify.inject({ method: method as 'GET', url: `/v1${path}` });
};

it.each([
  'PUT /acl/bootstrap',
  'POST /acl/login',
  'POST /acl/logout',
  'PUT /acl/token',
  'GET /acl/tokens',
  'GET /acl/token/self',
  'PUT /acl/token/00000000-0000-0000-0000-000000000002/clone',
  'GET /acl/policies',
  'GET /acl/policy/name/p',
  'DELETE /acl/policy/x',
  'GET /acl/roles',
  'PUT /acl/role',
  'GET /acl/auth-methods',
  'PUT /acl/binding-rule/x',
  'GET /acl/binding-rules?dc=elsewhere',
  'POST /internal/acl/authorize',
  'PUT /agent/token/default',
])('%s says that there is none', async (line) => {
  expect(shown(await request(line))).toEqual([401, 'ACL support disabled']);
});

it.each([
  'PUT /acl/create',
  'PUT /acl/update',
  'GET /acl/info/x',
  'GET /acl/list',
  'POST /acl/rules/translate',
])('%s is gone from Consul, too', async (line) => {
  expect((await request(line)).statusCode).toBe(404);
});

it('replication is off, which anybody may know', async () => {
  const reply = await api.get('/v1/acl/replication');
  expect(reply.body).toBe(
    '{"Enabled":false,"Running":false,"SourceDatacenter":"","ReplicationType":"","ReplicatedIndex":0,' +
      '"ReplicatedRoleIndex":0,"ReplicatedTokenIndex":0,"LastSuccess":"0001-01-01T00:00:00Z",' +
      '"LastError":"0001-01-01T00:00:00Z","LastErrorMessage":""}',
  );
  expect(shown(await request('GET /acl/replication?dc=x'))).toEqual([500, 'No path to datacenter']);
});
