/**
 * Network coordinates of nodes: written as their agents measure them, read to sort by round-trip time. A coordinate goes
 * with its node, and one of a node that is not there is dropped, as Consul drops it.
 */
import { CatalogError } from './catalog-error.ts';
import { indexKeys } from './index-keys.ts';
import { type Reading, sortBy } from './reading.ts';
import type { CoordinateRow, Unversioned } from './rows.ts';
import { nodeKey, onNodeKey } from './schema.ts';
import type { State } from './state.ts';
import type { Transaction } from './transaction.ts';

export interface CoordinateChange {
  /** More segments of one node are refused. */
  readonly segmentsMax: number;
}

/** @throws CatalogError when the node has coordinates in too many segments already */
export function putCoordinate(
  transaction: Transaction,
  row: Unversioned<CoordinateRow>,
  { segmentsMax }: CoordinateChange,
): void {
  const node = transaction.get('nodes', nodeKey(row.node));
  if (node === undefined) return;
  const known = transaction.find('coordinates', 'node', nodeKey(row.node));
  const isNew = transaction.get('coordinates', onNodeKey(row.node, row.segment)) === undefined;
  if (isNew && known.length >= segmentsMax) {
    const message = `node "${node.node}" has coordinates in ${segmentsMax} segments already`;
    throw new CatalogError('coordinate_segments_exceeded', 'Segment', message);
  }
  if (!transaction.put('coordinates', { ...row, node: node.node })) return;
  transaction.touch(indexKeys.coordinates);
}

/** The node is gone. */
export function deleteCoordinates(transaction: Transaction, node: string): void {
  for (const row of transaction.find('coordinates', 'node', nodeKey(node))) {
    transaction.delete('coordinates', onNodeKey(row.node, row.segment));
    transaction.touch(indexKeys.coordinates);
  }
}

export function readCoordinates(state: State): Reading<CoordinateRow[]> {
  return reading(state, [...state.tables.coordinates.all()]);
}

export function readNodeCoordinates(state: State, node: string): Reading<CoordinateRow[]> {
  return reading(state, state.tables.coordinates.find('node', nodeKey(node)));
}

function reading(state: State, rows: CoordinateRow[]): Reading<CoordinateRow[]> {
  return {
    value: sortBy(rows, (row) => onNodeKey(row.node, row.segment)),
    index: state.indexOf(indexKeys.coordinates),
    topics: [indexKeys.coordinates],
  };
}
