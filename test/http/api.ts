/** The HTTP interface over a real agent, state and memory engine, on a held clock: what the tests here speak to. */
import type { LightMyRequestResponse } from 'fastify';
import { Agent, type AgentIdentity, Leader } from '../../src/agent/index.ts';
import { State } from '../../src/catalog/index.ts';
import { CertificateAuthority, LeafCertificates } from '../../src/connect/index.ts';
import { createRecordRules } from '../../src/dns/index.ts';
import { createMemoryRowStore, type Engine, openEmbeddedEngine } from '../../src/engine/index.ts';
import {
  createHttpApp,
  DEFAULT_HTTP_OPTIONS,
  DEFAULT_LISTENER_LIMITS,
  type HttpApp,
  type HttpDeps,
  type ListenerLimits,
  type Measurements,
} from '../../src/http/index.ts';
import { type Logger, seededRandom, silentLogger } from '../../src/runtime/index.ts';
import { HeldClock } from '../support/held-clock.ts';

export const IDENTITY: AgentIdentity = {
  nodeName: 'n1',
  nodeId: '00000000-0000-4000-8000-000000000001',
  datacenter: 'dc1',
  advertiseAddress: '127.0.0.1',
  meta: { 'consul-network-segment': '', 'consul-version': '1.16.4' },
  taggedAddresses: {
    lan: '127.0.0.1',
    lan_ipv4: '127.0.0.1',
    wan: '127.0.0.1',
    wan_ipv4: '127.0.0.1',
  },
  locality: null,
  server: true,
  serverPort: 8300,
  apiVersion: '1.16.4',
};

export interface TestApi {
  readonly app: HttpApp;
  readonly agent: Agent;
  readonly state: State;
  readonly engine: Engine;
  readonly clock: HeldClock;
  get(url: string, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
  put(
    url: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<LightMyRequestResponse>;
  delete(url: string, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
  close(): Promise<void>;
}

export interface TestApiOptions {
  readonly deps?: Partial<HttpDeps>;
  readonly limits?: Partial<ListenerLimits>;
  readonly logger?: Logger;
  readonly identity?: Partial<AgentIdentity>;
}

/** A text body goes out as it is, anything else as JSON. */
export async function openApi({
  deps = {},
  limits = {},
  logger = silentLogger,
  identity = {},
}: TestApiOptions = {}): Promise<TestApi> {
  const clock = new HeldClock();
  const random = seededRandom(1);
  const state = new State();
  const engine = openEmbeddedEngine({ state, store: createMemoryRowStore(), logger });
  const commit: Engine['commit'] = (body, options) => engine.commit(body, options);
  const agent = new Agent({
    state,
    commit,
    identity: { ...IDENTITY, ...identity },
    clock,
    random,
    logger,
    checkOutputIntervalMs: 300_000,
    checkOutputBytesMax: 4096,
  });
  const leader = new Leader({ state, commit, clock, logger });
  leader.start();
  await agent.start({ services: [], checks: [] });
  const options = { clusterId: '', leafTtlMs: 72 * 3_600_000 };
  const { datacenter } = IDENTITY;
  const authority = new CertificateAuthority({ state, commit, clock, datacenter, options });
  const leaves = new LeafCertificates({ authority, clock, random, logger });
  const app = createHttpApp(
    {
      agent,
      leader,
      state,
      commit,
      barrier: () => engine.barrier(),
      connect: { authority, leaves },
      clock,
      random,
      logger,
      followLog: () => () => {},
      options: DEFAULT_HTTP_OPTIONS,
      leave: async () => {},
      reload: async () => {},
      selfDescription: () => SELF_DESCRIPTION,
      recordRules: createRecordRules(async () => ({ hasFile: true, conflict: undefined })),
      explainDns: () => Promise.reject(new Error('there is no DNS here')),
      measure: async () => MEASURED,
      ...deps,
    },
    { ...DEFAULT_LISTENER_LIMITS, ...limits },
  );
  const send = (
    method: 'GET' | 'PUT' | 'DELETE',
    url: string,
    body: unknown,
    headers: Record<string, string>,
  ) => {
    const payload = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    return app.fastify.inject({
      method,
      url,
      headers,
      ...(payload === undefined ? {} : { payload }),
    });
  };
  return {
    app,
    agent,
    state,
    engine,
    clock,
    get: (url, headers = {}) => send('GET', url, undefined, headers),
    put: (url, body, headers = {}) => send('PUT', url, body, headers),
    delete: (url, headers = {}) => send('DELETE', url, undefined, headers),
    async close() {
      await app.close();
      await agent.close();
      leaves.close();
      leader.close();
      await engine.close();
    },
  };
}

const SELF_DESCRIPTION = {
  version: { sha: 'abc123', buildDate: '2026-01-01T00:00:00Z', humanVersion: '0.1.0' },
  ports: { http: 8500, dns: 8600, grpc: -1, serfLan: 8301, serfWan: 8302 },
  debugConfig: { DataDir: '/data' },
  stats: { agent: { check_ttls: '0' } },
} as const;

const endpoint = {
  replies: 0,
  dropped: 0,
  expired: 0,
  sendErrors: 0,
  connections: 0,
  connectionsCut: 0,
};

/** What the tests' DNS side has counted: two UDP endpoints and one for TCP. */
export const MEASURED: Measurements = {
  catalogIndex: 12,
  unsavedRows: 0,
  dns: {
    appliedIndex: 11,
    nodes: 2,
    instances: 3,
    threads: 2,
    restarts: 1,
    endpoints: [
      { ...endpoint, transport: 'udp', queries: 7, replies: 4, dropped: 2, expired: 1 },
      { ...endpoint, transport: 'tcp', queries: 1, replies: 1, connections: 4 },
      { ...endpoint, transport: 'udp', queries: 10, replies: 10 },
    ],
    compiled: { hits: 20, misses: 5, answers: 3, octets: 900 },
    replies: {
      rcodes: { NOERROR: 12, NXDOMAIN: 4, other: 0 },
      truncated: 2,
      negative: 5,
      failOpen: 1,
      cookiesValid: 8,
      cookiesBad: 3,
      rateDropped: 6,
      rateSlipped: 9,
    },
  },
  process: {
    uptimeSeconds: 10,
    residentBytes: 1000,
    heapBytes: 500,
    cpuSeconds: 2.5,
    eventLoopBusySeconds: 1.5,
  },
};
