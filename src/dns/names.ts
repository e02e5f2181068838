/**
 * The one grammar of catalog names (Consul's, with its gaps closed): what a name below the domain asks for, from
 * its labels alone. Pure, and knows nothing of what is registered: whether such a service exists is for the
 * look-ups. Labels are compared as lower-cased octets, so any label is legal (RFC 2181 §11).
 *
 *   [tag.]service.service[LOC]     node.node[LOC]        hex.addr[LOC]       query.query[.dc]
 *   _service._tag[.service][LOC]   service.connect[LOC]  service.virtual…    service.ingress…
 *   LOC: nothing, `.dc`, or one or two of `.x.dc`, `.x.peer`
 */
import type { IdentityOptions } from './options.ts';
import { isAtOrBelow, lowerName, type Name, octets, parseName } from './wire/name.ts';

/** Where a thing is looked for. Both empty: here. */
export interface Locality {
  /** In lower case; empty for the local datacenter. */
  readonly datacenter: string;
  readonly peer: string;
  /** Labels before the datacenter were passed over, and could have been any. */
  readonly isRedundant: boolean;
}

const HERE: Locality = Object.freeze({ datacenter: '', peer: '', isRedundant: false });

/** Whether a thing is looked for among our own. */
export function isHere(locality: Locality): boolean {
  return locality.datacenter === '' && locality.peer === '';
}

export type CatalogName =
  | { readonly kind: 'apex' }
  | {
      readonly kind: 'service';
      readonly service: string;
      /** Undefined: any. */
      readonly tag: string | undefined;
      readonly locality: Locality;
      /** `_service._tag` without the word `service`: such a name has SRV records only. */
      readonly srvOnly: boolean;
    }
  | {
      readonly kind: 'connect' | 'virtual' | 'ingress';
      readonly service: string;
      readonly locality: Locality;
    }
  | { readonly kind: 'node'; readonly node: string; readonly locality: Locality }
  | { readonly kind: 'query'; readonly query: string; readonly datacenter: string }
  | { readonly kind: 'addr'; readonly hex: string }
  /** The name server of the zone, as the SOA names it. */
  | { readonly kind: 'ns-host' }
  /** Nothing here, but names can exist below: NODATA, never NXDOMAIN (RFC 8020 §2). */
  | { readonly kind: 'empty-non-terminal' }
  /** No form of the grammar. */
  | { readonly kind: 'invalid' };

export interface NameGrammar {
  /** Apexes in lower case, longest first: with `test.consul.` beside `consul.` the longer one wins. */
  readonly domains: readonly Name[];
  /** The local datacenter in lower case. */
  readonly datacenter: string;
}

/** `_` */
const UNDERSCORE = 95;

const APEX: CatalogName = Object.freeze({ kind: 'apex' });
const NS_HOST: CatalogName = Object.freeze({ kind: 'ns-host' });
const EMPTY_NON_TERMINAL: CatalogName = Object.freeze({ kind: 'empty-non-terminal' });
const INVALID: CatalogName = Object.freeze({ kind: 'invalid' });

/** @throws TypeError when a domain is no domain name; the configuration has checked that */
export function createNameGrammar(identity: IdentityOptions): NameGrammar {
  const texts = [identity.domain, identity.altDomain].filter((text) => text !== '');
  const domains = texts.map((text) => {
    const name = parseName(text);
    if (name === undefined) throw new TypeError(`"${text}" is not a domain name`);
    return lowerName(name);
  });
  return {
    domains: domains.sort((one, other) => other.length - one.length),
    datacenter: catalogLabel(identity.datacenter),
  };
}

/** Catalog text as it is compared with labels: UTF-8 octets, letters A–Z lowered (RFC 4343 §3). */
export function catalogLabel(text: string): string {
  return lowerName(octets(text));
}

/** The apex that lower-cased `name` is at or below, or undefined when it is none of ours. */
export function domainOf(grammar: NameGrammar, name: Name): Name | undefined {
  for (const domain of grammar.domains) {
    if (isAtOrBelow(name, domain)) return domain;
  }
  return undefined;
}

