/** The commands that ask: what they print for recorded replies, and what they ask for. */
import { describe, expect, it } from 'vitest';
import { CHECKS, MEMBERS, NODE_WITH_SERVICES, NODES, SELF, SERVICE_NODES } from './api-bodies.ts';
import { type FakeAgent, fakeAgent } from './fake-agent.ts';
import { type Outcome, runCommand } from './run-command.ts';

const REPLIES = {
  'GET /v1/agent/members': MEMBERS,
  'GET /v1/agent/self': SELF,
  'GET /v1/agent/checks': CHECKS,
  'GET /v1/catalog/datacenters': ['dc1', 'dc2'],
  'GET /v1/catalog/nodes': NODES,
  'GET /v1/catalog/service/web': SERVICE_NODES,
  'GET /v1/catalog/service/nobody': [],
  'GET /v1/catalog/services': { web: ['v2', 'v1'], consul: [], 'a-long-name': ['x'] },
  'GET /v1/catalog/node/n1': NODE_WITH_SERVICES,
  'GET /v1/catalog/node/nobody': [null],
};

async function asked(line: string, replies = {}): Promise<Outcome & Pick<FakeAgent, 'asked'>> {
  const agent = await fakeAgent({ ...REPLIES, ...replies });
  const outcome = await runCommand(line.split(' '), { CONSUL_HTTP_ADDR: agent.address });
  return { ...outcome, asked: agent.asked };
}

const NODES_TABLE = `Node           ID        Address    DC
n1             a1b2c3d4  127.0.0.1  dc1
external-node            192.0.2.7  dc1
`;
const NODES_DETAILED = `Node           ID                                    Address    DC   TaggedAddresses               Meta
n1             a1b2c3d4-0000-4000-8000-000000000001  127.0.0.1  dc1  lan=127.0.0.1, wan=127.0.0.1  consul-version=1.16.4, rack=7
external-node                                        192.0.2.7  dc1
`;
const MEMBERS_TABLE = `Node  Address         Status  Type    Build   Protocol  DC   Partition  Segment
n1    127.0.0.1:8301  alive   server  1.16.4  2         dc1  default    <all>
c1    [::1]:8301      failed  client  1.16.4  2         dc1  default    <default>
`;
const MEMBERS_DETAILED = `Node  Address         Status  Tags
n1    127.0.0.1:8301  alive   build=1.16.4:,dc=dc1,role=consul,segment=,vsn=2
c1    [::1]:8301      failed  build=1.16.4:,dc=dc1,role=node,segment=,vsn=2
`;

describe('stdout of', () => {
  const table: readonly [string, string][] = [
    ['catalog nodes', NODES_TABLE],
    ['catalog nodes -detailed', NODES_DETAILED],
    [
      'catalog nodes -service web',
      'Node  ID        Address    DC\nn1    a1b2c3d4  127.0.0.1  dc1\n',
    ],
    ['catalog services', 'a-long-name\nconsul\nweb\n'],
    ['catalog services --tags', 'a-long-name      x\nconsul\nweb              v1,v2\n'],
    ['catalog services -node n1 -tags', 'consul\nweb         v1,v2\n'],
    ['catalog datacenters', 'dc1\ndc2\n'],
    ['members', MEMBERS_TABLE],
    ['members -detailed', MEMBERS_DETAILED],
    ['info', 'agent:\n\tchecks = 2\n\tservices = 1\nconsul:\n\tleader = true\n\tserver = true\n'],
    [
      'maint',
      'Node:\n  Name:   n1\n  Reason: moving\n\nService:\n  ID:     web\n  Reason: new disks\n\n',
    ],
  ];
  it.each(table)('%s', async (line, stdout) => {
    expect(await asked(line)).toMatchObject({ exitCode: 0, stdout, stderr: '' });
  });

  const json: readonly [string, unknown][] = [
    ['catalog nodes', NODES],
    ['catalog services', REPLIES['GET /v1/catalog/services']],
    ['catalog datacenters', ['dc1', 'dc2']],
    ['members -status alive', [MEMBERS[1]]],
  ];
  it.each(json)('%s --format=json is the JSON of the API, indented', async (line, value) => {
    const { exitCode, stdout } = await asked(`${line} --format=json`);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual(value);
    expect(stdout).toMatch(/^[[{]\n {4}/);
  });
});

describe('the request of', () => {
  const table: readonly [string, string][] = [
    ['catalog nodes', '/v1/catalog/nodes'],
    ['catalog nodes -datacenter dc2 -stale', '/v1/catalog/nodes?dc=dc2&stale'],
    [
      'catalog nodes -near _agent -node-meta a=1 -node-meta b=x=y',
      '/v1/catalog/nodes?node-meta=a%3A1&node-meta=b%3Ax%3Dy&near=_agent',
    ],
    ['catalog nodes -filter=Meta.a==1', '/v1/catalog/nodes?filter=Meta.a%3D%3D1'],
    ['catalog nodes -service web', '/v1/catalog/service/web'],
    ['catalog services -node-meta a=1', '/v1/catalog/services?node-meta=a%3A1'],
    ['catalog services -node a/b', '/v1/catalog/node/a%2Fb'],
    ['members -wan', '/v1/agent/members?wan=1'],
    ['members -segment s1', '/v1/agent/members?segment=s1'],
  ];
  it.each(table)('%s', async (line, url) => {
    expect((await asked(line)).asked).toMatchObject([{ method: 'GET', url }]);
  });
});

describe('nothing found', () => {
  it('by catalog nodes is said on stderr', async () => {
    const stderr = 'No nodes match the given query - try expanding your search.\n';
    expect(await asked('catalog nodes -service nobody')).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr,
    });
  });

  it('by catalog services is said on stderr', async () => {
    const stderr = 'No services match the given query - try expanding your search.\n';
    expect(await asked('catalog services -node nobody')).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr,
    });
  });

  it('by members is exit code 2', async () => {
    expect(await asked('members -status=left')).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: '',
    });
  });

  it('in maintenance prints nothing', async () => {
    expect(await asked('maint', { 'GET /v1/agent/checks': {} })).toMatchObject({
      exitCode: 0,
      stdout: '',
    });
  });
});

describe('stderr for', () => {
  const refused = { 'GET /v1/catalog/nodes': '500 No path to datacenter\n' };
  const table: readonly [string, string][] = [
    [
      'catalog nodes',
      'Error listing nodes: Unexpected response code: 500 (No path to datacenter)\n',
    ],
    ['catalog nodes -format=xml', 'Invalid format "xml", valid formats are "table" and "json"\n'],
    ['catalog nodes extra', 'Too many arguments (expected 0, got 1)\n'],
    ['catalog services extra words', 'Too many arguments (expected 0, got 2)\n'],
    [
      'members -status=(',
      'Failed to compile status regexp: Invalid regular expression: /(/: Unterminated group\n',
    ],
    ['maint -enable -disable', 'Only one of -enable or -disable may be provided\n'],
    ['maint -reason x', 'Reason may only be provided with -enable\n'],
    ['maint -service web', 'Service requires either -enable or -disable\n'],
  ];
  it.each(table)('%s', async (line, stderr) => {
    expect(await asked(line, refused)).toMatchObject({ exitCode: 1, stdout: '', stderr });
  });
});
