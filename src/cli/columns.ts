/**
 * Tables as Consul prints them: plain columns, left aligned, no lines. Knows nothing of what is in them.
 */

/** One line a row, each ending in a line feed; cells are padded to their column, the last one is not. */
export function columns(rows: readonly (readonly string[])[], gap = 2): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, widthOf(cell));
    });
  }
  return rows.map((row) => `${line(row, widths, gap)}\n`).join('');
}

function line(row: readonly string[], widths: readonly number[], gap: number): string {
  const padded = row.map((cell, at) => cell + ' '.repeat((widths[at] ?? 0) - widthOf(cell) + gap));
  return padded.join('').trimEnd();
}

/** In characters, not UTF-16 units. */
function widthOf(text: string): number {
  return [...text].length;
}
