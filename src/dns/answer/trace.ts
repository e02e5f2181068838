/**
 * What is noted on the way to an answer when somebody asked why: the decisions of the answering code itself, in the
 * order they were taken. Facts alone; `explain.ts` puts them into words. Without a trace nothing is noted.
 */
import type { CatalogName } from '../names.ts';
import type { InstanceEntry } from '../view/entries.ts';
import type { Name } from '../wire/name.ts';
import type { Outcome } from './outcome.ts';

/** Why an instance is not among those that an answer may be made of; undefined: it is. */
export type Drop =
  | { readonly reason: 'critical' | 'warning' | 'maintenance'; readonly checkId: string }
  | { readonly reason: 'tag' | 'no-node' | 'condition' };

export interface Candidate {
  readonly instance: InstanceEntry;
  readonly drop: Drop | undefined;
}

export type Step =
  /** How the grammar read the name. */
  | { readonly kind: 'name'; readonly name: CatalogName; readonly domain: Name }
  /** A source was asked. */
  | { readonly kind: 'source'; readonly source: string; readonly outcome: Outcome }
  /** The instances looked at, used or not. */
  | { readonly kind: 'instances'; readonly service: string; readonly candidates: Candidate[] }
  /** Too few of them were healthy, and all are answered. */
  | { readonly kind: 'fail-open'; readonly healthy: number; readonly total: number }
  /** The locations that the client is in, the narrowest first. */
  | { readonly kind: 'near'; readonly locations: readonly string[] }
  /** Which setting gave the TTL: `dns_config.service_ttl["web*"]`, `default`, … */
  | { readonly kind: 'ttl'; readonly seconds: number; readonly rule: string }
  /** A setting let fewer answers through than there were. */
  | { readonly kind: 'limit'; readonly setting: string; readonly most: number; readonly of: number }
  /** A CNAME or an SRV target was looked up in turn. */
  | { readonly kind: 'follow'; readonly target: Name };

export interface Trace {
  readonly steps: Step[];
}
