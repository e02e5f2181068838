/** Go's zero values: what a field that was never set holds, and what `omitempty` leaves out. */

export function isZero(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return !value;
}
