/** Why operations of a transaction cannot be done, in Consul's words, and how much their results may take. */
import { limits } from '../runtime/index.ts';
import type { KvRow } from './rows.ts';

/** About what a result takes as JSON, beside a key and its value. */
export const RESULT_OCTETS = 128;

/** What the result of a key takes. */
export function octetsOf({ key, value }: KvRow): number {
  return RESULT_OCTETS + key.length + value.length;
}

/** Why one operation cannot be done. */
export class Fault extends Error {}

/** And those after it are not tried. */
export class TooLargeFault extends Fault {
  constructor() {
    super(`the results take more than ${limits.txnResultBytes.default} bytes`);
  }
}

/** What was compared is not as it was seen. */
export function stale(what: 'set' | 'delete', named: string): Fault {
  return new Fault(`failed to ${what} ${named}, index is stale`);
}

/** As messages name things. */
export const quote = (text: string): string => JSON.stringify(text);
