/**
 * Settings that go by the name of a service: `web`, `web*`, or `*`. The exact name goes first, then the longest prefix.
 * Letters count as written, and names are compared as the octets of their labels.
 */
import { octets } from './wire/name.ts';

/** What is set for a service name in lower case; undefined when no pattern fits. */
export type ByService<Value> = (service: string) => Value | undefined;

export function compilePatterns<Value>(
  entries: Iterable<readonly [pattern: string, value: Value]>,
): ByService<Value> {
  const exact = new Map<string, Value>();
  const prefixes: [string, Value][] = [];
  for (const [pattern, value] of entries) {
    if (pattern.endsWith('*')) prefixes.push([octets(pattern.slice(0, -1)), value]);
    else exact.set(octets(pattern), value);
  }
  prefixes.sort(([one], [other]) => other.length - one.length);
  return (service) =>
    exact.get(service) ?? prefixes.find(([prefix]) => service.startsWith(prefix))?.[1];
}
