/**
 * Nodes and instances as an answer thread holds them: the row's fields without what DNS never needs, tied
 * together, with the RDATA made of them encoded once, when first asked for. A changed row gets a new entry or
 * drops what was encoded. Health is decided here, for everybody: a critical or maintained instance is never usable.
 */
import { encodeTxt } from '../wire/encode-rdata.ts';
import type { Name } from '../wire/name.ts';
import type { CheckMark, ViewInstance, ViewNode } from './delta.ts';
import { Addresses, type Host } from './host.ts';
import { formatMeta } from './node-meta.ts';

/** Aggregated over all checks; the worst counts. */
export type Health = 'passing' | 'warning' | 'critical' | 'other';

const NO_MARKS: readonly CheckMark[] = [];
const NO_TAGS: readonly string[] = [];

export class NodeEntry {
  readonly key: string;
  /** Undefined while instances name a node that was not published (yet). */
  #row: ViewNode | undefined;
  #addresses: Addresses | undefined;
  #metaTxt: readonly Uint8Array[] | undefined;
  readonly instances = new Set<InstanceEntry>();

  constructor(key: string) {
    this.key = key;
  }

  get row(): ViewNode | undefined {
    return this.#row;
  }

  set row(row: ViewNode | undefined) {
    this.#row = row;
    this.#addresses = undefined;
    this.#metaTxt = undefined;
  }

  get addresses(): Addresses {
    this.#addresses ??= new Addresses(
      this.#row?.address ?? '',
      this.#row?.taggedAddresses.lan_ipv4,
      this.#row?.taggedAddresses.lan_ipv6,
    );
    return this.#addresses;
  }

  /** RDATA of one TXT record for each pair of metadata. */
  get metaTxt(): readonly Uint8Array[] {
    this.#metaTxt ??= Object.entries(this.#row?.meta ?? {})
      .map(([key, value]) => encodeTxt(formatMeta(key, value)))
      .filter((rdata) => rdata !== undefined);
    return this.#metaTxt;
  }
}

/** What an SRV answer is made of, for one domain. */
export interface SrvParts {
  readonly rdata: Uint8Array;
  readonly target: Name;
  /** The target's own record, unless that is another's to tell. */
  readonly host: Host | undefined;
}

export class InstanceEntry {
  readonly key: string;
  readonly node: NodeEntry;
  readonly id: string;
  /** As registered. */
  readonly service: string;
  readonly tags: readonly string[];
  readonly address: string;
  readonly port: number;
  readonly marks: readonly CheckMark[];
  readonly kind: string;
  readonly connectService: string;
  readonly #weightPassing: number;
  readonly #weightWarning: number;
  readonly #ipv4: string | undefined;
  readonly #ipv6: string | undefined;
  #addresses: Addresses | undefined;
  /** Encoded SRV answers by number of the domain, kept for whoever makes them. */
  srvParts: (SrvParts | undefined)[] | undefined;

  constructor(row: ViewInstance, node: NodeEntry) {
    this.key = row.key;
    this.node = node;
    this.id = row.id;
    this.service = row.service;
    this.tags = row.tags.length === 0 ? NO_TAGS : row.tags;
    this.address = row.address;
    this.port = row.port;
    this.marks = row.marks.length === 0 ? NO_MARKS : row.marks;
    this.kind = row.kind;
    this.connectService = row.connectService;
    this.#weightPassing = row.weights.passing;
    this.#weightWarning = row.weights.warning;
    this.#ipv4 = row.taggedAddresses.lan_ipv4?.address;
    this.#ipv6 = row.taggedAddresses.lan_ipv6?.address;
  }

  /** Where the instance listens, as a question of `type` wants it; the node's address when it has none itself. */
  host(type: number): Host | undefined {
    return this.ownHost(type) ?? this.node.addresses.choose(type);
  }

  /** Undefined when the instance has no address of its own. */
  ownHost(type: number): Host | undefined {
    if (this.address === '' && this.#ipv4 === undefined && this.#ipv6 === undefined) {
      return undefined;
    }
    this.#addresses ??= new Addresses(this.address, this.#ipv4, this.#ipv6);
    return this.#addresses.choose(type);
  }

  get health(): Health {
    return worstOf(this.marks, worstOf(this.node.row?.marks ?? NO_MARKS, 'passing'));
  }

  /** RFC 2782 weight by health; a status that Consul does not know counts 1. */
  weight(): number {
    switch (this.health) {
      case 'passing':
        return this.#weightPassing;
      case 'warning':
        return this.#weightWarning;
      case 'critical':
        return 0;
      case 'other':
        return 1;
    }
  }

  /** Forgets what was made from the rows of the node. */
  dropEncoded(): void {
    this.srvParts = undefined;
  }
}

const NODE_MAINTENANCE = '_node_maintenance';
const SERVICE_MAINTENANCE = '_service_maintenance:';

function worstOf(marks: readonly CheckMark[], start: Health): Health {
  let worst = start;
  for (const mark of marks) {
    if (
      mark.status === 'critical' ||
      mark.checkId === NODE_MAINTENANCE ||
      mark.checkId.startsWith(SERVICE_MAINTENANCE)
    ) {
      return 'critical';
    }
    if (mark.status === 'warning' && worst !== 'critical') worst = 'warning';
    else if (worst === 'passing') worst = 'other';
  }
  return worst;
}
