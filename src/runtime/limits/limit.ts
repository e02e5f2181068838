/**
 * The shape of a row of the tables of bounds beside this file. Values are checked where they are configured;
 * nothing here knows what is bounded.
 */

/** One bound: what it is unless told otherwise, how far it may be set, and why it is there. */
export interface Limit {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly why: string;
}

/** Makes a row that nobody can alter. */
export const limit = (value: Limit): Limit => Object.freeze(value);