/** What lower-cased `name`, which is at or below `domain`, asks for. */
export function readCatalogName(grammar: NameGrammar, name: Name, domain: Name): CatalogName {
  const labels = labelsAbove(name, name.length - domain.length);
  if (labels.length === 0) return APEX;
  for (let at = labels.length - 1; at >= 0; at--) {
    const label = labels[at] as string;
    switch (label) {
      case 'service':
        return readService(grammar, labels, at, at + 1);
      case 'connect':
      case 'virtual':
      case 'ingress':
        return readMesh(grammar, label, labels, at);
      case 'node':
        return readNode(grammar, labels, at);
      case 'query':
        return readQuery(grammar, labels, at);
      case 'addr':
        return readAddr(labels, at);
      default:
        // The word `service` is understood to the right of `_tag`.
        if (label.charCodeAt(0) === UNDERSCORE) return readBareRfc2782(grammar, labels, at + 1);
    }
  }
  return readWithoutKeyword(grammar, labels);
}

function labelsAbove(name: Name, end: number): string[] {
  const labels: string[] = [];
  for (let at = 0; at < end; ) {
    const next = at + 1 + name.charCodeAt(at);
    labels.push(name.slice(at + 1, next));
    at = next;
  }
  return labels;
}

/**
 * The first `count` labels as one name of the catalog, whose dots are between labels. A dot within a label is another
 * thing (RFC 1034 §3.1): it becomes a NUL, which no name of the catalog has.
 */
function joined(labels: readonly string[], count: number): string {
  let name = '';
  for (let at = 0; at < count; at++) {
    const label = labels[at] as string;
    const plain = label.includes('.') ? label.replaceAll('.', '\0') : label;
    name = at === 0 ? plain : `${name}.${plain}`;
  }
  return name;
}

/** `keyword` ends the parts, `suffix` begins the locality. */
function readService(
  grammar: NameGrammar,
  labels: readonly string[],
  keyword: number,
  suffix: number,
): CatalogName {
  const locality = readLocality(grammar, labels, suffix);
  if (locality === undefined) return INVALID;
  if (keyword === 0) return emptyNonTerminal(locality);
  const last = labels[keyword - 1] as string;
  if (keyword === 1) {
    return { kind: 'service', service: last, tag: undefined, locality, srvOnly: false };
  }
  const first = labels[0] as string;
  // RFC 2782: `_service._proto`. Consul reads the second as a tag, and `_tcp` as any.
  if (keyword === 2 && isUnderscored(first) && isUnderscored(last)) {
    const tag = last === '_tcp' ? undefined : last.slice(1);
    return { kind: 'service', service: first.slice(1), tag, locality, srvOnly: false };
  }
  const tag = joined(labels, keyword - 1);
  return { kind: 'service', service: last, tag, locality, srvOnly: false };
}

/** As `readService`, where `end` ends the parts and begins the locality. */
function readBareRfc2782(
  grammar: NameGrammar,
  labels: readonly string[],
  end: number,
): CatalogName {
  // `_tcp.consul`: only `_service._tcp.consul` below it.
  if (end === 1) {
    const locality = readLocality(grammar, labels, end);
    return locality === undefined ? INVALID : emptyNonTerminal(locality);
  }
  const read = readService(grammar, labels, end, end);
  return read.kind === 'service' ? { ...read, srvOnly: true } : read;
}

function readMesh(
  grammar: NameGrammar,
  kind: 'connect' | 'virtual' | 'ingress',
  labels: readonly string[],
  keyword: number,
): CatalogName {
  // Consul: the single label after `virtual` names a peer, not a datacenter.
  const isPeer = kind === 'virtual' && labels.length === keyword + 2;
  const locality = isPeer
    ? { ...HERE, peer: labels[keyword + 1] as string }
    : readLocality(grammar, labels, keyword + 1);
  if (locality === undefined) return INVALID;
  if (keyword === 0) return emptyNonTerminal(locality);
  return { kind, service: labels[keyword - 1] as string, locality };
}

