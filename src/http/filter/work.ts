/**
 * What one filter may cost. It runs on the main thread without a pause, over as many rows as there are and texts as
 * long as clients registered, so that its work is counted: in comparisons, and for texts in what they cost at worst.
 */
import { limits } from '../../runtime/index.ts';
import { HttpError } from '../errors.ts';

export class Work {
  #left = 0;

  /** Before a filter goes through rows. */
  begin(): void {
    this.#left = limits.filterSteps.default;
  }

  /** @throws HttpError `filter_too_costly` */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left >= 0) return;
    const text =
      'the filter takes too much work for so many rows: select by name, tag or node-meta first';
    throw new HttpError('filter_too_costly', text, 'filter');
  }
}
