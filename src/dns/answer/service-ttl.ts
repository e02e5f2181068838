/**
 * Consul's `service_ttl`: a name, or a prefix with a star, to seconds. The exact name goes first, then the longest
 * prefix; a name that none matches gets 0. Letters count as written: keys with capitals match nothing.
 */
import { octets } from '../wire/name.ts';

/** Seconds for a service name in lower case. */
export type ServiceTtls = (service: string) => number;

export function compileServiceTtls(entries: Readonly<Record<string, number>>): ServiceTtls {
  const exact = new Map<string, number>();
  const prefixes: [string, number][] = [];
  for (const [key, seconds] of Object.entries(entries)) {
    if (key.endsWith('*')) prefixes.push([octets(key.slice(0, -1)), seconds]);
    else exact.set(octets(key), seconds);
  }
  prefixes.sort(([one], [other]) => other.length - one.length);
  if (exact.size === 0 && prefixes.length === 0) return () => 0;
  return (service) =>
    exact.get(service) ?? prefixes.find(([prefix]) => service.startsWith(prefix))?.[1] ?? 0;
}
