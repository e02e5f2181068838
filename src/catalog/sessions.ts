/**
 * Sessions: what keys are locked with. A session falls with its node and with its checks, in the same command that
 * takes those away, and what it held is released or deleted. When one expires is not known here (`agent/`). Rules and
 * messages are Consul's.
 */
import { limits } from '../runtime/index.ts';
import { CatalogError } from './catalog-error.ts';
import { indexKeys } from './index-keys.ts';
import { deleteKv, releaseKv } from './kv.ts';
import { deleteQueriesOfSession } from './queries.ts';
import type { CheckRow, SessionRow, Unversioned } from './rows.ts';
import { nodeKey, onNodeKey, sessionChecks } from './schema.ts';
import type { Transaction } from './transaction.ts';

export type SessionInput = Unversioned<SessionRow>;

/** @throws CatalogError unless its node is there, and every one of its checks, none of them critical */
export function createSession(transaction: Transaction, session: SessionInput): void {
  if (transaction.get('nodes', nodeKey(session.node)) === undefined) {
    throw new CatalogError('session_node_unknown', 'Node', 'Missing node registration');
  }
  for (const id of sessionChecks(session)) {
    const check = transaction.get('checks', onNodeKey(session.node, id));
    if (check === undefined) {
      const reason = `Missing check '${id}' registration`;
      throw new CatalogError('session_check_unknown', 'NodeChecks', reason);
    }
    if (check.status === 'critical') {
      const reason = `Check '${id}' is in critical state`;
      throw new CatalogError('session_check_critical', 'NodeChecks', reason);
    }
  }
  transaction.put('sessions', session);
  transaction.touch(indexKeys.sessions);
}

/**
 * Ends a session and gives up what it held; for a while nobody can lock that, as the holder may not know yet.
 * @returns whether there was such a session
 */
export function destroySession(transaction: Transaction, id: string): boolean {
  const session = transaction.get('sessions', id);
  if (session === undefined) return false;
  transaction.delete('sessions', id);
  transaction.touch(indexKeys.sessions);
  deleteQueriesOfSession(transaction, id);
  const delayMs = Math.min(session.lockDelayNs / NANOSECONDS_PER_MS, limits.lockDelayMs.default);
  for (const row of transaction.find('kv', 'session', id)) {
    if (session.behavior === 'delete') deleteKv(transaction, row.key);
    else releaseKv(transaction, row);
    if (delayMs > 0) transaction.put('lock_delays', { key: row.key, delayMs });
  }
  return true;
}

const NANOSECONDS_PER_MS = 1e6;

/** The node is gone. */
export function destroySessionsOfNode(transaction: Transaction, node: string): void {
  for (const { id } of transaction.find('sessions', 'node', nodeKey(node))) {
    destroySession(transaction, id);
  }
}

/**
 * A check is critical or gone. A transaction that overtakes others may not touch what they write: whoever keeps the
 * sessions sees the check then, and ends them afterwards.
 */
export function destroySessionsOfCheck(
  transaction: Transaction,
  node: string,
  checkId: string,
): void {
  if (transaction.overtakes) return;
  for (const { id } of transaction.find('sessions', 'check', onNodeKey(node, checkId))) {
    destroySession(transaction, id);
  }
}

/** Ends those whose checks do not hold any more, whoever put them there: a session came with a whole catalog. */
export function destroyLostSessions(transaction: Transaction): void {
  for (const session of [...transaction.all('sessions')]) {
    const isLost = hasLostCheck(session, (key) => transaction.get('checks', key));
    if (isLost) destroySession(transaction, session.id);
  }
}

/** Whether a check that the session is bound to is gone or critical. */
export function hasLostCheck(
  session: SessionRow,
  checkAt: (key: string) => CheckRow | undefined,
): boolean {
  return sessionChecks(session).some((id) => {
    const check = checkAt(onNodeKey(session.node, id));
    return check === undefined || check.status === 'critical';
  });
}
