/** What rows of an archive say of each other: what is on a node is nowhere without it, and nothing is held by nobody. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import {
  type CaRootRow,
  type CaSignerRow,
  nodeKey,
  type QueryRow,
  type TableName,
  type WholeCatalog,
} from '../catalog/index.ts';

/** Of which each row names a node. */
const ON_NODES = [
  'services',
  'checks',
  'sessions',
  'coordinates',
  'agent_services',
  'agent_checks',
] as const satisfies readonly TableName[];

/** What is wrong with a row beside all others, or undefined: one step a row. The rows are well formed. */
export function* referenceProblems(catalog: WholeCatalog): Generator<string | undefined> {
  const rowsOf = <Row>(table: TableName): Iterable<Row> =>
    (catalog.get(table)?.values() ?? []) as Iterable<Row>;
  for (const table of ON_NODES) {
    for (const { node } of rowsOf<{ readonly node: string }>(table)) {
      const isThere = catalog.get('nodes')?.has(nodeKey(node)) === true;
      yield isThere
        ? undefined
        : `a row of "${table}" is on node ${JSON.stringify(node)}, which is not there`;
    }
  }
  for (const table of ['kv', 'prepared_queries'] as const) {
    for (const { session } of rowsOf<{ readonly session: string }>(table)) {
      const isThere = session === '' || catalog.get('sessions')?.has(session) === true;
      yield isThere
        ? undefined
        : `a row of "${table}" is of session "${session}", which is not there`;
    }
  }
  yield* queryProblems(catalog);
  for (const signer of rowsOf<CaSignerRow>('ca_signers')) {
    const root = catalog.get('ca_roots')?.get(signer.rootId) as CaRootRow | undefined;
    if (root === undefined) yield 'the root of the mesh is missing';
    else if (!isKeyOf(signer, root)) yield 'the key of the mesh is not the one of its root';
  }
}

/** A name is of one query, and is the id of none. */
function* queryProblems(catalog: WholeCatalog): Generator<string | undefined> {
  const queries = catalog.get('prepared_queries') ?? new Map();
  const names = new Set<string>();
  for (const { name, template } of queries.values() as Iterable<QueryRow>) {
    const key = name.toLowerCase();
    if (key === '' && template.type === '') continue;
    const isTaken = names.has(key) || queries.has(key);
    yield isTaken ? `two prepared queries are named ${JSON.stringify(name)}` : undefined;
    names.add(key);
  }
}

function isKeyOf({ privateKey }: CaSignerRow, { certificate }: CaRootRow): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey));
  } catch {
    return false;
  }
}
