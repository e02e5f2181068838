/** Pearson's chi-squared test, for draws that are to follow given probabilities. */

/** Whether counts of `[observed, expected]` could come from the expected ones, at a level of about 1 in 10,000. */
export function chiSquaredFits(cells: readonly (readonly [number, number])[]): boolean {
  // The test holds for cells that are expected a few times; rarer ones are counted together.
  const rare = cells.filter(([, expected]) => expected < 5);
  const pooled: readonly (readonly [number, number])[] = [
    ...cells.filter(([, expected]) => expected >= 5),
    [rare.reduce((sum, [seen]) => sum + seen, 0), rare.reduce((sum, [, due]) => sum + due, 0)],
  ];
  const used = pooled.filter(([, expected]) => expected >= 1);
  const statistic = used.reduce((sum, [seen, due]) => sum + (seen - due) ** 2 / due, 0);
  return statistic < bound(used.length - 1);
}

/** Quantile by Wilson and Hilferty's approximation; 3.72 is the normal quantile of 0.9999. */
function bound(degrees: number): number {
  if (degrees < 1) return Number.POSITIVE_INFINITY;
  const part = 2 / (9 * degrees);
  return degrees * (1 - part + 3.72 * Math.sqrt(part)) ** 3;
}
