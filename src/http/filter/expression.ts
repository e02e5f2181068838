/**
 * A filter expression as a value: what `parse.ts` makes of the text, and `fields.ts` of the kind of record it is put
 * to. Whether a selector names anything is not known here.
 */

export type Expression =
  | { readonly kind: 'or' | 'and'; readonly parts: readonly Expression[] }
  | { readonly kind: 'not'; readonly part: Expression }
  | { readonly kind: 'match'; readonly match: Match };

export type Operator = 'equal' | 'in' | 'empty' | 'matches';

export interface Match {
  /** At least one name. */
  readonly selector: readonly string[];
  readonly operator: Operator;
  readonly negated: boolean;
  /** As text, whatever it is compared with; empty for `is empty`. */
  readonly value: string;
}
