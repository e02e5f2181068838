// Results as Markdown tables: answers a second, delays, and single figures. Pure: text from results.

import { median, spread } from './statistics.mjs';
import { figuresOf } from './workloads/in-turns.mjs';

const thousands = (figure) => Math.round(figure).toLocaleString('en-US');
const medianOf = (row, figure) => median(figuresOf(row, figure));
const sumOf = (row, figure) => figuresOf(row, figure).reduce((sum, value) => sum + value, 0);

/** `0.91 (0.88–0.95)`: the median, the least and the most. */
export function formatRatio({ values }) {
  const { min, median: middle, max } = spread(values);
  return `${middle.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;
}

/** Whether the median keeps to the aim; undefined without one. */
export function keepsAim(value, aim) {
  if (aim?.atLeast !== undefined) return value >= aim.atLeast;
  if (aim?.atMost !== undefined) return value <= aim.atMost;
  return undefined;
}

/** `≥ 0.9 ✓`; empty without an aim. */
export function formatAim(value, aim) {
  const kept = keepsAim(value, aim);
  if (kept === undefined) return '';
  const text = aim.atLeast === undefined ? `≤ ${aim.atMost}` : `≥ ${aim.atLeast}`;
  return `${text} ${kept ? '✓' : '✗'}`;
}

/** What was compared with this row, `rollcall: 0.91 (0.88–0.95)`, and the aim of that. */
function ratioCells({ server }, ratios) {
  const ratio = ratios.find(({ to }) => to === server);
  if (ratio === undefined) return ['', ''];
  return [`${ratio.of}: ${formatRatio(ratio)}`, formatAim(median(ratio.values), ratio.aim)];
}

const table = (heads, rows) =>
  [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** Cells of the first row say which workload it is. */
const named = (workload, at) => (at === 0 ? [`**${workload.id}** ${workload.title}`] : ['']);

function loadTable(workloads) {
  const heads = ['workload', 'server', 'answers/s', 'cores used', 'answers per CPU s'];
  const more = ['lost', 'of them by the kernel', 'ratio to it', 'aim'];
  const rows = workloads.flatMap((workload) =>
    workload.rows.map((row, at) => [
      ...named(workload, at),
      row.server,
      thousands(medianOf(row, 'perSecond')),
      medianOf(row, 'cpuShare').toFixed(2),
      thousands(medianOf(row, 'perCpuSecond')),
      sumOf(row, 'lost'),
      sumOf(row, 'dropped'),
      ...ratioCells(row, workload.ratios),
    ]),
  );
  return table([...heads, ...more], rows);
}

function delayTable(workloads) {
  const heads = ['workload', 'server', 'answers/s', 'median, ms', 'p99, ms', 'lost'];
  const rows = workloads.flatMap((workload) =>
    workload.rows.map((row, at) => [
      ...named(workload, at),
      row.server,
      thousands(medianOf(row, 'perSecond')),
      medianOf(row, 'p50').toFixed(3),
      medianOf(row, 'p99').toFixed(3),
      sumOf(row, 'lost'),
      ...ratioCells(row, workload.ratios),
    ]),
  );
  return table([...heads, 'ratio of p99 to it', 'aim'], rows);
}

function factTable(workloads) {
  const rows = workloads.flatMap((workload) =>
    workload.facts.map(({ what, value, unit, aim }) => {
      const figure = value < 100 ? value.toFixed(2) : thousands(value);
      return [workload.id, what, `${figure} ${unit}`.trim(), formatAim(value, aim)];
    }),
  );
  return table(['workload', 'figure', 'value', 'aim'], rows);
}

/** All that was measured. @param results `{ machine, versions, command, date, rounds, seconds, workloads }` */
export function formatResults(results) {
  const { machine, versions, command, date, rounds, seconds, workloads } = results;
  const said = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const isDelay = ({ rows }) => rows.some((row) => 'p99' in row.runs[0]);
  const loads = workloads.filter((workload) => workload.rows.length > 0 && !isDelay(workload));
  const delays = workloads.filter(isDelay);
  const facts = workloads.filter((workload) => workload.facts);
  const parts = [
    `${date}, \`${command}\`: ${rounds} runs of ${seconds} s each, in turns, on ${machine}; ${said.join(', ')}.`,
    loads.length > 0 && loadTable(loads),
    delays.length > 0 && delayTable(delays),
    facts.length > 0 && factTable(facts),
  ];
  return `${parts.filter(Boolean).join('\n\n')}\n`;
}
