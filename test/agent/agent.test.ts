/** The agent over real tables and a held clock: what registering, heartbeats and maintenance do to the catalog. */
import { describe, expect, it } from 'vitest';
import type { ServiceDefinition } from '../../src/agent/index.ts';
import {
  deregister,
  onNodeKey,
  readInstances,
  register,
  type State,
} from '../../src/catalog/index.ts';
import { openLmdbRowStore } from '../../src/engine/index.ts';
import { checkDefinition, newAgent, serviceDefinition, startedAgent } from '../support/agents.ts';
import { checkInput, nodeInput, registration } from '../support/rows.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const options = { source: 'api', replaceExistingChecks: false } as const;
const ttl = (fields = {}) => checkDefinition({ ttlMs: 10_000, ...fields });

function status(state: State, checkId: string): string | undefined {
  return state.tables.checks.get(onNodeKey('n1', checkId))?.status;
}

describe('Agent.start', () => {
  it('registers its node, its health and the service consul in one commit', async () => {
    const { state } = await startedAgent();
    expect(state.index).toBe(1);
    expect(state.tables.nodes.get('n1')).toMatchObject({ address: '127.0.0.1' });
    expect(status(state, 'serfHealth')).toBe('passing');
    expect(readInstances(state, 'consul').value[0]?.service.port).toBe(8300);
  });

  it('puts its own node back when somebody deregisters it', async () => {
    const { state, engine } = await startedAgent();
    await engine.commit((transaction) =>
      deregister(transaction, { node: 'n1', serviceId: '', checkId: '' }),
    );
    await engine.barrier();
    expect(state.tables.nodes.get('n1')).toBeDefined();
    expect(status(state, 'serfHealth')).toBe('passing');
  });

  it('puts its own rows right when somebody writes over them', async () => {
    const { state, engine } = await startedAgent();
    const serfHealth = checkInput('serfHealth', { status: 'critical' });
    const other = nodeInput('n1', { address: '10.9.9.9' });
    await engine.commit((transaction) =>
      register(transaction, registration(other, undefined, [serfHealth])),
    );
    await engine.barrier();
    expect(state.tables.nodes.get('n1')?.address).toBe('127.0.0.1');
    expect(status(state, 'serfHealth')).toBe('passing');
  });

  it('takes up after a restart what was registered, with its status', async () => {
    const folder = temporaryFolder();
    const first = await startedAgent({ store: await openLmdbRowStore(folder) });
    await first.agent.registerService(serviceDefinition('web', { checks: [ttl()] }), options);
    await first.agent.updateTtl('service:web', 'passing', 'fine');
    await first.agent.close();
    await first.engine.close();
    const second = await startedAgent({ store: await openLmdbRowStore(folder) });
    expect(second.state.index).toBeGreaterThanOrEqual(first.state.index);
    expect(second.agent.services().map((row) => row.id)).toEqual(['web']);
    expect(status(second.state, 'service:web')).toBe('passing');
    second.clock.advance(12_000);
    await second.agent.close();
    expect(status(second.state, 'service:web')).toBe('critical');
    await second.engine.close();
  });

  it('takes its registrations along when it comes back under another name', async () => {
    const folder = temporaryFolder();
    const first = await startedAgent({ store: await openLmdbRowStore(folder) });
    await first.agent.registerService(serviceDefinition('web', { checks: [ttl()] }), options);
    await first.engine.close();
    const second = newAgent({
      store: await openLmdbRowStore(folder),
      identity: { nodeName: 'n2' },
    });
    await second.agent.start({ services: [], checks: [] });
    expect([...second.state.tables.nodes.all()].map((row) => row.node)).toEqual(['n2']);
    expect(second.agent.services().map((row) => `${row.node} ${row.id}`)).toEqual(['n2 web']);
    expect(second.agent.checks().map((row) => row.checkId)).toEqual(['service:web']);
    await second.agent.close();
    await second.engine.close();
  });
});

