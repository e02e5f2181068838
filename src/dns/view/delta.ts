/**
 * What the control plane tells an answer thread: rows of nodes and service instances as DNS needs them, and
 * the changes to them in commit order. Plain data, so that it survives a structured clone. Knows nothing of
 * tables, engines or HTTP; `publish.ts` makes these from catalog rows, `view.ts` applies them.
 */
import type { Conditions, SegmentCoordinate, TemplateDefinition } from '../../query/index.ts';
import type { Name } from '../wire/name.ts';
import type { ResourceRecord } from '../wire/record.ts';

/** A check that is not passing, kept by name so that an answer can be explained. */
export interface CheckMark {
  readonly checkId: string;
  readonly name: string;
  /** Any status but `passing`. */
  readonly status: string;
}

export interface TaggedAddress {
  readonly address: string;
  readonly port: number;
}

export interface ViewNode {
  /** The node's name in lower case: the key. */
  readonly key: string;
  readonly name: string;
  /** UUID, or empty. */
  readonly id: string;
  /** In lower case. */
  readonly datacenter: string;
  readonly address: string;
  readonly taggedAddresses: Readonly<Record<string, string>>;
  readonly meta: Readonly<Record<string, string>>;
  /** Checks of the node itself that are not passing; they hold for every instance on it. */
  readonly marks: readonly CheckMark[];
  /** Where it is in the space of round-trip times; absent: not known. */
  readonly coordinates?: readonly SegmentCoordinate[];
}

export interface ViewInstance {
  /** Unique over all instances: lower-cased node, a NUL, lower-cased service id. */
  readonly key: string;
  /** Key of its ViewNode. */
  readonly nodeKey: string;
  /** That of its node. */
  readonly datacenter: string;
  readonly id: string;
  /** Service name as registered. */
  readonly service: string;
  /** Consul's kind: `''`, `connect-proxy`, … */
  readonly kind: string;
  readonly tags: readonly string[];
  /** Empty means the node's address. */
  readonly address: string;
  readonly taggedAddresses: Readonly<Record<string, TaggedAddress>>;
  readonly port: number;
  /** Only what DNS answers with, the keys that begin with `dns-`, and what prepared queries ask for. */
  readonly meta: Readonly<Record<string, string>>;
  readonly weights: { readonly passing: number; readonly warning: number };
  /** Checks of this instance that are not passing. */
  readonly marks: readonly CheckMark[];
  /** Service that a mesh proxy stands for, or the service itself when it is mesh-native; else empty. */
  readonly connectService: string;
}

/** What a prepared query says to look up; in a template these texts are rendered for each name. */
export interface QueryTexts extends Conditions {
  readonly service: string;
  /** Name of a node whose nearest come first; `_agent`, `_ip`, or empty. */
  readonly near: string;
  /** Ids of checks that do not count. */
  readonly ignoreCheckIds: readonly string[];
  /** Name of the peer that the service is imported from; empty: it is one of ours. */
  readonly peer: string;
}

/** A prepared query, as far as DNS can tell its answer from the view. */
export interface ViewQuery extends QueryTexts {
  /** UUID in lower case: the key. */
  readonly key: string;
  readonly name: string;
  /** Undefined for a query that is no template. */
  readonly template: TemplateDefinition | undefined;
  /** Drop warning instances as well; `dns_config.only_passing` does not count here. */
  readonly onlyPassing: boolean;
  /** Of the mesh: proxies for the service, and native ones. */
  readonly connect: boolean;
  /** Undefined: that of the service. */
  readonly ttlSeconds: number | undefined;
}

/** An RRset that was written through HTTP: all records of one owner and type, at least one. */
export interface ViewRRset {
  /** Apex of its zone, in lower case. */
  readonly zone: Name;
  /** In lower case, at or below the apex. */
  readonly owner: Name;
  readonly type: number;
  readonly records: readonly ResourceRecord[];
}

/** Those of the zones are taken by `StoredZones` (`src/dns/zone`), all others by the View. */
export type ViewChange =
  | { readonly kind: 'put-node'; readonly node: ViewNode }
  | { readonly kind: 'delete-node'; readonly key: string }
  | { readonly kind: 'put-instance'; readonly instance: ViewInstance }
  | { readonly kind: 'delete-instance'; readonly key: string }
  | { readonly kind: 'put-query'; readonly query: ViewQuery }
  | { readonly kind: 'delete-query'; readonly key: string }
  | { readonly kind: 'put-rrset'; readonly rrset: ViewRRset }
  | {
      readonly kind: 'delete-rrset';
      readonly zone: Name;
      readonly owner: Name;
      readonly type: number;
    }
  /** The index of the last write to a zone, 0 when it ended: so far its serial is moved. */
  | { readonly kind: 'move-zone'; readonly zone: Name; readonly index: number };

/** One published commit, or one slice of the whole view. */
export interface ViewDelta {
  /** The catalog index that is reached once the changes are applied. */
  readonly index: number;
  readonly changes: readonly ViewChange[];
}
