// Results as SVG, readable on light and on dark ground: ratios as bars, delays by the number of instances as lines.
// Pure: text from results.

import { median, spread } from './statistics.mjs';
import { figuresOf } from './workloads/in-turns.mjs';

const STYLE = `<style>
text { font: 12px system-ui, sans-serif; fill: #24292f } .quiet { fill: #6e7781 } .title { font-weight: 600 }
.grid { stroke: #d0d7de } .spread { stroke: #24292f; stroke-width: 1.5 } .aim { stroke: #cf222e; stroke-width: 2 }
.s0 { fill: #2da44e; stroke: #2da44e } .s1 { fill: #8250df; stroke: #8250df } path { fill: none !important; stroke-width: 2 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .quiet { fill: #9198a1 } .grid { stroke: #3d444d } .spread { stroke: #e6edf3 } .aim { stroke: #f85149 }
}
</style>`;

const escapeXml = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const text = (x, y, said, extra = '') =>
  `<text x="${x}" y="${y}" ${extra}>${escapeXml(said)}</text>`;
const line = (x1, y1, x2, y2, kind) =>
  `<line class="${kind}" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`;

const svg = (width, height, title, parts) =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    STYLE,
    text(10, 20, title, 'class="title"'),
    ...parts,
    '</svg>\n',
  ].join('\n');

/**
 * One bar for each workload: the median of its ratios to `other`, the spread over it, and the aim across it.
 * @param workloads results of workloads; those without such a ratio are left out
 */
export function plotRatios(workloads, other = 'NSD') {
  const bars = workloads.flatMap(({ id, title, ratios }) => {
    const ratio = ratios.find(({ to, figure }) => to === other && figure === 'perSecond');
    return ratio ? [{ id, title, aim: ratio.aim?.atLeast, ...spread(ratio.values) }] : [];
  });
  const [left, width, rowHeight, top] = [60, 760, 38, 40];
  const most = Math.max(1.2, ...bars.map(({ max }) => max));
  const x = (ratio) => Math.round(left + (ratio / most) * (width - left - 60));
  const step = most > 2 ? 1 : 0.25;
  const grid = Array.from({ length: Math.floor(most / step) + 1 }, (_, at) => at * step);
  const bottom = top + bars.length * rowHeight;
  const parts = grid.flatMap((ratio) => [
    line(x(ratio), top, x(ratio), bottom, 'grid'),
    text(x(ratio), bottom + 16, String(ratio), 'class="quiet" text-anchor="middle"'),
  ]);
  for (const [at, { id, title, aim, min, median: middle, max }] of bars.entries()) {
    const y = top + at * rowHeight;
    parts.push(
      text(10, y + 28, id, 'class="title"'),
      text(left + 4, y + 14, title.replaceAll('`', ''), 'class="quiet"'),
      `<rect class="s0" x="${left}" y="${y + 18}" width="${x(middle) - left}" height="13" opacity="0.75"/>`,
      line(x(min), y + 24.5, x(max), y + 24.5, 'spread'),
      text(Math.max(x(max), x(aim ?? 0)) + 6, y + 29, middle.toFixed(2)),
    );
    if (aim !== undefined) parts.push(line(x(aim), y + 15, x(aim), y + 34, 'aim'));
  }
  const title = `Answers a second, rollcall ÷ ${other} (bar: median, line: least to most, red: aim)`;
  return svg(width, bottom + 26, title, parts);
}

/** Median (dashed) and p99 by the number of instances, a colour for each server; undefined without such rows. */
export function plotDelays(workloads) {
  const rows = workloads.flatMap((workload) => workload.rows).filter(({ size }) => size);
  if (rows.length === 0) return undefined;
  const sizes = [...new Set(rows.map(({ size }) => size))];
  const points = rows.map((row) => ({
    series: row.series,
    size: row.size,
    p50: median(figuresOf(row, 'p50')),
    p99: median(figuresOf(row, 'p99')),
  }));
  const [left, width, top, bottom] = [70, 760, 50, 290];
  const logs = points.flatMap(({ p50, p99 }) => [Math.log10(p50), Math.log10(p99)]);
  const low = Math.floor(Math.min(...logs));
  const high = Math.max(low + 1, Math.ceil(Math.max(...logs)));
  const x = (size) =>
    Math.round(left + 30 + (sizes.indexOf(size) / (sizes.length - 1)) * (width - left - 150));
  const y = (ms) => Math.round(bottom - ((Math.log10(ms) - low) / (high - low)) * (bottom - top));
  const parts = Array.from({ length: high - low + 1 }, (_, at) => 10 ** (low + at)).flatMap(
    (ms) => [
      line(left, y(ms), width - 90, y(ms), 'grid'),
      text(
        left - 6,
        y(ms) + 4,
        `${Number(ms.toPrecision(1))} ms`,
        'class="quiet" text-anchor="end"',
      ),
    ],
  );
  for (const size of sizes) {
    parts.push(text(x(size), bottom + 18, String(size), 'class="quiet" text-anchor="middle"'));
  }
  for (const [at, series] of [...new Set(points.map((point) => point.series))].entries()) {
    const own = points.filter((point) => point.series === series);
    for (const [figure, dashes] of [
      ['p50', ' stroke-dasharray="5 4"'],
      ['p99', ''],
    ]) {
      const way = own.map((point) => `${x(point.size)},${y(point[figure])}`).join(' L');
      const end = own.at(-1);
      parts.push(
        `<path class="s${at}" d="M${way}"${dashes}/>`,
        text(x(end.size) + 8, y(end[figure]) + 4 + at * 3, `${series} ${figure}`),
      );
    }
  }
  const title = 'Delay of answers at 20,000 questions a second, by instances of the name';
  return svg(width, bottom + 30, title, parts);
}
