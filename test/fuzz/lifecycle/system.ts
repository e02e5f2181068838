/** The real parts, in one process: agent, tables, engine, view and responder, over a clock that stands still. */
import { AgentError } from '../../../src/agent/index.ts';
import {
  CatalogError,
  deregister,
  readInstances,
  register,
  type Transaction,
} from '../../../src/catalog/index.ts';
import { followView } from '../../../src/dns/view/publish.ts';
import { clientOf, query, type Seen, type Server, see, serve } from '../../dns/ask.ts';
import { ANSWER_OPTIONS, PROTOCOL_OPTIONS } from '../../dns/options.ts';
import {
  checkDefinition,
  type RunningAgent,
  serviceDefinition,
  startedAgent,
} from '../../support/agents.ts';
import { settle } from '../../support/held-clock.ts';
import { checkInput, nodeInput, serviceInput } from '../../support/rows.ts';
import type { CheckFields, Step } from './steps.ts';

/** A step sets off a commit or two; who answers each with another would do so for ever. */
const ROUNDS_MAX = 50;

export class System {
  readonly #running: RunningAgent;
  readonly #server: Server;

  constructor(running: RunningAgent) {
    this.#running = running;
    this.#server = serve({ index: 0 });
    const { view } = this.#server;
    view.apply(followView(running.state, (delta) => view.apply(delta))());
  }

  static async start(): Promise<System> {
    return new System(await startedAgent());
  }

  get index(): number {
    return this.#running.state.index;
  }

  get viewIndex(): number {
    return this.#server.view.index;
  }

  /** Index that a blocking query for the service waits on. */
  serviceIndex(name: string): number {
    return readInstances(this.#running.state, name).index;
  }

  /** The instances that HTTP would list, `node/id check=status …`. */
  listed(name: string): string[] {
    return readInstances(this.#running.state, name).value.map(({ node, service, checks }) => {
      const own = checks.filter(({ serviceId }) => serviceId !== '');
      const statuses = own.map(({ checkId, status }) => `${checkId}=${status}`.toLowerCase());
      return [`${node.node}/${service.id}`.toLowerCase(), ...statuses.sort()].join(' ');
    });
  }

  /** @returns whether the step was refused; it has been published, with all that the agent does about it */
  async apply(step: Step): Promise<boolean> {
    try {
      await this.#do(step);
      return false;
    } catch (error) {
      if (error instanceof AgentError || error instanceof CatalogError) return true;
      throw error;
    } finally {
      await this.#quiet();
    }
  }

  ask(type: string, name: string): Seen {
    const reply = this.#server.responder.respond(
      query(`${type} ${name}`),
      clientOf({ transport: 'tcp' }),
    );
    if (reply === undefined || reply instanceof Promise) throw new Error('no reply');
    return see(reply);
  }

  async close(): Promise<void> {
    await this.#running.agent.close();
    await this.#running.engine.close();
  }

  #do(step: Step): Promise<unknown> | undefined {
    const { agent, clock } = this.#running;
    switch (step.kind) {
      case 'register-service': {
        const { id, name, tags, address, port, meta, weights } = step.service;
        const checks = step.checks.map((check) => toDefinition('', check));
        const fields = { id, tags, address, port, meta, weights, checks };
        return agent.registerService(serviceDefinition(name, fields), {
          source: 'api',
          replaceExistingChecks: step.replaceExistingChecks,
        });
      }
      case 'register-check':
        return agent.registerCheck(toDefinition(step.serviceId, step.check));
      case 'heartbeat':
        return agent.updateTtl(step.checkId, step.status, '');
      case 'deregister-service':
        return agent.deregisterService(step.id);
      case 'deregister-check':
        return agent.deregisterCheck(step.checkId);
      case 'maintain-service':
        return agent.maintainService(step.id, { enable: step.enable, reason: '' });
      case 'maintain-node':
        return agent.maintainNode({ enable: step.enable, reason: '' });
      case 'elapse':
        return clock.advanceAsync(step.ms);
      case 'reload':
        this.#server.responder.setOptions({
          answer: { ...ANSWER_OPTIONS, onlyPassing: step.onlyPassing },
          protocol: PROTOCOL_OPTIONS,
          recursionAvailable: false,
        });
        return undefined;
      case 'query':
        return undefined;
      default:
        return this.#running.engine.commit((transaction) => write(transaction, step));
    }
  }

  /** Everything staged is published, and whatever that set off is too. */
  async #quiet(): Promise<void> {
    const { state, engine } = this.#running;
    for (let rounds = 0; state.stagedIndex > state.index; rounds++) {
      if (rounds > ROUNDS_MAX) throw new Error('the agent never comes to rest');
      await engine.barrier();
      await settle();
    }
  }
}

function write(transaction: Transaction, step: Extract<Step, { kind: `catalog-${string}` }>): void {
  switch (step.kind) {
    case 'catalog-node': {
      const node = nodeInput(step.node, { address: step.address });
      register(transaction, { node, service: undefined, checks: [], skipNodeUpdate: false });
      return;
    }
    case 'catalog-service': {
      const { name, id, tags, address, port, meta, weights } = step.service;
      const given = weights === undefined ? {} : { weights };
      const service = serviceInput(name, { id, tags, address, port, meta, ...given });
      registerOnKnown(transaction, step.node, { service, checks: [] });
      return;
    }
    case 'catalog-check': {
      const { checkId, status, serviceId } = step;
      const checks = [checkInput(checkId, { status, serviceId })];
      registerOnKnown(transaction, step.node, { service: undefined, checks });
      return;
    }
    case 'catalog-deregister':
      deregister(transaction, step);
      return;
  }
}

type Parts = Pick<Parameters<typeof register>[1], 'service' | 'checks'>;

/** As with SkipNodeUpdate; a node without an address is refused when it is new. */
function registerOnKnown(transaction: Transaction, node: string, parts: Parts): void {
  const isKnown = transaction.get('nodes', node.toLowerCase()) !== undefined;
  const input = nodeInput(node, { address: '' });
  register(transaction, { node: input, ...parts, skipNodeUpdate: isKnown });
}

function toDefinition(serviceId: string, check: CheckFields) {
  const { checkId, status, ttlMs, deregisterAfterMs } = check;
  return checkDefinition({
    checkId,
    name: checkId,
    serviceId,
    ttlMs,
    ...(status === undefined ? {} : { status }),
    ...(deregisterAfterMs === 0 ? {} : { deregisterCriticalServiceAfterMs: deregisterAfterMs }),
  });
}
