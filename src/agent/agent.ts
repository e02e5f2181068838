/**
 * The agent of this node: services and checks that were registered with it, and the runner that keeps their
 * status true. The catalog's tables are the only memory: a registration is a row (`agent_services`,
 * `agent_checks`) in the same commit as what the catalog shows, and the runner follows the published rows, so
 * there is no second state to reconcile after a crash. Knows nothing of HTTP or DNS.
 */
import {
  type AgentCheckRow,
  type CheckRow,
  nodeKey,
  onNodeKey,
  type ServiceRow,
  type StagedCommand,
  type State,
  type Transaction,
} from '../catalog/index.ts';
import {
  type CheckDefinition,
  CheckRunner,
  type CheckStatus,
  unbuiltKind,
  validateCheck,
} from '../checks/index.ts';
import type { Clock, LogFields, Logger, Random } from '../runtime/index.ts';
import { AgentError } from './agent-error.ts';
import { CheckSync } from './check-sync.ts';
import { type Maintenance, maintainTxn } from './maintenance.ts';
import {
  type ConfiguredDefinitions,
  configureTxn,
  definitionOf,
  deregisterCheckTxn,
  deregisterServiceTxn,
  type RegistrationOptions,
  registerCheckTxn,
  registerServiceTxn,
  requireAgentService,
  requireServiceOfCheck,
  serviceChecks,
  unknownCheck,
} from './registrations.ts';
import { type RestoredCatalog, restoreTxn } from './restore.ts';
import {
  type AgentIdentity,
  registerFirstNodeTxn,
  registerSelfTxn,
  SERF_HEALTH,
  SERVER_SERVICE,
} from './self.ts';
import { type ServiceDefinition, serviceIdOf, validateService } from './service-definition.ts';

export interface AgentDeps {
  readonly state: State;
  readonly commit: (
    body: (transaction: Transaction) => void,
    options?: { readonly urgent: boolean },
  ) => Promise<unknown>;
  readonly identity: AgentIdentity;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Mean delay before a check's new output alone reaches the catalog. */
  readonly checkOutputIntervalMs: number;
  /** Most bytes of a check's output that are kept. */
  readonly checkOutputBytesMax: number;
}

export class Agent {
  readonly identity: AgentIdentity;
  readonly #state: State;
  readonly #commit: AgentDeps['commit'];
  readonly #logger: Logger;
  readonly #runner: CheckRunner;
  readonly #sync: CheckSync;
  #started = false;
  #configured: ConfiguredDefinitions = { services: [], checks: [] };
  /** Whose heartbeat the runner is taking at this moment. */
  #heartbeatOrigin: LogFields = {};

