/**
 * Consul's `service_ttl`: a name, or a prefix with a star, to seconds. The exact name goes first, then the longest
 * prefix; a name that none matches gets 0. Letters count as written: keys with capitals match nothing.
 */
import { octets } from '../wire/name.ts';

export interface ServiceTtl {
  readonly seconds: number;
  /** The setting that it comes from. */
  readonly rule: string;
}

/** For a service name in lower case. */
export type ServiceTtls = (service: string) => ServiceTtl;

const DEFAULT_TTL: ServiceTtl = { seconds: 0, rule: 'the default' };

export function compileServiceTtls(entries: Readonly<Record<string, number>>): ServiceTtls {
  const exact = new Map<string, ServiceTtl>();
  const prefixes: [string, ServiceTtl][] = [];
  for (const [key, seconds] of Object.entries(entries)) {
    const ttl = { seconds, rule: `dns_config.service_ttl["${key}"]` };
    if (key.endsWith('*')) prefixes.push([octets(key.slice(0, -1)), ttl]);
    else exact.set(octets(key), ttl);
  }
  prefixes.sort(([one], [other]) => other.length - one.length);
  if (exact.size === 0 && prefixes.length === 0) return () => DEFAULT_TTL;
  return (service) =>
    exact.get(service) ??
    prefixes.find(([prefix]) => service.startsWith(prefix))?.[1] ??
    DEFAULT_TTL;
}
