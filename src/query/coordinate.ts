/**
 * Network coordinates: points of a space in which the distance of two nodes is an estimate of the round-trip time
 * between them (Vivaldi, with Serf's height and adjustment). Pure; who measures and keeps them is not known here.
 */

export interface Coordinate {
  /** Seconds along each axis; as many as DIMENSIONS. */
  readonly vec: readonly number[];
  /** How far the estimate may be off, without a unit. */
  readonly error: number;
  /** Seconds to add, from what was measured lately. */
  readonly adjustment: number;
  /** Seconds between the node and the core of the network. */
  readonly height: number;
}

/** One of several coordinates of a node: that of a segment of the network. */
export interface SegmentCoordinate {
  /** Empty for the one without a name. */
  readonly segment: string;
  readonly coordinate: Coordinate;
}

/** Serf's. */
export const DIMENSIONS = 8;

/** Where a node is that has not measured anything. */
export const ORIGIN: Coordinate = {
  vec: Array<number>(DIMENSIONS).fill(0),
  error: 1.5,
  adjustment: 0,
  height: 1e-5,
};

/** The estimated round-trip time in seconds. */
export function estimateRoundTrip(one: Coordinate, other: Coordinate): number {
  let squares = 0;
  for (const [axis, at] of one.vec.entries()) squares += (at - (other.vec[axis] ?? 0)) ** 2;
  // Sums of two, so that rounding is the same in both directions.
  const distance = Math.sqrt(squares) + (one.height + other.height);
  const adjusted = distance + (one.adjustment + other.adjustment);
  return adjusted > 0 ? adjusted : distance;
}

/** Between two nodes, in a segment that both are in; infinite when that is not known. */
export function distanceBetween(
  one: readonly SegmentCoordinate[],
  other: readonly SegmentCoordinate[],
): number {
  const segment = onlySegment(other) ?? onlySegment(one) ?? '';
  const [from, to] = [inSegment(one, segment), inSegment(other, segment)];
  return from === undefined || to === undefined ? Infinity : estimateRoundTrip(from, to);
}

/** Serf: a node with a single coordinate says which segment counts. */
function onlySegment(coordinates: readonly SegmentCoordinate[]): string | undefined {
  return coordinates.length === 1 ? coordinates[0]?.segment : undefined;
}

function inSegment(coordinates: readonly SegmentCoordinate[], name: string) {
  return coordinates.find(({ segment }) => segment === name)?.coordinate;
}