  constructor(deps: AgentDeps) {
    this.identity = deps.identity;
    this.#state = deps.state;
    this.#commit = deps.commit;
    this.#logger = deps.logger;
    this.#sync = new CheckSync({
      ...deps,
      node: deps.identity.nodeName,
      outputIntervalMs: deps.checkOutputIntervalMs,
    });
    this.#runner = new CheckRunner({
      clock: deps.clock,
      random: deps.random,
      logger: deps.logger,
      outputBytesMax: deps.checkOutputBytesMax,
      report: (report) => this.#sync.report(report, this.#heartbeatOrigin),
      deregister: (serviceId, checkId) => void this.#deregisterCritical(serviceId, checkId),
    });
    deps.state.follow((commands) => this.#follow(commands));
  }

  /**
   * Begins a new catalog, before `start`, with the node alone: Consul's clients take a server for ready once what they
   * read has an index of 2.
   */
  async beginCatalog(): Promise<void> {
    if (this.#state.index > 0) return;
    await this.#commit((transaction) => registerFirstNodeTxn(transaction, this.identity));
  }

  /** Registers this node and what is configured, and takes up the checks of earlier registrations. */
  async start(configured: ConfiguredDefinitions): Promise<void> {
    validateConfigured(configured);
    await this.#commit((transaction) => {
      registerSelfTxn(transaction, this.identity);
      configureTxn(transaction, this.#node, configured);
    });
    this.#configured = configured;
    this.#started = true;
    for (const row of this.#agentChecks()) this.#run(row);
  }

  /** Applies what the configuration registers now; what it no longer names is deregistered. */
  async configure(configured: ConfiguredDefinitions): Promise<void> {
    validateConfigured(configured);
    await this.#commit((transaction) => configureTxn(transaction, this.#node, configured));
    this.#configured = configured;
  }

  /**
   * Puts another catalog in place of this one, in which this node and what is registered with it are as before.
   * @returns names of the nodes that are not brought back, as their agents are gone
   */
  restore(transaction: Transaction, catalog: RestoredCatalog): string[] {
    const gone = restoreTxn(transaction, this.identity, catalog);
    configureTxn(transaction, this.#node, this.#configured);
    return gone;
  }

  /** Stops all checks and commits what they last said. May be called twice. */
  async close(): Promise<void> {
    this.#started = false;
    this.#runner.stopAll();
    await this.#sync.close();
  }

  // ---- Services. `origin` is added to the log lines that a call causes, e.g. the id of a request.

  async registerService(
    definition: ServiceDefinition,
    options: RegistrationOptions,
    origin: LogFields = {},
  ): Promise<void> {
    validateServiceAndChecks(definition);
    const id = serviceIdOf(definition);
    const known = this.service(id) !== undefined;
    let changed = false;
    await this.#commit((transaction) => {
      registerServiceTxn(transaction, this.#node, definition, options);
      changed = transaction.isChanged;
    });
    if (changed) {
      const what = known ? 'service changed' : 'service registered';
      this.#logger.info({ ...origin, service: definition.name, id }, what);
    }
    // To register again is a sign of life: a TTL starts anew also where nothing changed.
    for (const check of serviceChecks(definition)) {
      const row = this.#state.tables.agent_checks.get(onNodeKey(this.#node, check.checkId));
      if (row !== undefined) this.#run(row);
    }
  }

  async deregisterService(id: string, origin: LogFields = {}): Promise<void> {
    await this.#commit((transaction) => deregisterServiceTxn(transaction, this.#node, id));
    this.#logger.info({ ...origin, id }, 'service deregistered');
  }

  /** Services registered with this agent, by id. */
  services(): ServiceRow[] {
    return this.#state.tables.agent_services
      .find('node', nodeKey(this.#node))
      .map((row) => this.service(row.id))
      .filter((row) => row !== undefined);
  }

  service(id: string): ServiceRow | undefined {
    const key = onNodeKey(this.#node, id);
    if (this.#state.tables.agent_services.get(key) === undefined) return undefined;
    return this.#state.tables.services.get(key);
  }

  // ---- Checks

  async registerCheck(definition: CheckDefinition): Promise<void> {
    if (definition.name === '') {
      throw new AgentError('check_name_missing', 'Name', 'Missing check name');
    }
    const checkId = definition.checkId === '' ? definition.name : definition.checkId;
    const identified = { ...definition, checkId };
    validateOneCheck(identified, 'Check');
    await this.#commit((transaction) => {
      requireServiceOfCheck(transaction, this.#node, definition.serviceId);
      registerCheckTxn(transaction, this.#node, identified, 'api');
    });
    // As for a service: the time starts anew also where nothing changed.
    const row = this.#state.tables.agent_checks.get(onNodeKey(this.#node, checkId));
    if (row !== undefined) this.#run(row);
  }

  async deregisterCheck(checkId: string): Promise<void> {
    await this.#commit((transaction) => deregisterCheckTxn(transaction, this.#node, checkId));
  }

  /** Sets the status of a TTL check and starts its time anew; resolves once the status is kept. */
  async updateTtl(
    checkId: string,
    status: CheckStatus,
    output: string,
    origin: LogFields = {},
  ): Promise<void> {
    const row = this.#state.tables.agent_checks.get(onNodeKey(this.#node, checkId));
    if (row === undefined) throw unknownCheck(checkId);
    this.#heartbeatOrigin = origin;
    const problem = this.#runner.ttl(row.checkId, status, output);
    this.#heartbeatOrigin = {};
    if (problem !== undefined) throw new AgentError('check_not_ttl', 'CheckID', problem.message);
    await this.#sync.settled(row.checkId);
  }

  /** Checks of this agent as it sees them now: an output may be newer than the catalog's. */
  checks(): CheckRow[] {
    return this.#agentChecks()
      .map((row) => this.#state.tables.checks.get(onNodeKey(row.node, row.checkId)))
      .filter((row) => row !== undefined)
      .map((row) => ({ ...row, ...this.#sync.pending(row.checkId) }));
  }

  // ---- Maintenance

  async maintainService(
    id: string,
    maintenance: Maintenance,
    origin: LogFields = {},
  ): Promise<void> {
    await this.#commit((transaction) => {
      requireAgentService(transaction, this.#node, id);
      maintainTxn(transaction, this.#node, id, maintenance);
    });
    this.#logger.info({ ...origin, id, ...maintenance }, 'service maintenance changed');
  }

  async maintainNode(maintenance: Maintenance, origin: LogFields = {}): Promise<void> {
    await this.#commit((transaction) => maintainTxn(transaction, this.#node, '', maintenance));
    this.#logger.info({ ...origin, node: this.#node, ...maintenance }, 'node maintenance changed');
  }

  // ---- Inside

  get #node(): string {
    return this.identity.nodeName;
  }

  #agentChecks(): AgentCheckRow[] {
    return this.#state.tables.agent_checks.find('node', nodeKey(this.#node));
  }

  /** Keeps the runner in step with the published rows, whoever wrote them, and this agent's own rows as they are. */
  #follow(commands: readonly StagedCommand[]): void {
    if (!this.#started) return;
    const changes = commands.flatMap((command) => command.changes);
    // Definitions first: a check that is registered anew is not held to what it found before.
    for (const { table, before, after } of changes) {
      if (table !== 'agent_checks') continue;
      if (after !== undefined) this.#run(after as AgentCheckRow);
      else if (before !== undefined) this.#stop((before as AgentCheckRow).checkId);
    }
    let selfChanged = false;
    for (const { table, key, after } of changes) {
      if (table === 'checks' && after !== undefined) this.#insist(after as CheckRow);
      if (this.#isSelf(table, key)) selfChanged = true;
    }
    if (selfChanged) void this.#registerSelf();
  }

  /** Somebody wrote another status than the check found: what it found is true, and is committed again. */
  #insist({ node, checkId, status }: CheckRow): void {
    if (nodeKey(node) !== nodeKey(this.#node)) return;
    const found = this.#runner.current(checkId);
    if (found !== undefined && found.status !== status) this.#sync.report(found);
  }

  #run(row: AgentCheckRow): void {
    if (nodeKey(row.node) !== nodeKey(this.#node) || row.definition === null) return;
    const check = this.#state.tables.checks.get(onNodeKey(row.node, row.checkId));
    if (check === undefined) return;
    const status = check.status as CheckStatus;
    const output = this.#sync.pending(row.checkId)?.output ?? check.output;
    try {
      this.#runner.start(definitionOf(row), { status, output });
    } catch (error) {
      this.#logger.error({ check: row.checkId, err: error }, 'check cannot be run');
    }
  }

  #stop(checkId: string): void {
    this.#runner.stop(checkId);
    this.#sync.forget(checkId);
  }

  #isSelf(table: string, key: string): boolean {
    const node = this.#node;
    return (
      (table === 'nodes' && key === nodeKey(node)) ||
      (table === 'checks' && key === onNodeKey(node, SERF_HEALTH)) ||
      (table === 'services' && this.identity.server && key === onNodeKey(node, SERVER_SERVICE))
    );
  }

  /** Somebody else wrote, or took out, a row of the node that is speaking here: it is put right. */
  async #registerSelf(): Promise<void> {
    try {
      const { index } = this.#state;
      await this.#commit((transaction) => registerSelfTxn(transaction, this.identity));
      if (this.#state.index === index) return;
      this.#logger.warn({ node: this.#node }, 'own node was changed and is registered again');
    } catch (error) {
      this.#logger.error({ err: error }, 'own node could not be registered again');
    }
  }

  async #deregisterCritical(serviceId: string, checkId: string): Promise<void> {
    this.#logger.info(
      { id: serviceId, check: checkId },
      'service is deregistered: its check was critical for too long',
    );
    try {
      await this.deregisterService(serviceId);
    } catch (error) {
      this.#logger.warn({ id: serviceId, err: error }, 'service could not be deregistered');
    }
  }
}

function validateConfigured({ services, checks }: ConfiguredDefinitions): void {
  for (const service of services) validateServiceAndChecks(service);
  for (const check of checks) validateOneCheck(check, 'Check');
}

function validateServiceAndChecks(definition: ServiceDefinition): void {
  validateService(definition);
  const several = definition.checks.length > 1;
  for (const [at, check] of definition.checks.entries()) {
    validateOneCheck(check, several ? `Checks[${at}]` : 'Check');
  }
}

/** `path` leads to the check in the request, e.g. `Checks[1]`. */
function validateOneCheck(definition: CheckDefinition, path: string): void {
  const problem = validateCheck(definition) ?? unbuiltKind(definition);
  if (problem !== undefined) {
    throw new AgentError('check_invalid', path, `Invalid check: ${problem}`);
  }
}
