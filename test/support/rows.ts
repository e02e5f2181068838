/** Catalog rows with defaults, so that a test names only what it is about. */
import type { CheckInput, NodeInput, Registration, ServiceInput } from '../../src/catalog/index.ts';

export function nodeInput(node: string, fields: Partial<NodeInput> = {}): NodeInput {
  return {
    node,
    id: '',
    datacenter: 'dc1',
    address: '10.0.0.1',
    taggedAddresses: {},
    meta: {},
    locality: null,
    ...fields,
  };
}

export function serviceInput(service: string, fields: Partial<ServiceInput> = {}): ServiceInput {
  return {
    id: service,
    service,
    kind: '',
    tags: [],
    address: '',
    taggedAddresses: {},
    meta: {},
    port: 80,
    socketPath: '',
    weights: { passing: 1, warning: 1 },
    enableTagOverride: false,
    proxy: null,
    connect: null,
    locality: null,
    ...fields,
  };
}

export function checkInput(checkId: string, fields: Partial<CheckInput> = {}): CheckInput {
  return {
    node: '',
    checkId,
    name: checkId,
    status: 'passing',
    notes: '',
    output: '',
    serviceId: '',
    type: '',
    interval: '',
    timeout: '',
    exposedPort: 0,
    definition: {},
    ...fields,
  };
}

export function registration(
  node: NodeInput,
  service?: ServiceInput,
  checks: readonly CheckInput[] = [],
): Registration {
  return { node, service, checks, skipNodeUpdate: false };
}
