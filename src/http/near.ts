/** `near`: rows in the order of the estimated round-trip time from one node. */
import { nodeKey, type State } from '../catalog/index.ts';
import { distanceBetween, type SegmentCoordinate } from '../query/index.ts';
import type { Call } from './endpoint.ts';
import type { ReadDeps } from './reads.ts';

/**
 * Nearest first; rows of nodes without coordinates keep their order behind all others. Where nothing is known of
 * `near`, the order stays as it is.
 */
export function sortByNear<Row>(
  state: State,
  near: string,
  rows: readonly Row[],
  nodeOf: (row: Row) => string,
): readonly Row[] {
  const from = near === '' ? [] : coordinatesOf(state, near);
  if (from.length === 0) return rows;
  const distances = new Map<string, number>();
  for (const row of rows) {
    const node = nodeOf(row);
    if (!distances.has(node)) {
      distances.set(node, distanceBetween(from, coordinatesOf(state, node)));
    }
  }
  const distanceOf = (row: Row): number => distances.get(nodeOf(row)) ?? Infinity;
  return [...rows].sort((one, other) => {
    const [a, b] = [distanceOf(one), distanceOf(other)];
    return a === b ? 0 : a - b;
  });
}

/** The same, for the node that the client names; `_agent` is this one. */
export function nearestFirst<Row>(
  { state, agent }: Pick<ReadDeps, 'state' | 'agent'>,
  { query }: Call,
  rows: readonly Row[],
  nodeOf: (row: Row) => string,
): readonly Row[] {
  const near = query.get('near');
  return sortByNear(state, near === '_agent' ? agent.identity.nodeName : near, rows, nodeOf);
}

function coordinatesOf(state: State, node: string): readonly SegmentCoordinate[] {
  return state.tables.coordinates.find('node', nodeKey(node));
}
