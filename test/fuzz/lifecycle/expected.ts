/** The one right answer to a question, as the model has it: rcode and all records, or a choice where one is drawn. */
import { isIPv4, isIPv6 } from 'node:net';
import type { Instance, Model } from './model.ts';
import type { QueryType } from './steps.ts';

export interface Expected {
  readonly rcode: 'NOERROR' | 'NXDOMAIN' | 'REFUSED';
  /** Each place is taken by exactly one of its records, `A 10.0.0.1`; no other record is there. */
  readonly answers: readonly (readonly string[])[];
}

const NXDOMAIN: Expected = { rcode: 'NXDOMAIN', answers: [] };
const NODATA: Expected = { rcode: 'NOERROR', answers: [] };

export function expectedAnswer(model: Model, type: QueryType, name: string): Expected {
  if (type === 'PTR') return pointer(model, name);
  const labels = name.toLowerCase().split('.').slice(0, -1);
  if (labels.at(-1) === 'dc1') labels.pop();
  const word = labels.pop();
  if (word === 'node') return nodeAddress(model, type, labels.join('.'));
  if (word !== 'service') return NXDOMAIN;
  if (labels.length === 0) return NODATA;
  const [service, tag] = readService(labels);
  const usable = model.usable(service);
  const chosen = usable.filter((one) => tag === undefined || hasTag(one, tag));
  if (chosen.length > 0) return serviceRecords(chosen, type);
  // `v1.primary.web` exists, and so `primary.web` does.
  const isBetween =
    tag !== undefined &&
    usable.some((one) => one.tags.some((own) => own.toLowerCase().endsWith(`.${tag}`)));
  return isBetween ? NODATA : NXDOMAIN;
}

function readService(
  labels: readonly string[],
): readonly [service: string, tag: string | undefined] {
  const [first = '', second = ''] = labels;
  if (labels.length === 2 && first.startsWith('_') && second.startsWith('_')) {
    return [first.slice(1), second === '_tcp' ? undefined : second.slice(1)];
  }
  const tag = labels.slice(0, -1).join('.');
  return [labels.at(-1) as string, tag === '' ? undefined : tag];
}

const hasTag = (one: Instance, tag: string): boolean =>
  one.tags.some((own) => own.toLowerCase() === tag);

const hostOf = (one: Instance): string => one.address || one.nodeAddress;

const isAddress = (host: string): boolean => isIPv4(host) || isIPv6(host);

function serviceRecords(instances: readonly Instance[], type: QueryType): Expected {
  if (type === 'SRV') return { rcode: 'NOERROR', answers: srvRecords(instances) };
  const hosts = [...new Set(instances.map(hostOf))];
  const addresses = hosts.filter(isAddress);
  // A name with a CNAME has nothing else: only a service without any address is an alias, of one of its hosts.
  if (addresses.length === 0) {
    return { rcode: 'NOERROR', answers: [hosts.map((host) => `CNAME ${host}`)] };
  }
  const fits = type === 'A' ? isIPv4 : isIPv6;
  const answers = addresses.filter(fits).map((address) => [`${type} ${address}`]);
  return { rcode: 'NOERROR', answers };
}

/** One record for each target and port; where several instances share one, any of their weights is right. */
function srvRecords(instances: readonly Instance[]): string[][] {
  const places = new Map<string, string[]>();
  for (const one of instances) {
    const place = `${targetOf(one).toLowerCase()} ${one.port}`;
    const records = places.get(place) ?? [];
    places.set(place, records);
    records.push(`SRV 1 ${weightOf(one)} ${one.port} ${targetOf(one)}`);
  }
  return [...places.values()];
}

function weightOf({ weights = { passing: 1, warning: 1 }, status }: Instance): number {
  return status === 'passing' ? weights.passing : weights.warning;
}

/** Consul: the node, an address written as a name, or the host name. */
function targetOf(one: Instance): string {
  if (one.address === '') return `${one.nodeName}.node.dc1.consul`;
  return isAddress(one.address) ? `${hexOf(one.address)}.addr.dc1.consul` : one.address;
}

/** Addresses here are IPv4, or IPv6 with one `::`. */
function hexOf(address: string): string {
  if (isIPv4(address)) {
    return address
      .split('.')
      .map((octet) => Number(octet).toString(16).padStart(2, '0'))
      .join('');
  }
  const [before = '', after = ''] = address.split('::');
  const words = (text: string): string[] =>
    text
      .split(':')
      .filter((word) => word !== '')
      .map((word) => word.padStart(4, '0'));
  const [head, tail] = [words(before), words(after)];
  return [...head, ...Array(8 - head.length - tail.length).fill('0000'), ...tail].join('');
}

function nodeAddress(model: Model, type: QueryType, name: string): Expected {
  const names = model.nodes().map((node) => ({ ...node, name: node.name.toLowerCase() }));
  const node = names.find((one) => one.name === name);
  // `x.n4` exists, and so `n4` does.
  if (node === undefined)
    return names.some((one) => one.name.endsWith(`.${name}`)) ? NODATA : NXDOMAIN;
  const fits = type === 'A' ? isIPv4(node.address) : isIPv6(node.address);
  return fits ? { rcode: 'NOERROR', answers: [[`${type} ${node.address}`]] } : NODATA;
}

/** A node goes before a service, and health does not matter; of several any is right. */
function pointer(model: Model, name: string): Expected {
  const address = name.split('.').slice(0, 4).reverse().join('.');
  const nodes = model.nodes().filter((node) => node.address === address);
  const targets =
    nodes.length > 0
      ? nodes.map((node) => `PTR ${node.name}.node.dc1.consul`)
      : model.servicesAt(address).map((service) => `PTR ${service}.service.dc1.consul`);
  if (targets.length === 0) return { rcode: 'REFUSED', answers: [] };
  return { rcode: 'NOERROR', answers: [targets] };
}