describe('Agent.registerService', () => {
  it('changes nothing the second time: same status, same index', async () => {
    const { agent, state } = await startedAgent();
    const web = serviceDefinition('web', { tags: ['v1'], checks: [ttl({ status: 'passing' })] });
    await agent.registerService(web, options);
    await agent.updateTtl('service:web', 'warning', 'slow');
    const { index } = state;
    await Promise.all(Array.from({ length: 50 }, () => agent.registerService(web, options)));
    expect(state.index).toBe(index);
    expect(status(state, 'service:web')).toBe('warning');
    expect(agent.services()).toHaveLength(1);
  });

  it('names the checks as Consul does', async () => {
    const { agent } = await startedAgent();
    await agent.registerService(serviceDefinition('one', { checks: [ttl()] }), options);
    const three = [ttl(), ttl({ checkId: 'mine' }), ttl()];
    await agent.registerService(serviceDefinition('web', { id: 'w', checks: three }), options);
    const names = agent.checks().map((row) => `${row.checkId} ${row.name}`);
    expect(names.sort()).toEqual([
      "mine Service 'web' check",
      "service:one Service 'one' check",
      "service:w:1 Service 'web' check",
      "service:w:3 Service 'web' check",
    ]);
  });

  it('keeps checks that it does not name, unless told to replace them', async () => {
    const { agent } = await startedAgent();
    const ids = () => agent.checks().map((row) => row.checkId);
    const [a, b] = [ttl({ checkId: 'a' }), ttl({ checkId: 'b' })];
    await agent.registerService(serviceDefinition('web', { checks: [a] }), options);
    await agent.registerService(serviceDefinition('web', { checks: [b] }), options);
    expect(ids()).toEqual(['a', 'b']);
    const replace = { ...options, replaceExistingChecks: true };
    await agent.registerService(serviceDefinition('web', { checks: [b] }), replace);
    expect(ids()).toEqual(['b']);
  });

  it('adds tagged addresses for an address that is an IP', async () => {
    const { agent } = await startedAgent();
    await agent.registerService(serviceDefinition('web', { address: '10.0.0.9' }), options);
    expect(Object.keys(agent.service('web')?.taggedAddresses ?? {})).toEqual([
      'lan_ipv4',
      'wan_ipv4',
    ]);
  });

  const refused: [string, Partial<ServiceDefinition>, string, string][] = [
    ['no name', { name: '' }, 'service_name_missing', 'Missing service name'],
    [
      'an unspecified address',
      { address: '::' },
      'service_address_invalid',
      'Invalid service address',
    ],
    [
      'a port beyond 65535',
      { port: 70000 },
      'service_port_invalid',
      'Invalid service port: Port must be between 0 and 65535, received 70000',
    ],
    [
      'a weight of zero',
      { weights: { passing: 0, warning: 1 } },
      'service_weights_invalid',
      'Invalid Weights: Passing must be greater than 0',
    ],
    [
      'a weight beyond 65535',
      { weights: { passing: 70000, warning: 1 } },
      'service_weights_invalid',
      'Invalid Weights: DNS Weight must be between 0 and 65535',
    ],
    [
      'reserved metadata',
      { meta: { 'consul-x': 'y' } },
      'service_meta_invalid',
      "Invalid Service Meta: Couldn't load metadata pair ('consul-x', 'y'): Key prefix 'consul-' is reserved for internal use",
    ],
    [
      'a tagged address of the wrong family',
      { taggedAddresses: { lan_ipv4: { address: '::1', port: 1 } } },
      'service_tagged_address_invalid',
      'Service tagged address "lan_ipv4" must be a valid ipv4 address',
    ],
    [
      'a check without a way to run',
      { checks: [checkDefinition()] },
      'check_invalid',
      'Invalid check: TTL must be > 0 for TTL checks',
    ],
    [
      'a check of a kind that is not built',
      { checks: [checkDefinition({ grpc: 'h:1', intervalMs: 1000 })] },
      'check_invalid',
      'Invalid check: checks of kind "grpc" are not supported yet (supported: ttl, http, tcp)',
    ],
  ];
  it.each(refused)('refuses %s and keeps nothing', async (_title, fields, code, message) => {
    const { agent, state } = await startedAgent();
    const { index } = state;
    const registering = agent.registerService(serviceDefinition('web', fields), options);
    await expect(registering).rejects.toMatchObject({ code, message });
    expect(state.index).toBe(index);
    expect(agent.services()).toEqual([]);
  });
});

