/**
 * What the catalog should be, in plain maps: the same steps as the real parts get, taken in one after the other, with
 * no store, no index and no view. Written from what Consul's documentation says, not from `src`.
 */
import type { CheckFields, ServiceFields, Status, Step } from './steps.ts';
import { OWN_ADDRESS, OWN_NODE } from './steps.ts';

interface Node {
  readonly name: string;
  readonly address: string;
}

interface Service extends ServiceFields {
  readonly node: string;
}

interface Check {
  readonly node: string;
  /** Empty: of the node. */
  readonly serviceId: string;
  readonly status: Status;
  readonly isMaintenance: boolean;
}

/** A TTL check that the agent runs. */
interface Ttl {
  readonly fields: CheckFields;
  readonly serviceId: string;
  /** When it turns critical; undefined once it has. */
  expiresAt: number | undefined;
  criticalSince: number | undefined;
}

export interface Instance extends Service {
  readonly nodeAddress: string;
  readonly nodeName: string;
  readonly status: Status;
}

const DEREGISTER_MS_MIN = 1000;
/** Of one step of time; each check has two at most. */
const EVENTS_MAX = 1000;
const NODE_MAINTENANCE = '_node_maintenance';

const key = (node: string, id: string): string => `${node.toLowerCase()}/${id.toLowerCase()}`;
const maintenanceOf = (id: string): string => `_service_maintenance:${id}`;

export class Model {
  onlyPassing = false;
  readonly #nodes = new Map<string, Node>();
  readonly #services = new Map<string, Service>();
  readonly #checks = new Map<string, Check>();
  /** Keys of services and checks that the agent answers for. */
  readonly #agentServices = new Set<string>();
  readonly #agentChecks = new Set<string>();
  readonly #ttls = new Map<string, Ttl>();
  #now = 0;

  constructor() {
    this.#putSelf();
  }