function readNode(grammar: NameGrammar, labels: readonly string[], keyword: number): CatalogName {
  const locality = readLocality(grammar, labels, keyword + 1);
  if (locality === undefined) return INVALID;
  if (keyword === 0) return emptyNonTerminal(locality);
  return { kind: 'node', node: joined(labels, keyword), locality };
}

function readQuery(grammar: NameGrammar, labels: readonly string[], keyword: number): CatalogName {
  const suffix = labels.length - keyword - 1;
  if (suffix > 1) return INVALID;
  const label = suffix === 1 ? (labels[keyword + 1] as string) : '';
  const datacenter = label === grammar.datacenter ? '' : label;
  if (keyword === 0) return datacenter === '' ? EMPTY_NON_TERMINAL : INVALID;
  const first = labels[0] as string;
  const last = labels[keyword - 1] as string;
  // `_name._tcp.query`: the last part means nothing, whatever it is.
  if (keyword >= 2 && isUnderscored(first) && isUnderscored(last)) {
    const query = joined(labels, keyword - 1).slice(1);
    return { kind: 'query', query, datacenter };
  }
  return { kind: 'query', query: joined(labels, keyword), datacenter };
}

/** What follows `addr` means nothing: an address is the same everywhere. */
function readAddr(labels: readonly string[], keyword: number): CatalogName {
  if (keyword === 0) return EMPTY_NON_TERMINAL;
  return keyword === 1 ? { kind: 'addr', hex: labels[0] as string } : INVALID;
}

/** Names that have no keyword, and may still have names below them. */
function readWithoutKeyword(grammar: NameGrammar, labels: readonly string[]): CatalogName {
  if (labels.length === 1) {
    const label = labels[0];
    if (label === 'ns') return NS_HOST;
    if (label === 'dc' || label === grammar.datacenter) return EMPTY_NON_TERMINAL;
    return INVALID;
  }
  // `dc1.dc`, and what is left of `web.service.x.dc.dc1.dc` on the way down.
  const markers = labels.length % 2 === 0 ? labels : ['', ...labels];
  const isLocality = markers.every((label, at) => at % 2 === 0 || label === 'dc');
  const isLocal = markers[markers.length - 2] === grammar.datacenter;
  return isLocality && isLocal && labels.length <= 4 ? EMPTY_NON_TERMINAL : INVALID;
}

function isUnderscored(label: string): boolean {
  return label.length > 1 && label.charCodeAt(0) === UNDERSCORE;
}

/** Nothing is below a place that is not there. */
function emptyNonTerminal(locality: Locality): CatalogName {
  return isHere(locality) ? EMPTY_NON_TERMINAL : INVALID;
}

/** Reads the labels from `start` on; undefined when they are no locality. */
function readLocality(
  grammar: NameGrammar,
  labels: readonly string[],
  start: number,
): Locality | undefined {
  switch (labels.length - start) {
    case 0:
      return HERE;
    case 1:
      return inDatacenter(grammar, labels[start] as string);
    case 2:
    case 4:
      return readMarkedLocality(grammar, labels, start);
    default:
      return undefined;
  }
}

function inDatacenter(grammar: NameGrammar, label: string): Locality {
  return label === grammar.datacenter ? HERE : { ...HERE, datacenter: label };
}

/** Pairs of a label and its marker; of two of a kind the one to the right holds. */
function readMarkedLocality(
  grammar: NameGrammar,
  labels: readonly string[],
  start: number,
): Locality | undefined {
  let datacenter: string | undefined;
  let peer: string | undefined;
  for (let at = start; at < labels.length; at += 2) {
    const label = labels[at] as string;
    const marker = labels[at + 1];
    if (marker === 'dc') datacenter = label;
    else if (marker === 'peer') peer = label;
    else return undefined;
  }
  if (datacenter !== undefined && peer !== undefined) return undefined;
  const isRedundant = labels.length - start > 2;
  return peer === undefined
    ? { ...inDatacenter(grammar, datacenter as string), isRedundant }
    : { datacenter: '', peer, isRedundant };
}
