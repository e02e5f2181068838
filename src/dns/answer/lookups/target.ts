/** The name that SRV, SVCB and HTTPS records give to an instance, and the address which stands there. */
import type { InstanceEntry } from '../../view/entries.ts';
import type { Host } from '../../view/host.ts';
import type { Selection } from '../../view/selection.ts';
import type { Name } from '../../wire/name.ts';
import { RecordType } from '../../wire/types.ts';
import { addrName, nodeName } from '../catalog-names.ts';

export interface Target {
  readonly name: Name;
  /** Undefined for a host name, whose addresses are looked up. */
  readonly host: Host | undefined;
}

/** Undefined for an instance without any address, or one that no name can be given. */
export function targetOf(
  selection: Selection,
  instance: InstanceEntry,
  domain: Name,
): Target | undefined {
  const own = selection.ownHostOf(instance, RecordType.SRV);
  if (own === undefined && instance.hasBrokenAddress) return undefined;
  return own === undefined
    ? nodeTarget(selection, instance, domain)
    : hostTarget(own, instance, domain);
}

/** The node that an instance is on: by its own name where that leads to the same address. */
export function nodeTarget(
  selection: Selection,
  instance: InstanceEntry,
  domain: Name,
): Target | undefined {
  const { node } = instance;
  const host = selection.nodeHostOf(instance, RecordType.SRV);
  if (host === undefined) return undefined;
  const name = host === node.addresses.plain ? nodeName(node, domain) : undefined;
  if (name === undefined || host.type === RecordType.CNAME) {
    return hostTarget(host, instance, domain);
  }
  return { name, host };
}

function hostTarget(host: Host, { node }: InstanceEntry, domain: Name): Target | undefined {
  if (host.type === RecordType.CNAME) return { name: host.name, host: undefined };
  const name = addrName(host, node.row?.datacenter ?? '', domain);
  return name === undefined ? undefined : { name, host };
}
