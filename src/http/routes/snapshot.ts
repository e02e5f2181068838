/**
 * `/v1/snapshot`: the whole catalog as an archive, and an archive in its place. A restore checks all of what it was sent
 * before it changes anything, and then is one command: durable first, then seen by readers, watchers and DNS at once.
 */
import { InTurn, limits } from '../../runtime/index.ts';
import { readArchive, writeArchive } from '../../snapshot/index.ts';
import { type Answer, EMPTY } from '../answer.ts';
import type { HttpDeps } from '../deps.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { checkDatacenter, consistencyOf, readHeaders } from '../reads.ts';
import { hostPort } from './agent-self.ts';
import { RAFT_TERM } from './operator.ts';

type Deps = Pick<HttpDeps, 'agent' | 'state' | 'commit' | 'barrier' | 'clock' | 'logger'>;

export function snapshot(deps: Deps): readonly Endpoint[] {
  // Each holds a catalog of its own in memory.
  const restores = new InTurn();
  return [
    { method: 'GET', path: '/v1/snapshot', handle: (call) => save(deps, call) },
    {
      method: 'PUT',
      path: '/v1/snapshot',
      bodyLimit: { bytes: limits.snapshotBytes.default, setting: '' },
      handle: (call) => restores.run(() => restore(deps, call)),
    },
  ];
}

async function save({ agent, state, barrier, clock }: Deps, { query }: Call): Promise<Answer> {
  const { datacenter, nodeId, advertiseAddress, serverPort } = agent.identity;
  checkDatacenter(query, datacenter);
  if (consistencyOf(query) !== 'stale') await barrier();
  const server = { id: nodeId, address: hostPort(advertiseAddress, serverPort) };
  return {
    kind: 'stream',
    stream: writeArchive(state, { term: RAFT_TERM, nowMs: clock.now(), server }),
    contentType: 'application/x-gzip',
    headers: readHeaders(state.index, 'blocking-query'),
  };
}

async function restore(
  { agent, commit, logger }: Deps,
  { query, octets, request }: Call,
): Promise<Answer> {
  checkDatacenter(query, agent.identity.datacenter);
  const snapshot = await readArchive(octets);
  const { index: above } = snapshot;
  const { index, result: gone } = await commit(
    (transaction) => agent.restore(transaction, snapshot),
    { above },
  );
  const origin = { requestId: request.id };
  logger.info({ ...origin, snapshotIndex: above, index }, 'snapshot restored');
  for (const node of gone) {
    logger.warn({ ...origin, node }, 'node is not restored: its agent is another');
  }
  return EMPTY;
}
