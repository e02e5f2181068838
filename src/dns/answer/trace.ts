/**
 * What is noted on the way to an answer when somebody asked why: the decisions of the answering code itself, in the
 * order they were taken. Facts alone; `explain.ts` puts them into words. Without a trace nothing is noted.
 */
import type { CatalogName } from '../names.ts';
import type { InstanceEntry } from '../view/entries.ts';
import type { Selection } from '../view/selection.ts';
import type { Candidate } from '../view/service-entry.ts';
import type { Name } from '../wire/name.ts';
import type { Outcome } from './outcome.ts';

/** A record without its owner. */
export interface Rdata {
  readonly type: number;
  readonly rdata: Uint8Array;
}

export type Step =
  /** How the grammar read the name. */
  | { readonly kind: 'name'; readonly name: CatalogName; readonly domain: Name }
  /** A source was asked. */
  | { readonly kind: 'source'; readonly source: string; readonly outcome: Outcome }
  /** The instances looked at, used or not, and the selection of the usable ones. */
  | {
      readonly kind: 'instances';
      readonly service: string;
      readonly candidates: readonly Candidate[];
      readonly selection: Selection | undefined;
    }
  /** What one instance alone would be answered with. */
  | { readonly kind: 'records'; readonly of: (instance: InstanceEntry) => readonly Rdata[] }
  /** What was drawn for the reply, whether there is room for it or not. */
  | { readonly kind: 'drawn'; readonly records: readonly Rdata[] }
  /** The locations that the client is in, the narrowest first. */
  | { readonly kind: 'near'; readonly locations: readonly string[] }
  /** Which setting gave the TTL: `dns_config.service_ttl["web*"]`, `default`, … */
  | { readonly kind: 'ttl'; readonly seconds: number; readonly rule: string }
  /** A setting let fewer answers through than there were. */
  | { readonly kind: 'limit'; readonly setting: string; readonly most: number; readonly of: number }
  /** A CNAME or an SRV target was looked up in turn. */
  | { readonly kind: 'follow'; readonly target: Name }
  /** What has no shape of its own, as a sentence. */
  | { readonly kind: 'note'; readonly text: string };

export interface Trace {
  readonly steps: Step[];
}

export type StepOf<Kind extends Step['kind']> = Extract<Step, { readonly kind: Kind }>;

/** The last step of a kind: the question's own, since what is looked up in turn is not traced. */
export function lastOf<Kind extends Step['kind']>(
  steps: readonly Step[],
  kind: Kind,
): StepOf<Kind> | undefined {
  return steps.findLast((step): step is StepOf<Kind> => step.kind === kind);
}
