/**
 * Writes prepared queries: a name, or the beginning of names, for a look-up with conditions. Names are unique without
 * regard to case, and none is the id of another, so that nobody takes a query's questions away. What a query says is
 * well formed already; messages are Consul's.
 */
import { CatalogError } from './catalog-error.ts';
import { indexKeys } from './index-keys.ts';
import type { QueryRow, Unversioned } from './rows.ts';
import type { Transaction } from './transaction.ts';

export type QueryInput = Unversioned<QueryRow>;

/** Adds a query with a new id. @throws CatalogError when its name is taken or its session is not there */
export function createQuery(transaction: Transaction, query: QueryInput): void {
  checkName(transaction, query);
  checkSession(transaction, query);
  transaction.put('prepared_queries', query);
  transaction.touch(indexKeys.queries);
}

/** Replaces a query as a whole. @throws CatalogError as `createQuery`, and when there is none with this id */
export function updateQuery(transaction: Transaction, query: QueryInput): void {
  requireQuery(transaction, query.id);
  checkName(transaction, query);
  checkSession(transaction, query);
  if (transaction.put('prepared_queries', query)) transaction.touch(indexKeys.queries);
}

/** @throws CatalogError when there is no query with this id */
export function deleteQuery(transaction: Transaction, id: string): void {
  requireQuery(transaction, id);
  transaction.delete('prepared_queries', id);
  transaction.touch(indexKeys.queries);
}

/** A session ended: the queries that were bound to it go with it. */
export function deleteQueriesOfSession(transaction: Transaction, session: string): void {
  for (const { id } of transaction.find('prepared_queries', 'session', session)) {
    deleteQuery(transaction, id);
  }
}

/** @throws CatalogError */
export function requireQuery(transaction: Pick<Transaction, 'get'>, id: string): void {
  if (transaction.get('prepared_queries', id) !== undefined) return;
  const message = `Cannot modify non-existent prepared query: '${id}'`;
  throw new CatalogError('query_unknown', 'ID', message);
}

function checkName(transaction: Transaction, { id, name, template }: QueryInput): void {
  if (name === '' && template.type === '') return;
  const namesakes = transaction.find('prepared_queries', 'name', name.toLowerCase());
  if (namesakes.some((other) => other.id !== id)) {
    throw taken(
      name === ''
        ? 'a query template with an empty name already exists'
        : `name '${name}' aliases an existing query name`,
    );
  }
  if (transaction.get('prepared_queries', name.toLowerCase()) === undefined) return;
  throw taken(`name '${name}' aliases an existing query ID`);
}

function checkSession(transaction: Transaction, { session }: QueryInput): void {
  if (session === '' || transaction.get('sessions', session) !== undefined) return;
  const message = `raft apply failed: invalid session ${JSON.stringify(session)}`;
  throw new CatalogError('query_session_unknown', 'Session', message);
}

function taken(reason: string): CatalogError {
  return new CatalogError('query_name_taken', 'Name', `raft apply failed: ${reason}`);
}
