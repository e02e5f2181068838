/** The TTL of everything that is not a service: `dns_config.node_ttl`, in seconds. */
import type { Query } from './outcome.ts';
import type { Settings } from './settings.ts';

export function nodeTtl({ answer }: Settings, { trace }: Query): number {
  const seconds = answer.nodeTtlSeconds;
  trace?.steps.push({ kind: 'ttl', seconds, rule: 'dns_config.node_ttl' });
  return seconds;
}
