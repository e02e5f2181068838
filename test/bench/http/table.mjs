// Results as Markdown tables: a row for each operation and number of connections, then single figures. Pure: text from
// results.
import { median } from '../dns/statistics.mjs';
import { formatAim } from '../dns/table.mjs';

const thousands = (figure) => Math.round(figure).toLocaleString('en-US');
const medianOf = ({ runs }, figure) => median(runs.map((run) => run[figure]));

const table = (heads, rows) =>
  [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

function operationTable(rows) {
  const heads = ['operation', 'connections', 'a second', 'per CPU s', 'median, ms', 'p99, ms'];
  const cells = rows.map((row) => [
    row.connections === 1 ? `**${row.id}** ${row.title}` : '',
    row.connections,
    thousands(medianOf(row, 'perSecond')),
    thousands(medianOf(row, 'perCpuSecond')),
    medianOf(row, 'medianMs').toFixed(3),
    medianOf(row, 'p99Ms').toFixed(3),
    row.aim ? formatAim(medianOf(row, row.aim.of), row.aim) : '',
  ]);
  return table([...heads, 'aim'], cells);
}

function factTable(facts) {
  const rows = facts.map(({ what, value, unit, aim }) => {
    const figure = value < 100 ? value.toFixed(2) : thousands(value);
    return [what, `${figure} ${unit}`.trim(), formatAim(value, aim)];
  });
  return table(['blocking at scale', 'value', 'aim'], rows);
}

/** All that was measured. @param results `{ date, machine, rounds, seconds, load, syncMs, rows, facts }` */
export function formatResults(results) {
  const { date, machine, rounds, seconds, load, syncMs, rows, facts } = results;
  const parts = [
    `${date}: ${rounds} runs of ${seconds} s each, in turns, on ${machine}; load before ${load.toFixed(1)}; the disk takes ${syncMs.toFixed(2)} ms to write and sync a page.`,
    rows.length > 0 && operationTable(rows),
    facts.length > 0 && factTable(facts),
  ];
  return `${parts.filter(Boolean).join('\n\n')}\n`;
}
