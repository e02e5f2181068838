/**
 * PTR records of catalog addresses: the node that has the address, else a service registered under it. Other
 * addresses are not ours to deny, so a miss is a skip and the forwarder's turn.
 */
import type { View } from '../view/view.ts';
import { encodeNameRdata } from '../wire/encode-rdata.ts';
import { labelsOf, type Name } from '../wire/name.ts';
import { RecordClass, RecordType } from '../wire/types.ts';
import { nodeName, serviceName } from './catalog-names.ts';
import { NO_RECORD } from './explanations.ts';
import { nodeTtl } from './node-ttl.ts';
import type { Outcome, Query, Source } from './outcome.ts';
import type { Settings } from './settings.ts';
import type { Handler } from './stages.ts';

export interface ReverseParts {
  readonly view: View;
  readonly settings: Settings;
  /** The primary domain: targets are in it whatever else is served. */
  readonly domain: Name;
  /** Asks the master files what else is known of a name that has a PTR. */
  readonly zones: Handler;
}

const IPV4_SUFFIX = '\x07in-addr\x04arpa\0';
const IPV6_SUFFIX = '\x03ip6\x04arpa\0';
const SKIP: Outcome = Object.freeze({ kind: 'skip' });

export function createReverseSource(parts: ReverseParts): Source {
  return { name: 'reverse', answer: (query) => answer(parts, query) };
}

function answer(parts: ReverseParts, query: Query): Outcome | Promise<Outcome> {
  const { question } = query;
  if (!question.lowerName.endsWith('\x04arpa\0')) return SKIP;
  const address = readReverseName(question.lowerName);
  const target = address === undefined ? undefined : targetOf(parts, address);
  if (target === undefined) return SKIP;
  if (question.type !== RecordType.PTR && question.type !== RecordType.ANY) {
    const outcome = parts.zones(query);
    return outcome instanceof Promise ? outcome.then(orNoData) : orNoData(outcome);
  }
  const record = {
    owner: question.name,
    type: RecordType.PTR,
    class: RecordClass.IN,
    ttl: nodeTtl(parts.settings, query),
    rdata: encodeNameRdata(target),
  };
  return {
    kind: 'answer',
    answers: [record],
    authority: [],
    additional: [],
    authoritative: true,
  };
}

/**
 * The name exists, for it has a PTR. RFC 2308 §2.2: the SOA is that of the zone which the name is in; when no master
 * file has that zone, there is none to give.
 */
function orNoData(outcome: Outcome): Outcome {
  switch (outcome.kind) {
    case 'skip':
      return { kind: 'no-data', zone: undefined, explanation: NO_RECORD };
    case 'name-error':
      return { ...outcome, kind: 'no-data' };
    default:
      return outcome;
  }
}

/** Consul: a node goes before a service, and health does not matter. */
function targetOf({ view, domain }: ReverseParts, address: string): Name | undefined {
  const node = view.nodeAt(address);
  if (node !== undefined) return nodeName(node, domain);
  const instance = view.instanceAt(address);
  const datacenter = instance?.node.row?.datacenter;
  if (instance === undefined || datacenter === undefined) return undefined;
  return serviceName(instance.service, datacenter, domain);
}

/** Whether lower-cased `name` is that of an address in the catalog. */
export function hasReverse(view: View, name: Name): boolean {
  const address = name.endsWith('\x04arpa\0') ? readReverseName(name) : undefined;
  return address !== undefined && (view.nodeAt(address) ?? view.instanceAt(address)) !== undefined;
}

/** The address of a lower-cased reverse name as octets, one char each (RFC 1035 §3.5, RFC 3596 §2.5). */
export function readReverseName(name: Name): string | undefined {
  if (name.endsWith(IPV4_SUFFIX)) {
    const octets = labelsOf(name).slice(0, -2).reverse();
    if (octets.length !== 4 || !octets.every(isOctet)) return undefined;
    return String.fromCharCode(...octets.map(Number));
  }
  if (name.endsWith(IPV6_SUFFIX)) {
    const digits = labelsOf(name).slice(0, -2).reverse();
    if (digits.length !== 32 || !digits.every((digit) => /^[0-9a-f]$/.test(digit))) {
      return undefined;
    }
    return Buffer.from(digits.join(''), 'hex').toString('latin1');
  }
  return undefined;
}

function isOctet(label: string): boolean {
  return /^(0|[1-9]\d{0,2})$/.test(label) && Number(label) <= 255;
}
