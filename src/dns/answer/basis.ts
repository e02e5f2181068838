/**
 * What an answer of the catalog was made from, as far as another one can be made from the same: the pools that it was
 * drawn from, or that all of it is fixed. A look-up says so only where the question is all that the answer depends on
 * besides, and where few names lead there: nobody should fill a table by varying them.
 */
import type { AddressPool } from '../view/address-pool.ts';
import type { Distinct, Selection } from '../view/selection.ts';
import type { Name } from '../wire/name.ts';
import type { Question } from '../wire/question.ts';

/** Rows, or what was selected of them. */
export interface Foundation {
  /** They have changed since: what was made from them holds no longer. */
  readonly isStale: boolean;
}

export type Basis = Drawn & {
  /** What it answers: the very question, for the answer to an alias is joined to that of its target. */
  readonly question: Question;
};

type Drawn =
  | {
      readonly kind: 'addresses';
      readonly from: Selection;
      readonly pool: AddressPool;
      readonly ttl: number;
    }
  | {
      readonly kind: 'srv';
      readonly from: Selection;
      readonly distinct: Distinct;
      readonly ttl: number;
      /** Apex of the domain that the question is in. */
      readonly domain: Name;
    }
  /** Every answer is the same, but for the SOA. */
  | { readonly kind: 'fixed'; readonly from: Foundation };
