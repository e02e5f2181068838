/**
 * Nodes and instances as an answer thread holds them: the row's fields without what DNS never needs, tied
 * together, with the RDATA made of them encoded once, when first asked for. A changed row gets a new entry or
 * drops what was encoded.
 */
import { encodeTxt } from '../wire/encode-rdata.ts';
import type { Name } from '../wire/name.ts';
import type { CheckMark, TaggedAddress, ViewInstance, ViewNode } from './delta.ts';
import { type Health, worstOf } from './health.ts';
import { Addresses, type Host } from './host.ts';
import { formatMeta } from './node-meta.ts';
import type { Place } from './place.ts';
import type { SelectionRules } from './selection-rules.ts';

const NO_MARKS: readonly CheckMark[] = [];
const NO_TAGS: readonly string[] = [];

export class NodeEntry {
  readonly key: string;
  /** Undefined while instances name a node that was not published (yet). */
  #row: ViewNode | undefined;
  #addresses: Addresses | undefined;
  #wanAddresses: Addresses | undefined;
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
    this.#wanAddresses = undefined;
    this.#metaTxt = undefined;
  }

  get addresses(): Addresses {
    const tagged = this.#row?.taggedAddresses;
    this.#addresses ??= new Addresses(this.#row?.address ?? '', tagged?.lan_ipv4, tagged?.lan_ipv6);
    return this.#addresses;
  }

  /** As another datacenter sees it: what is tagged `wan` stands for the rest. */
  get wanAddresses(): Addresses {
    const { address = '', taggedAddresses: tagged } = this.#row ?? {};
    this.#wanAddresses ??= new Addresses(
      address,
      tagged?.wan_ipv4 || tagged?.lan_ipv4,
      tagged?.wan_ipv6 || tagged?.lan_ipv6,
      tagged?.wan,
    );
    return this.#wanAddresses;
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
  /** What it was made by. */
  readonly rules: SelectionRules;
}

/** Addresses and port for other datacenters. */
interface Wan {
  readonly plain: TaggedAddress | undefined;
  readonly ipv4: string | undefined;
  readonly ipv6: string | undefined;
}

export class InstanceEntry {
  readonly key: string;
  readonly node: NodeEntry;
  readonly place: Place;
  readonly id: string;
  /** As registered. */
  readonly service: string;
  readonly tags: readonly string[];
  readonly address: string;
  readonly port: number;
  readonly marks: readonly CheckMark[];
  readonly kind: string;
  readonly connectService: string;
  /** Metadata that DNS answers with; undefined when there is none. */
  readonly meta: Readonly<Record<string, string>> | undefined;
  readonly #weightPassing: number;
  readonly #weightWarning: number;
  readonly #ipv4: string | undefined;
  readonly #ipv6: string | undefined;
  readonly #wan: Wan | undefined;
  #addresses: Addresses | undefined;
  #wanAddresses: Addresses | undefined;
  /** Encoded SRV answers by number of the domain, kept for whoever makes them. */
  srvParts: (SrvParts | undefined)[] | undefined;

  /** `like` is another of the same service: texts that both have are kept once. */
  constructor(
    row: ViewInstance,
    { node, place, like }: { node: NodeEntry; place: Place; like: InstanceEntry | undefined },
  ) {
    this.key = row.key;
    this.node = node;
    this.place = place;
    this.id = row.id;
    this.service = like?.service === row.service ? like.service : row.service;
    this.tags = row.tags.length === 0 ? NO_TAGS : sameTags(row.tags, like?.tags);
    this.address = row.address;
    this.port = row.port;
    this.marks = row.marks.length === 0 ? NO_MARKS : row.marks;
    this.kind = row.kind;
    this.connectService = row.connectService;
    this.meta = Object.keys(row.meta).length === 0 ? undefined : row.meta;
    this.#weightPassing = row.weights.passing;
    this.#weightWarning = row.weights.warning;
    const { lan_ipv4, lan_ipv6, wan, wan_ipv4, wan_ipv6 } = row.taggedAddresses;
    this.#ipv4 = lan_ipv4?.address;
    this.#ipv6 = lan_ipv6?.address;
    // Nobody asks for ours from elsewhere: an agent there answers for us.
    const isAsked = place.isRemote && (wan ?? wan_ipv4 ?? wan_ipv6) !== undefined;
    this.#wan = isAsked
      ? { plain: wan, ipv4: wan_ipv4?.address, ipv6: wan_ipv6?.address }
      : undefined;
  }

  /** Undefined when the instance has no address of its own. `wan`: as another datacenter sees it. */
  ownHost(type: number, wan: boolean): Host | undefined {
    if (wan && this.#wan !== undefined) {
      const { plain, ipv4, ipv6 } = this.#wan;
      this.#wanAddresses ??= new Addresses(
        this.address,
        ipv4 || this.#ipv4,
        ipv6 || this.#ipv6,
        plain?.address,
      );
      return this.#wanAddresses.choose(type);
    }
    if (this.address === '' && this.#ipv4 === undefined && this.#ipv6 === undefined) {
      return undefined;
    }
    this.#addresses ??= new Addresses(this.address, this.#ipv4, this.#ipv6);
    return this.#addresses.choose(type);
  }

  /** An address is registered that is neither an IP address nor a domain name: the node's does not stand for it. */
  get hasBrokenAddress(): boolean {
    if (this.address === '') return false;
    this.#addresses ??= new Addresses(this.address, this.#ipv4, this.#ipv6);
    return this.#addresses.plain === undefined;
  }

  /** The port; for other datacenters that of the `wan` address, when it has one. */
  portFor(wan: boolean): number {
    return (wan && this.#wan?.plain?.port) || this.port;
  }

  get health(): Health {
    return worstOf(this.marks, worstOf(this.node.row?.marks ?? NO_MARKS, 'passing'));
  }

  /** All checks that are not passing, those of the node last. */
  get allMarks(): readonly CheckMark[] {
    const ofNode = this.node.row?.marks ?? NO_MARKS;
    return ofNode.length === 0 ? this.marks : [...this.marks, ...ofNode];
  }

  /**
   * RFC 2782 weight by health; a status that Consul does not know counts 1. A critical instance is answered only where
   * there are too few others, and is then worth what it is while warning.
   */
  weight(): number {
    switch (this.health) {
      case 'passing':
        return this.#weightPassing;
      case 'warning':
      case 'critical':
        return this.#weightWarning;
      case 'other':
        return 1;
    }
  }

  /** Forgets what was made from the rows of the node. */
  dropEncoded(): void {
    this.srvParts = undefined;
  }
}

function sameTags(tags: readonly string[], others: readonly string[] = NO_TAGS): readonly string[] {
  const isSame = tags.length === others.length && tags.every((tag, at) => tag === others[at]);
  return isSame ? others : tags;
}