describe('Agent.updateTtl', () => {
  it('commits a new status before it resolves, and a repeated one not at all', async () => {
    const { agent, state } = await startedAgent();
    await agent.registerService(serviceDefinition('web', { checks: [ttl()] }), options);
    await agent.updateTtl('service:web', 'passing', 'ok');
    expect(status(state, 'service:web')).toBe('passing');
    const { index } = state;
    await agent.updateTtl('service:web', 'passing', 'ok');
    expect(state.index).toBe(index);
  });

  it('shows a new output at once and commits it later', async () => {
    const { agent, state, clock, engine } = await startedAgent();
    await agent.registerService(serviceDefinition('web', { checks: [ttl()] }), options);
    await agent.updateTtl('service:web', 'passing', 'one');
    await agent.updateTtl('service:web', 'passing', 'two');
    expect(agent.checks()[0]?.output).toBe('two');
    const committedOutput = () => state.tables.checks.get(onNodeKey('n1', 'service:web'))?.output;
    expect(committedOutput()).toBe('one');
    for (let beat = 0; beat < 60; beat++) {
      clock.advance(8_000);
      await agent.updateTtl('service:web', 'passing', 'two');
    }
    await engine.barrier();
    expect(committedOutput()).toBe('two');
  });

  it('holds against a status that somebody writes into the catalog', async () => {
    const { agent, state, engine } = await startedAgent();
    await agent.registerService(serviceDefinition('web', { checks: [ttl()] }), options);
    const passing = checkInput('service:web', { serviceId: 'web', status: 'passing' });
    const request = registration(nodeInput('n1'), undefined, [passing]);
    await engine.commit((transaction) =>
      register(transaction, { ...request, skipNodeUpdate: true }),
    );
    await engine.barrier();
    expect(status(state, 'service:web')).toBe('critical');
  });

  it('turns critical when the heartbeat stays away', async () => {
    const { agent, state, clock, engine } = await startedAgent();
    await agent.registerService(serviceDefinition('web', { checks: [ttl()] }), options);
    await agent.updateTtl('service:web', 'passing', 'fine');
    clock.advance(12_000);
    await engine.barrier();
    expect(state.tables.checks.get(onNodeKey('n1', 'service:web'))).toMatchObject({
      status: 'critical',
      output: 'TTL expired (last output before timeout follows): fine',
    });
  });

  it('does not lose the last of several changes in a row', async () => {
    const { agent, state } = await startedAgent();
    await agent.registerService(serviceDefinition('web', { checks: [ttl()] }), options);
    await Promise.all([
      agent.updateTtl('service:web', 'passing', 'a'),
      agent.updateTtl('service:web', 'critical', 'b'),
      agent.updateTtl('service:web', 'warning', 'c'),
      agent.updateTtl('service:web', 'critical', 'd'),
    ]);
    await agent.close();
    expect(status(state, 'service:web')).toBe('critical');
  });

  it('knows one check by all spellings of its id', async () => {
    const { agent, state, clock, engine } = await startedAgent();
    const short = ttl({ ttlMs: 2_000, status: 'passing' });
    await agent.registerService(serviceDefinition('Web', { checks: [short] }), options);
    const long = ttl({ ttlMs: 60_000, status: 'passing' });
    await agent.registerService(serviceDefinition('web', { checks: [long] }), options);
    clock.advance(10_000);
    await engine.barrier();
    expect(agent.checks().map((row) => `${row.checkId} ${row.status}`)).toEqual([
      'service:Web passing',
    ]);
    await agent.updateTtl('SERVICE:WEB', 'warning', '');
    expect(status(state, 'service:web')).toBe('warning');
  });

  it('refuses an unknown check and one without a TTL', async () => {
    const { agent } = await startedAgent();
    await expect(agent.updateTtl('nope', 'passing', '')).rejects.toMatchObject({
      code: 'check_unknown',
      message: 'Unknown check ID "nope". Ensure that the check ID is passed, not the check name.',
    });
    const tcp = checkDefinition({ name: 'tcp', tcp: '127.0.0.1:1', intervalMs: 60_000 });
    await agent.registerCheck(tcp);
    await expect(agent.updateTtl('tcp', 'passing', '')).rejects.toMatchObject({
      code: 'check_not_ttl',
      message: 'CheckID "tcp" does not have associated TTL',
    });
    await agent.close();
  });

  it('shows a new status also while the store cannot be written, and refuses all else', async () => {
    const disk = { full: false };
    const store = {
      load: () => 0,
      close: async () => {},
      write: async () => {
        if (disk.full) throw new Error('no space left on device');
      },
    };
    const { agent, state } = await startedAgent({ store });
    const web = serviceDefinition('web', { checks: [ttl({ status: 'passing' })] });
    await agent.registerService(web, options);
    disk.full = true;
    await agent.updateTtl('service:web', 'critical', 'down');
    expect(status(state, 'service:web')).toBe('critical');
    await expect(agent.registerService(serviceDefinition('db'), options)).rejects.toMatchObject({
      code: 'store_unavailable',
    });
    expect(agent.services().map((row) => row.id)).toEqual(['web']);
  });
});

