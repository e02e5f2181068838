/** What the kinds of records that instances are answered with have in common. */
import type { InstanceEntry } from '../../view/entries.ts';
import type { Selection } from '../../view/selection.ts';
import type { Asked, CatalogContext } from '../catalog-context.ts';
import type { Outcome } from '../outcome.ts';
import type { ServiceTtl } from '../service-ttl.ts';
import type { Rdata } from '../trace.ts';

/** What a look-up found. */
export interface Found {
  readonly selection: Selection;
  readonly ttl: ServiceTtl;
  /** The name has SRV records and nothing else. */
  readonly srvOnly: boolean;
  /** The name is one of a few for what was found, so that its answer may be kept. */
  readonly mayKeep: boolean;
}

/** One kind of record that instances are answered with. */
export interface AnswerKind {
  readonly answer: (
    context: CatalogContext,
    asked: Asked,
    found: Found,
  ) => Outcome | Promise<Outcome>;
  /** The records that one instance alone gives, any of which may stand for it; for `explain`. */
  readonly recordsOf: (
    context: CatalogContext,
    asked: Asked,
    selection: Selection,
    instance: InstanceEntry,
  ) => readonly Rdata[];
}
