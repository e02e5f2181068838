/** Consul's rules for metadata of services and nodes, with its messages. */
import type { StringMap } from '../catalog/index.ts';

const PAIRS_MAX = 64;
const KEY_CHARS_MAX = 128;
const VALUE_CHARS_MAX = 512;
const RESERVED_PREFIX = 'consul-';

/** The text for the first rule that `meta` breaks, or undefined. Who only asks for metadata may name Consul's own. */
export function metaProblem(
  meta: StringMap,
  { mayBeReserved = false }: { readonly mayBeReserved?: boolean } = {},
): string | undefined {
  const pairs = Object.entries(meta);
  if (pairs.length > PAIRS_MAX) {
    return `Node metadata cannot contain more than ${PAIRS_MAX} key/value pairs`;
  }
  for (const [key, value] of pairs) {
    const problem = pairProblem(key, value, mayBeReserved);
    if (problem !== undefined) {
      return `Couldn't load metadata pair ('${key}', '${value}'): ${problem}`;
    }
  }
  return undefined;
}

function pairProblem(key: string, value: string, mayBeReserved: boolean): string | undefined {
  if (key === '') return 'Key cannot be blank';
  if (!/^[A-Za-z0-9_-]+$/.test(key)) return 'Key contains invalid characters';
  if (key.length > KEY_CHARS_MAX) return `Key is too long (limit: ${KEY_CHARS_MAX} characters)`;
  if (!mayBeReserved && key.startsWith(RESERVED_PREFIX)) {
    return `Key prefix '${RESERVED_PREFIX}' is reserved for internal use`;
  }
  if (value.length > VALUE_CHARS_MAX) {
    return `Value is too long (limit: ${VALUE_CHARS_MAX} characters)`;
  }
  return undefined;
}
