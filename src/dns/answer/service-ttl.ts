/** Consul's `service_ttl`: TTLs by service name or prefix, in seconds; a name that none fits gets 0. */
import { compilePatterns } from '../service-patterns.ts';

export interface ServiceTtl {
  readonly seconds: number;
  /** The setting that it comes from. */
  readonly rule: string;
}

/** For a service name in lower case. */
export type ServiceTtls = (service: string) => ServiceTtl;

const DEFAULT_TTL: ServiceTtl = { seconds: 0, rule: 'the default' };

export function compileServiceTtls(entries: Readonly<Record<string, number>>): ServiceTtls {
  const patterns = Object.entries(entries);
  if (patterns.length === 0) return () => DEFAULT_TTL;
  const find = compilePatterns(
    patterns.map(([key, seconds]) => {
      const ttl: ServiceTtl = { seconds, rule: `dns_config.service_ttl["${key}"]` };
      return [key, ttl] as const;
    }),
  );
  return (service) => find(service) ?? DEFAULT_TTL;
}
