/** What all answer threads count, as one server: numbers are added up, and the index is that of the slowest. */
import type { ReplyCounts } from '../answer/counts.ts';
import type { DnsStats, EndpointStats, ThreadStats } from './protocol.ts';
import { formatSocketAddress } from './transport.ts';

/** `threads` has one at least; `restarts` are those of threads that died. */
export function gatherStats(threads: readonly ThreadStats[], restarts: number): DnsStats {
  const [first] = threads;
  return {
    appliedIndex: Math.min(...threads.map(({ appliedIndex }) => appliedIndex)),
    nodes: first?.nodes ?? 0,
    instances: first?.instances ?? 0,
    endpoints: endpointsOf(threads),
    replies: threads.map(({ replies }) => replies).reduce(addReplies),
    compiled: threads.map(({ compiled }) => compiled).reduce(added),
    forward: threads.map(({ forward }) => forward).reduce(added),
    threads: threads.length,
    restarts,
  };
}

/** Sockets of several threads at one address are one endpoint. */
function endpointsOf(threads: readonly ThreadStats[]): EndpointStats[] {
  const byAddress = new Map<string, EndpointStats>();
  for (const endpoint of threads.flatMap(({ endpoints }) => endpoints)) {
    const key = `${endpoint.transport} ${formatSocketAddress(endpoint.address)}`;
    const known = byAddress.get(key);
    byAddress.set(
      key,
      known === undefined ? endpoint : { ...endpoint, ...summed(known, endpoint) },
    );
  }
  // UDP first, as it is asked first.
  return [...byAddress.values()].sort(
    (one, other) => Number(one.transport === 'tcp') - Number(other.transport === 'tcp'),
  );
}

function addReplies(
  one: ReplyCounts | undefined,
  other: ReplyCounts | undefined,
): ReplyCounts | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  const rcodes = { ...one.rcodes, ...summed(one.rcodes, other.rcodes) };
  return { ...one, ...summed(one, other), rcodes };
}

/** One of them may not count yet. */
function added<Counts extends object>(
  one: Counts | undefined,
  other: Counts | undefined,
): Counts | undefined {
  return one === undefined || other === undefined
    ? (one ?? other)
    : { ...one, ...summed(one, other) };
}

/** The numbers of both, field by field. */
function summed(one: object, other: object): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const [field, value] of Object.entries(one)) {
    const more = (other as Record<string, unknown>)[field];
    if (typeof value === 'number' && typeof more === 'number') numbers[field] = value + more;
  }
  return numbers;
}
