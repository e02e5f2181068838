// Figures of several runs as the tables show them. Pure: knows nothing of servers or of what was measured.

/** The value that `share` (0 to 1) of `figures` do not exceed; NaN for none. */
export function quantile(figures, share) {
  const sorted = Float64Array.from(figures).sort();
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** The middle of `figures`; of an even number of them the mean of the two in the middle. */
export function median(figures) {
  const sorted = Float64Array.from(figures).sort();
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle];
  return (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Least, median and most of `figures`. */
export const spread = (figures) => ({
  min: Math.min(...figures),
  median: median(figures),
  max: Math.max(...figures),
});

/** Divides run by run: both sides of a pair had the same noise of the machine. */
export const pairedRatios = (ours, theirs) => ours.map((figure, at) => figure / theirs[at]);
