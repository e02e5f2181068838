/**
 * The composition root of `rollcall agent`: builds the parts, starts them in order, and stops them in reverse. It
 * wires and contains no behaviour of its own; each part gets the few functions that it uses.
 */
import { Agent, Leader, takeNodeId } from './agent/index.ts';
import { State } from './catalog/index.ts';
import { agentIdentity, type Config, describeSelf, diffConfig } from './config/index.ts';
import { CertificateAuthority, LeafCertificates } from './connect/index.ts';
import { createRecordRules, DnsService, followView } from './dns/index.ts';
import {
  createMemoryRowStore,
  type Engine,
  openEmbeddedEngine,
  openLmdbRowStore,
} from './engine/index.ts';
import {
  type Connect,
  createHttpApp,
  DEFAULT_HTTP_OPTIONS,
  DEFAULT_LISTENER_LIMITS,
  type HttpApp,
} from './http/index.ts';
import {
  createLogger,
  InTurn,
  type LogFields,
  listenToSignals,
  logStream,
  measureProcess,
  packageVersion,
  type RootLogger,
  StopList,
  systemClock,
  systemRandom,
  writePidFile,
} from './runtime/index.ts';

export interface RunOptions {
  readonly config: Config;
  /** Reads files and flags again. @throws ConfigError, and then everything stays as it is */
  readonly reloadConfig: () => Config;
  readonly stdout: NodeJS.WritableStream;
}

/** What every part is wired with. */
interface Root extends RunOptions {
  readonly logger: RootLogger;
  readonly parts: StopList;
  readonly state: State;
  /** Ends the process with `status`; the first call counts. */
  readonly end: (status: number, reason: string) => void;
}

/** `origin` goes into the log line: the request that asked for it. */
type Reload = (origin: LogFields) => Promise<void>;

/** Runs the agent until it is told to stop. @returns the exit status; rejects when it cannot start */
export async function runAgent(options: RunOptions): Promise<number> {
  const { level, json } = options.config.log;
  const logger = createLogger(level, logStream(json));
  const parts = new StopList(logger);
  let end: Root['end'] = () => {};
  const ended = new Promise<number>((resolve) => {
    end = (status, reason) => {
      logger.info({ reason }, 'agent is stopping');
      resolve(status);
    };
  });
  try {
    await start({ ...options, logger, parts, end, state: new State() });
    return await ended;
  } finally {
    await parts.stop();
  }
}

async function start(root: Root): Promise<void> {
  const { config, parts, logger } = root;
  let reload: Reload = async () => logger.warn({}, 'not ready yet: nothing is read again');
  const signals = listenToSignals({
    stop: (signal) => root.end(0, signal),
    reload: () => void reload({}).catch((error) => logger.error({ err: error }, 'reload failed')),
  });
  parts.add('signals', signals);
  const dns = newDns(root);
  // Its threads load while the store is read.
  dns.begin();
  const engine = await openEngine(root, (hasUnsaved) => dns.setUnsaved(hasUnsaved));
  parts.add('engine', () => engine.close());
  if (config.pidFile !== '') parts.add('pid file', writePidFile(config.pidFile));
  const leader = newLeader(root, engine);
  parts.add('leader', () => leader.close());
  leader.start();
  const agent = newAgent(root, engine);
  parts.add('agent', () => agent.close());
  await agent.beginCatalog();
  await agent.start(config);
  const dnsAddress = await startDns(root, dns);
  let applyToHttp: HttpApp['reload'] = () => {};
  reload = reloading(root, { agent, dns, applyToHttp: (http) => applyToHttp(http) });
  const { app, address: httpAddress } = await startHttp(root, {
    agent,
    leader,
    engine,
    dns,
    reload,
    dnsPort: dnsAddress?.port ?? -1,
  });
  applyToHttp = app.reload;
  root.stdout.write(readyText(httpAddress, dnsAddress));
}

async function openEngine(
  { config, state, logger }: Root,
  onUnsaved: (hasUnsaved: boolean) => void,
): Promise<Engine> {
  const store = config.devMode
    ? createMemoryRowStore()
    : await openLmdbRowStore(config.dataDirectory);
  return openEmbeddedEngine({
    state,
    store,
    logger: logger.child({ module: 'engine' }),
    onUnsaved,
  });
}

function newLeader({ state, logger }: Root, engine: Engine): Leader {
  return new Leader({
    state,
    commit: (body, options) => engine.commit(body, options),
    clock: systemClock,
    logger: logger.child({ module: 'leader' }),
  });
}

function newAgent({ config, state, logger }: Root, engine: Engine): Agent {
  const { nodeId, checkUpdateIntervalMs, checkOutputBytesMax } = config.agent;
  const { dataDirectory } = config;
  return new Agent({
    state,
    commit: (body, options) => engine.commit(body, options),
    identity: agentIdentity(config, takeNodeId({ configured: nodeId, dataDirectory })),
    clock: systemClock,
    random: systemRandom,
    logger: logger.child({ module: 'agent' }),
    checkOutputIntervalMs: checkUpdateIntervalMs,
    checkOutputBytesMax,
  });
}

