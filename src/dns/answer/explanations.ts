/**
 * What negative and partial answers say of themselves (RFC 8914). Constants: such answers come in floods, and their
 * text has no room for names. `explain` has the details.
 */
import { ExtendedError } from '../wire/types.ts';
import type { Explanation } from './outcome.ts';

const other = (text: string): Explanation => Object.freeze({ code: ExtendedError.OTHER, text });

export const NO_FORM = other('not a name that the catalog can have');
export const NO_DATACENTER = other('no such datacenter');
export const NO_PEER = other('no such peer');
export const NO_SERVICE = other('no such service');
export const NO_HEALTHY = other('the service has no healthy instance');
export const NO_TAGGED = other('no healthy instance has this tag');
export const NO_CONNECT = other('the service has no healthy mesh-capable instance');
export const NO_GATEWAY = other('no ingress gateway exposes this service');
export const NO_VIRTUAL = other('the service has no virtual address');
export const NO_QUERY = other('no such prepared query');
export const NO_QUERY_RESULT = other('no healthy instance fits the prepared query');
export const NO_NODE = other('no such node');
export const NO_ADDRESS = other('not an address in hexadecimal digits');
export const NO_RECORD = other('no record of this type');
export const ONLY_BELOW = other('only names below this one have records');
export const NO_NAME = other('neither the catalog nor a zone file has this name');

export const LIMITED = other('a limit of the configuration leaves instances out');

/** RFC 8914 §4.4 has a number for what may be out of date. */
export const UNSAVED: Explanation = Object.freeze({
  code: ExtendedError.STALE_ANSWER,
  text: 'the store fails: other changes than results of checks are not taken',
});

export const ENDLESS = other('the alias leads in a circle, or further than it is followed');
export const ELSEWHERE = other('the alias leads elsewhere, and nobody here could tell more');

/** Too few instances were healthy. */
export function failOpen(healthy: number, total: number): Explanation {
  return other(`fail-open: ${healthy} of ${total} instances healthy, all are answered`);
}
