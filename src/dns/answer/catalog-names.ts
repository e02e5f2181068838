/** The names that answers give to nodes and addresses, the other way round from `names.ts`. */
import type { NodeEntry } from '../view/entries.ts';
import type { Host } from '../view/host.ts';
import { LABEL_BYTES_MAX, NAME_BYTES_MAX, type Name, octets } from '../wire/name.ts';

/**
 * `<node>.node.<datacenter>.<domain>`, the node's case kept; undefined for a node whose name no domain name can
 * hold (a label of 64 octets, an empty one).
 */
export function nodeName(node: NodeEntry, domain: Name): Name | undefined {
  const row = node.row;
  if (row === undefined) return undefined;
  const labels = octets(row.name).split('.');
  return nameUnder([...labels, 'node', octets(row.datacenter)], domain);
}

/** `<service>.service.<datacenter>.<domain>` */
export function serviceName(service: string, datacenter: string, domain: Name): Name | undefined {
  return nameUnder([octets(service), 'service', octets(datacenter)], domain);
}

/** `<hex>.addr.<datacenter>.<domain>`, for an address. */
export function addrName(host: Host, datacenter: string, domain: Name): Name | undefined {
  const hex = Buffer.from(host.rdata).toString('hex');
  return nameUnder([hex, 'addr', octets(datacenter)], domain);
}

/** The labels in front of `domain`; undefined when that is not a legal name. */
export function nameUnder(labels: readonly string[], domain: Name): Name | undefined {
  let name = '';
  for (const label of labels) {
    if (label.length === 0 || label.length > LABEL_BYTES_MAX) return undefined;
    name += String.fromCharCode(label.length) + label;
  }
  name += domain;
  return name.length > NAME_BYTES_MAX ? undefined : name;
}