/** Makes and signs nothing before it is asked to. */
function newConnect({ config, state, logger, parts }: Root, engine: Engine): Connect | undefined {
  const { enabled, clusterId, leafTtlMs } = config.connect;
  if (!enabled) return undefined;
  const authority = new CertificateAuthority({
    state,
    commit: (body) => engine.commit(body),
    clock: systemClock,
    datacenter: config.agent.datacenter,
    options: { clusterId, leafTtlMs },
  });
  const leaves = new LeafCertificates({
    authority,
    clock: systemClock,
    random: systemRandom,
    logger: logger.child({ module: 'connect' }),
  });
  parts.add('certificates', () => leaves.close());
  return { authority, leaves };
}

interface Listening {
  readonly address: string;
  readonly port: number;
}

function newDns({ config, logger, parts, end }: Root): DnsService {
  const dns = new DnsService({
    options: config.dns,
    endpoints: config.dnsEndpoints,
    threads: config.dnsThreads,
    logger: logger.child({ module: 'dns' }),
    logLevel: config.log.level,
    onFailure: (reason) => end(1, reason),
  });
  parts.add('dns threads', () => dns.close());
  logger.onLeastLevel((level) => dns.setLogLevel(level));
  return dns;
}

async function startDns({ state, parts }: Root, dns: DnsService): Promise<Listening | undefined> {
  // Once it answers, it ends before what it answers from.
  parts.add('dns', () => dns.close());
  const [address] = await dns.start(followView(state, (delta) => dns.publish(delta)));
  return address;
}

interface ReloadParts {
  readonly agent: Agent;
  readonly dns: DnsService;
  readonly applyToHttp: HttpApp['reload'];
}

/** Re-reads the configuration and applies what can be applied; a mistake in it changes nothing. */
function reloading(
  { config, reloadConfig, logger }: Root,
  { agent, dns, applyToHttp }: ReloadParts,
): Reload {
  let current = config;
  const reloadNow: Reload = async (origin) => {
    const next = reloadConfig();
    await dns.reload(next.dns);
    try {
      await agent.configure(next);
    } catch (error) {
      // All or nothing: what DNS took over already is given back.
      await dns.reload(current.dns);
      throw error;
    }
    applyToHttp(next.http);
    logger.setLevel(next.log.level);
    logger.info({ ...origin, ...diffConfig(current, next) }, 'configuration reloaded');
    current = next;
  };
  // One after another: what one gives back must not be what another has taken over meanwhile.
  const turns = new InTurn();
  return (origin) => turns.run(() => reloadNow(origin));
}

interface HttpParts {
  readonly agent: Agent;
  readonly leader: Leader;
  readonly engine: Engine;
  readonly dns: DnsService;
  readonly reload: Reload;
  readonly dnsPort: number;
}

async function startHttp(root: Root, { agent, leader, engine, dns, reload, dnsPort }: HttpParts) {
  const { config, state, logger, parts, end } = root;
  let httpPort = -1;
  const app = createHttpApp(
    {
      agent,
      leader,
      state,
      commit: (body, options) => engine.commit(body, options),
      barrier: () => engine.barrier(),
      connect: newConnect(root, engine),
      clock: systemClock,
      random: systemRandom,
      logger: logger.child({ module: 'http' }),
      followLog: (follower) => logger.follow(follower),
      options: {
        ...DEFAULT_HTTP_OPTIONS,
        defaultQueryTimeMs: config.http.defaultQueryMs,
        maxQueryTimeMs: config.http.maxQueryMs,
        pretty: config.http.pretty,
        kvValueBytesMax: config.http.kvValueBytesMax,
        txnBytesMax: config.http.txnBytesMax,
        sessionTtlMinMs: config.http.sessionTtlMinMs,
        blockedEndpoints: config.http.blockedEndpoints,
        allowWritesFrom: config.http.allowWritesFrom,
        useCache: config.http.useCache,
        responseHeaders: config.http.responseHeaders,
      },
      leave: async () => end(0, 'leave'),
      reload,
      selfDescription: () =>
        describeSelf(config, {
          version: packageVersion(),
          httpPort,
          dnsPort,
          catalogIndex: state.index,
          services: agent.services().length,
          checks: agent.checks().length,
        }),
      measure: async () => ({
        catalogIndex: state.index,
        unsavedRows: engine.unsavedRows,
        dns: await dns.stats(),
        process: measureProcess(),
      }),
      explainDns: (query) => dns.explain(query),
      recordRules: createRecordRules((rrset) => dns.judge(rrset)),
    },
    {
      ...DEFAULT_LISTENER_LIMITS,
      connectionsPerClientMax: config.http.connectionsPerClientMax,
      headerBytesMax: config.http.headerBytesMax,
    },
  );
  parts.add('http', () => app.close());
  const listening: Listening[] = [];
  for (const { address: host, port } of config.http.endpoints) {
    listening.push(await app.listen({ host, port: listening[0]?.port ?? port }));
  }
  httpPort = listening[0]?.port ?? -1;
  return { app, address: listening[0] };
}

/** The line that scripts wait for, and two to paste. */
function readyText(http: Listening | undefined, dns: Listening | undefined): string {
  const shown = (listening: Listening | undefined): string => {
    if (listening === undefined) return 'off';
    const { address, port } = listening;
    return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  };
  return [
    `ready http=${shown(http)} dns=${shown(dns)}`,
    `  curl -X PUT -d '{"Name":"web","Port":8080,"Tags":["v1"]}' ${shown(http)}/v1/agent/service/register`,
    `  dig @${dns?.address ?? 'localhost'} -p ${dns?.port ?? 8600} web.service.consul`,
    '',
  ].join('\n');
}
