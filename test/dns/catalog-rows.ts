/** View rows for tests: what is not given is empty. The first instance of a node puts no node: say both. */
import type { CheckMark, TaggedAddress, ViewChange, ViewNode } from '../../src/dns/index.ts';

interface NodeFields {
  readonly id?: string;
  readonly datacenter?: string;
  readonly tagged?: Readonly<Record<string, string>>;
  readonly meta?: Readonly<Record<string, string>>;
  readonly status?: string;
  /** Where it is on the first axis of round-trip times, in seconds. */
  readonly at?: number;
}

/** Puts a node; `status` is that of one node-level check. */
export function node(name: string, address: string, fields: NodeFields = {}): ViewChange {
  return {
    kind: 'put-node',
    node: {
      key: name.toLowerCase(),
      name,
      id: fields.id ?? '',
      datacenter: fields.datacenter ?? 'dc1',
      address,
      taggedAddresses: fields.tagged ?? {},
      meta: fields.meta ?? {},
      marks: marks('serfHealth', fields.status),
      ...(fields.at === undefined ? {} : { coordinates: coordinatesAt(fields.at) }),
    },
  };
}

function coordinatesAt(first: number): NonNullable<ViewNode['coordinates']> {
  const vec = [first, 0, 0, 0, 0, 0, 0, 0];
  return [{ segment: '', coordinate: { vec, error: 1, adjustment: 0, height: 0.001 } }];
}

interface InstanceFields {
  readonly id?: string;
  readonly address?: string;
  readonly port?: number;
  readonly tags?: readonly string[];
  readonly tagged?: Readonly<Record<string, TaggedAddress>>;
  readonly weights?: readonly [passing: number, warning: number];
  readonly status?: string;
  readonly checkId?: string;
  readonly connect?: string;
  readonly datacenter?: string;
  readonly meta?: Readonly<Record<string, string>>;
}

/** Puts an instance of `service` on node `on`; `status` is that of one check of its own. */
export function instance(service: string, on: string, fields: InstanceFields = {}): ViewChange {
  const id = fields.id ?? service;
  const [passing, warning] = fields.weights ?? [1, 1];
  return {
    kind: 'put-instance',
    instance: {
      key: `${on.toLowerCase()}\0${id.toLowerCase()}`,
      nodeKey: on.toLowerCase(),
      datacenter: fields.datacenter ?? 'dc1',
      id,
      service,
      kind: '',
      tags: fields.tags ?? [],
      address: fields.address ?? '',
      taggedAddresses: fields.tagged ?? {},
      port: fields.port ?? 0,
      meta: fields.meta ?? {},
      weights: { passing, warning },
      marks: marks(fields.checkId ?? `service:${id}`, fields.status),
      connectService: fields.connect ?? '',
    },
  };
}

/** `count` nodes `<prefix>1`… at 10.1.0.1…, each with an instance of `service` on port 8000. */
export function fleet(service: string, count: number, prefix = 'n'): ViewChange[] {
  return Array.from({ length: count }, (_, at) => {
    const name = `${prefix}${at + 1}`;
    const address = `10.1.${(at + 1) >> 8}.${(at + 1) & 255}`;
    return [node(name, address), instance(service, name, { port: 8000 })];
  }).flat();
}

function marks(checkId: string, status: string | undefined): readonly CheckMark[] {
  return status === undefined ? [] : [{ checkId, name: checkId, status }];
}