describe('Agent maintenance', () => {
  it('adds a critical check and takes it away again, safe to repeat', async () => {
    const { agent, state } = await startedAgent();
    await agent.registerService(serviceDefinition('web'), options);
    const on = { enable: true, reason: 'upgrade' };
    await agent.maintainService('web', on);
    const { index } = state;
    await agent.maintainService('web', on);
    expect(state.index).toBe(index);
    expect(agent.checks()).toMatchObject([
      { checkId: '_service_maintenance:web', status: 'critical', notes: 'upgrade' },
    ]);
    await agent.maintainService('web', { enable: false, reason: '' });
    await agent.maintainService('web', { enable: false, reason: '' });
    expect(agent.checks()).toEqual([]);
  });

  it('covers the whole node', async () => {
    const { agent, state } = await startedAgent();
    await agent.maintainNode({ enable: true, reason: '' });
    expect(state.tables.checks.get(onNodeKey('n1', '_node_maintenance'))).toMatchObject({
      serviceId: '',
      status: 'critical',
      notes:
        'Maintenance mode is enabled for this node, but no reason was provided. This is a default message.',
    });
  });

  it('survives a registration that replaces checks', async () => {
    const { agent } = await startedAgent();
    await agent.registerService(serviceDefinition('web'), options);
    await agent.maintainService('web', { enable: true, reason: '' });
    const replace = { ...options, replaceExistingChecks: true };
    await agent.registerService(serviceDefinition('web', { port: 81 }), replace);
    expect(agent.checks().map((row) => row.type)).toEqual(['maintenance']);
  });
});

describe('Agent.configure', () => {
  const configured = (...names: string[]) => ({
    services: names.map((name) => serviceDefinition(name, { checks: [ttl()] })),
    checks: [],
  });

  it('registers what the files name and drops what they no longer name', async () => {
    const { agent } = await startedAgent();
    await agent.registerService(serviceDefinition('by-api'), options);
    await agent.configure(configured('a', 'b'));
    await agent.configure(configured('b'));
    expect(agent.services().map((row) => row.id)).toEqual(['by-api', 'b']);
    expect(agent.checks().map((row) => row.checkId)).toEqual(['service:b']);
  });

  it('keeps checks that were added to a configured service', async () => {
    const { agent } = await startedAgent();
    await agent.configure(configured('a'));
    await agent.registerCheck(ttl({ checkId: 'extra', name: 'extra', serviceId: 'a' }));
    await agent.configure(configured('a'));
    expect(
      agent
        .checks()
        .map((row) => row.checkId)
        .sort(),
    ).toEqual(['extra', 'service:a']);
  });

  it('keeps nothing of a set with one bad service', async () => {
    const { agent, state } = await startedAgent();
    const { index } = state;
    const bad = { ...configured('a'), services: [serviceDefinition('a'), serviceDefinition('')] };
    await expect(agent.configure(bad)).rejects.toMatchObject({ code: 'service_name_missing' });
    expect(state.index).toBe(index);
  });
});

describe('a service that is deregistered', () => {
  it('goes with its checks, and its runner stops', async () => {
    const { agent, state, clock, engine } = await startedAgent();
    await agent.registerService(serviceDefinition('web', { checks: [ttl()] }), options);
    await agent.deregisterService('web');
    const { index } = state;
    clock.advance(60_000);
    await engine.barrier();
    expect(state.index).toBe(index);
    expect(agent.checks()).toEqual([]);
    await expect(agent.deregisterService('web')).rejects.toMatchObject({
      code: 'service_unknown',
      message:
        'Unknown service ID "web". Ensure that the service ID is passed, not the service name.',
    });
  });

  it('stays gone when it was taken out of the catalog', async () => {
    const { agent, engine, clock } = await startedAgent();
    await agent.registerService(serviceDefinition('web', { checks: [ttl()] }), options);
    await engine.commit((transaction) =>
      deregister(transaction, { node: 'n1', serviceId: 'web', checkId: '' }),
    );
    clock.advance(120_000);
    await engine.barrier();
    expect(agent.services()).toEqual([]);
    expect(agent.checks()).toEqual([]);
  });

  it('goes by itself after being critical for as long as its check allows', async () => {
    const { agent, clock, engine } = await startedAgent();
    const check = ttl({ deregisterCriticalServiceAfterMs: 60_000 });
    await agent.registerService(serviceDefinition('web', { checks: [check] }), options);
    clock.advance(59_000);
    await engine.barrier();
    expect(agent.services()).toHaveLength(1);
    clock.advance(2_500);
    await engine.barrier();
    expect(agent.services()).toEqual([]);
  });
});
