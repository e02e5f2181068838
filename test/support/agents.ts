/** An Agent over the memory engine and a held clock. */
import { Agent, type AgentIdentity, type ServiceDefinition } from '../../src/agent/index.ts';
import { State } from '../../src/catalog/index.ts';
import type { CheckDefinition } from '../../src/checks/index.ts';
import {
  createMemoryRowStore,
  type Engine,
  openEmbeddedEngine,
  type RowStore,
} from '../../src/engine/index.ts';
import { seededRandom, silentLogger } from '../../src/runtime/index.ts';
import { HeldClock } from './held-clock.ts';

export const identity: AgentIdentity = {
  nodeName: 'n1',
  nodeId: '11111111-1111-1111-1111-111111111111',
  datacenter: 'dc1',
  advertiseAddress: '127.0.0.1',
  meta: { 'consul-network-segment': '', 'consul-version': '1.16.4' },
  taggedAddresses: { lan: '127.0.0.1', wan: '127.0.0.1' },
  locality: null,
  server: true,
  serverPort: 8300,
  apiVersion: '1.16.4',
};

export interface RunningAgent {
  readonly agent: Agent;
  readonly state: State;
  readonly engine: Engine;
  readonly clock: HeldClock;
}

export interface AgentSetUp {
  readonly identity?: Partial<AgentIdentity>;
  readonly store?: RowStore;
  readonly checkOutputIntervalMs?: number;
}

/** Built, not started. */
export function newAgent(setUp: AgentSetUp = {}): RunningAgent {
  const state = new State();
  const store = setUp.store ?? createMemoryRowStore();
  const clock = new HeldClock();
  const engine = openEmbeddedEngine({ state, store, logger: silentLogger, clock });
  const agent = new Agent({
    state,
    commit: (body, options) => engine.commit(body, options),
    identity: { ...identity, ...setUp.identity },
    clock,
    random: seededRandom(1),
    logger: silentLogger,
    checkOutputIntervalMs: setUp.checkOutputIntervalMs ?? 300_000,
    checkOutputBytesMax: 4096,
  });
  return { agent, state, engine, clock };
}

export async function startedAgent(setUp: AgentSetUp = {}): Promise<RunningAgent> {
  const running = newAgent(setUp);
  await running.agent.start({ services: [], checks: [] });
  return running;
}

export function serviceDefinition(
  name: string,
  fields: Partial<ServiceDefinition> = {},
): ServiceDefinition {
  return {
    name,
    id: '',
    kind: '',
    tags: [],
    address: '',
    taggedAddresses: {},
    meta: {},
    port: 80,
    socketPath: '',
    weights: undefined,
    enableTagOverride: false,
    proxy: null,
    connectNative: false,
    sidecarService: null,
    locality: null,
    token: '',
    checks: [],
    ...fields,
  };
}

export function checkDefinition(fields: Partial<CheckDefinition> = {}): CheckDefinition {
  return { checkId: '', name: '', serviceId: '', ...fields };
}
