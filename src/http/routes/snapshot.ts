/**
 * `/v1/snapshot`: the whole catalog as an archive, and an archive in its place. A restore checks all of what it was sent
 * before it changes anything, and then is one command: durable first, then seen by readers, watchers and DNS at once.
 */
import type { Readable } from 'node:stream';
import { recognizeRows } from '../../catalog/index.ts';
import { InTurn, limits } from '../../runtime/index.ts';
import { readArchive, writeArchive } from '../../snapshot/index.ts';
import { type Answer, EMPTY } from '../answer.ts';
import type { HttpDeps } from '../deps.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { type BodyLimit, streamBody } from '../plugins/body.ts';
import { checkDatacenter, consistencyOf, readHeaders } from '../reads.ts';
import { hostPort } from './agent-self.ts';
import { RAFT_TERM } from './operator.ts';

type Deps = Pick<HttpDeps, 'agent' | 'state' | 'commit' | 'barrier' | 'clock' | 'logger'>;

/** A snapshot is not longer than what is in it. */
const BODY_LIMIT: BodyLimit = {
  bytes: limits.snapshotStateBytes.default,
  setting: '',
  isStreamed: true,
};

export function snapshot(deps: Deps): readonly Endpoint[] {
  // Each holds a catalog of its own in memory.
  const restores = new InTurn();
  // A client that does not read what it asked for must not keep others waiting: they take turns by the slice.
  const slices = new InTurn();
  return [
    { method: 'GET', path: '/v1/snapshot', handle: (call) => save(deps, call, slices) },
    {
      method: 'PUT',
      path: '/v1/snapshot',
      bodyLimit: BODY_LIMIT,
      handle: (call) => restores.run(() => restore(deps, call)),
    },
  ];
}

async function save(
  { agent, state, barrier, clock }: Deps,
  { query }: Call,
  turns: InTurn,
): Promise<Answer> {
  const { datacenter, nodeId, advertiseAddress, serverPort } = agent.identity;
  checkDatacenter(query, datacenter);
  if (consistencyOf(query) !== 'stale') await barrier();
  const server = { id: nodeId, address: hostPort(advertiseAddress, serverPort) };
  const headers = readHeaders(state.index, 'blocking-query');
  const facts = { term: RAFT_TERM, nowMs: clock.now(), server };
  const stream = await writeArchive(state, facts, { turns });
  return { kind: 'stream', stream, contentType: 'application/x-gzip', headers };
}

async function restore(deps: Deps, call: Call): Promise<Answer> {
  const body = streamBody(call, BODY_LIMIT, deps.clock);
  try {
    checkDatacenter(call.query, deps.agent.identity.datacenter);
    await restoreFrom(deps, body.stream, call.request.id);
    return EMPTY;
  } catch (error) {
    body.leave();
    throw error;
  }
}

async function restoreFrom(
  { agent, state, commit, logger }: Deps,
  archive: Readable,
  requestId: string,
): Promise<void> {
  const { index: above, serverId, rows } = await readArchive(archive);
  const catalog = { rows: await recognizeRows(state, rows), serverId };
  const { index, result: gone } = await commit(
    (transaction) => agent.restore(transaction, catalog),
    { above },
  );
  logger.info({ requestId, snapshotIndex: above, index }, 'snapshot restored');
  for (const node of gone) {
    logger.warn({ requestId, node }, 'node is not restored: its agent is another');
  }
}