  /** @returns whether the step is refused, and then nothing has changed */
  apply(step: Step): boolean {
    switch (step.kind) {
      case 'register-service':
        this.#registerService(step);
        return false;
      case 'register-check':
        return this.#registerCheck(step.serviceId, step.check);
      case 'heartbeat':
        return this.#heartbeat(step.checkId, step.status);
      case 'deregister-service': {
        const own = key(OWN_NODE, step.id);
        if (!this.#agentServices.has(own)) return true;
        this.#dropService(own);
        return false;
      }
      case 'deregister-check': {
        const own = key(OWN_NODE, step.checkId);
        if (!this.#agentChecks.has(own)) return true;
        this.#dropCheck(own);
        return false;
      }
      case 'maintain-service':
        if (!this.#agentServices.has(key(OWN_NODE, step.id))) return true;
        this.#maintain(maintenanceOf(step.id), step.id, step.enable);
        return false;
      case 'maintain-node':
        this.#maintain(NODE_MAINTENANCE, '', step.enable);
        return false;
      case 'catalog-node':
        this.#nodes.set(step.node.toLowerCase(), { name: step.node, address: step.address });
        return false;
      case 'catalog-service':
        if (!this.#nodes.has(step.node.toLowerCase())) return true;
        this.#services.set(key(step.node, step.service.id), { ...step.service, node: step.node });
        return false;
      case 'catalog-check':
        return this.#catalogCheck(step);
      case 'catalog-deregister':
        this.#catalogDeregister(step.node, step.serviceId, step.checkId);
        return false;
      case 'elapse':
        this.#elapse(step.ms);
        return false;
      case 'reload':
        this.onlyPassing = step.onlyPassing;
        return false;
      case 'query':
        return false;
    }
  }

  // ---- What there is to see

  nodes(): Node[] {
    return [...this.#nodes.values()];
  }

  /** Names of the services with an instance registered at this very address, whatever its health. */
  servicesAt(address: string): string[] {
    return [...this.#services.values()]
      .filter((service) => service.address === address)
      .map((service) => service.name);
  }

  /** As HTTP lists them, `node/id check=status …`. */
  listed(name: string): string[] {
    const services = [...this.#services].filter(
      ([, service]) => service.name.toLowerCase() === name.toLowerCase(),
    );
    return services.map(([at]) => {
      const own = [...this.#checks].filter(
        ([, { node, serviceId }]) => serviceId !== '' && key(node, serviceId) === at,
      );
      const statuses = own.map(([id, { status }]) => `${id.slice(id.indexOf('/') + 1)}=${status}`);
      return [at, ...statuses.sort()].join(' ');
    });
  }

  /** Instances that are answered under a service's name. */
  usable(name: string): Instance[] {
    const usable: Instance[] = [];
    for (const service of this.#services.values()) {
      if (service.name.toLowerCase() !== name.toLowerCase()) continue;
      const status = this.#statusOf(service);
      if (status === 'critical' || (status === 'warning' && this.onlyPassing)) continue;
      const node = this.#nodes.get(service.node.toLowerCase());
      if (node === undefined) throw new Error('the model has a service on no node');
      usable.push({ ...service, nodeAddress: node.address, nodeName: node.name, status });
    }
    return usable;
  }

  /** The worst of its own checks and those of its node. */
  #statusOf({ node, id }: Service): Status {
    let worst: Status = 'passing';
    for (const check of this.#checks.values()) {
      if (check.node.toLowerCase() !== node.toLowerCase()) continue;
      if (check.serviceId !== '' && check.serviceId.toLowerCase() !== id.toLowerCase()) continue;
      if (check.status === 'critical') return 'critical';
      if (check.status === 'warning') worst = 'warning';
    }
    return worst;
  }

  // ---- The agent

  #putSelf(): void {
    this.#nodes.set(OWN_NODE, { name: OWN_NODE, address: OWN_ADDRESS });
    this.#services.set(key(OWN_NODE, 'consul'), {
      node: OWN_NODE,
      id: 'consul',
      name: 'consul',
      tags: [],
      address: '',
      port: 8300,
      meta: {},
      weights: undefined,
    });
  }

  #registerService(step: Extract<Step, { kind: 'register-service' }>): void {
    const { service, checks } = step;
    const own = key(OWN_NODE, service.id);
    this.#services.set(own, { ...service, node: OWN_NODE });
    this.#agentServices.add(own);
    for (const check of checks) this.#putAgentCheck(service.id, check);
    if (!step.replaceExistingChecks) return;
    const named = new Set(checks.map(({ checkId }) => key(OWN_NODE, checkId)));
    for (const [at, check] of this.#checks) {
      const isOfService = check.node === OWN_NODE && key(OWN_NODE, check.serviceId) === own;
      if (isOfService && !check.isMaintenance && !named.has(at)) this.#dropCheck(at);
    }
  }

  #registerCheck(serviceId: string, check: CheckFields): boolean {
    if (serviceId !== '' && !this.#agentServices.has(key(OWN_NODE, serviceId))) return true;
    this.#putAgentCheck(serviceId, check);
    return false;
  }

  /** A check that is registered again keeps its status, and its time starts over. */
  #putAgentCheck(serviceId: string, fields: CheckFields): void {
    const at = key(OWN_NODE, fields.checkId);
    const before = this.#checks.get(at);
    const kept = before?.serviceId === serviceId ? before.status : undefined;
    const status = kept ?? fields.status ?? 'critical';
    this.#checks.set(at, { node: OWN_NODE, serviceId, status, isMaintenance: false });
    this.#agentChecks.add(at);
    const running = this.#ttls.get(at);
    const isCritical = status === 'critical';
    this.#ttls.set(at, {
      fields,
      serviceId,
      expiresAt: this.#now + fields.ttlMs,
      criticalSince: isCritical ? (running?.criticalSince ?? this.#now) : undefined,
    });
  }

  #heartbeat(checkId: string, status: Status): boolean {
    const at = key(OWN_NODE, checkId);
    const ttl = this.#ttls.get(at);
    if (ttl === undefined) return true;
    ttl.expiresAt = this.#now + ttl.fields.ttlMs;
    this.#setStatus(at, ttl, status);
    return false;
  }

  #setStatus(at: string, ttl: Ttl, status: Status): void {
    ttl.criticalSince = status === 'critical' ? (ttl.criticalSince ?? this.#now) : undefined;
    const check = this.#checks.get(at);
    if (check !== undefined) this.#checks.set(at, { ...check, status });
  }

  #maintain(checkId: string, serviceId: string, enable: boolean): void {
    const at = key(OWN_NODE, checkId);
    if (!enable) {
      this.#dropCheck(at);
      return;
    }
    this.#checks.set(at, { node: OWN_NODE, serviceId, status: 'critical', isMaintenance: true });
    this.#agentChecks.add(at);
  }

  #elapse(ms: number): void {
    const end = this.#now + ms;
    let happened = 0;
    for (
      let next = this.#nextEvent();
      next !== undefined && next.at <= end;
      next = this.#nextEvent()
    ) {
      this.#now = Math.max(this.#now, next.at);
      next.happen();
      happened += 1;
      if (happened > EVENTS_MAX) throw new Error('time stands still in the model');
    }
    this.#now = end;
  }

  #nextEvent(): { readonly at: number; readonly happen: () => void } | undefined {
    let first: { at: number; happen: () => void } | undefined;
    for (const [at, ttl] of this.#ttls) {
      const { expiresAt, criticalSince, serviceId, fields } = ttl;
      if (expiresAt !== undefined && (first === undefined || expiresAt < first.at)) {
        first = {
          at: expiresAt,
          happen: () => {
            ttl.expiresAt = undefined;
            this.#setStatus(at, ttl, 'critical');
          },
        };
      }
      if (criticalSince === undefined || fields.deregisterAfterMs === 0 || serviceId === '')
        continue;
      const goesAt = criticalSince + Math.max(fields.deregisterAfterMs, DEREGISTER_MS_MIN);
      if (first === undefined || goesAt < first.at) {
        first = { at: goesAt, happen: () => this.#dropService(key(OWN_NODE, serviceId)) };
      }
    }
    return first;
  }

  // ---- The catalog

  #catalogCheck(step: Extract<Step, { kind: 'catalog-check' }>): boolean {
    const { node, serviceId, checkId, status } = step;
    if (!this.#nodes.has(node.toLowerCase())) return true;
    if (serviceId !== '' && !this.#services.has(key(node, serviceId))) return true;
    const at = key(node, checkId);
    const ttl = node === OWN_NODE ? this.#ttls.get(at) : undefined;
    // What the agent's own check found is true, whoever says otherwise.
    const said = ttl === undefined ? status : (this.#checks.get(at)?.status ?? status);
    this.#checks.set(at, { node, serviceId, status: said, isMaintenance: false });
    return false;
  }

  #catalogDeregister(node: string, serviceId: string, checkId: string): void {
    if (serviceId !== '') this.#dropService(key(node, serviceId));
    else if (checkId !== '') this.#dropCheck(key(node, checkId));
    else this.#dropNode(node);
    // The agent stands by its own rows.
    if (node === OWN_NODE) this.#putSelf();
  }

  #dropNode(node: string): void {
    const prefix = `${node.toLowerCase()}/`;
    for (const at of [...this.#services.keys()]) if (at.startsWith(prefix)) this.#dropService(at);
    for (const at of [...this.#checks.keys()]) if (at.startsWith(prefix)) this.#dropCheck(at);
    this.#nodes.delete(node.toLowerCase());
  }

  #dropService(at: string): void {
    this.#services.delete(at);
    this.#agentServices.delete(at);
    for (const [checkAt, check] of [...this.#checks]) {
      if (check.serviceId !== '' && key(check.node, check.serviceId) === at)
        this.#dropCheck(checkAt);
    }
  }

  #dropCheck(at: string): void {
    this.#checks.delete(at);
    this.#agentChecks.delete(at);
    this.#ttls.delete(at);
  }
}
