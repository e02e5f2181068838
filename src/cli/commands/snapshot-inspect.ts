/** `rollcall snapshot inspect`: checks a snapshot and says what is in it. Asks no agent. */
import type { Snapshot } from '../../snapshot/index.ts';
import { columns } from '../columns.ts';
import { type Command, CommandError } from '../command.ts';
import { formatJson } from '../json-value.ts';
import { readSnapshotFile, snapshotOperand, verifySnapshot } from '../snapshot-file.ts';

const COLUMN_GAP = 6;
const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const;
const RULE = [' ----', '----', '----'] as const;

export const snapshotInspect: Command = {
  path: ['snapshot', 'inspect'],
  synopsis: 'Displays information about a snapshot file',
  takes: '[options] FILE',
  description: 'Checks all of a snapshot and prints what it is and how much of what is in it.',
  flags: [
    {
      name: 'format',
      kind: 'text',
      value: 'pretty|json',
      help: 'For people (the default) or as JSON.',
    },
  ],
  async run({ flags, operands, stdout }) {
    const file = snapshotOperand(operands);
    const format = flags.text('format') || 'pretty';
    if (format !== 'pretty' && format !== 'json') {
      throw new CommandError(`Unknown format: ${format}`);
    }
    const snapshot = await verifySnapshot(await readSnapshotFile(file));
    stdout.write(format === 'json' ? formatJson(reportOf(snapshot)) : formatReport(snapshot));
    return 0;
  },
};

function reportOf(snapshot: Snapshot) {
  const { id, stateBytes, index, term, rows } = snapshot;
  const stats = [...rows]
    .filter(([, table]) => table.size > 0)
    .map(([Name, table]) => ({ Name, Sum: bytesOf(table), Count: table.size }));
  return {
    Meta: { ID: id, Size: stateBytes, Index: index, Term: term, Version: 1 },
    Stats: stats.sort((a, b) => b.Sum - a.Sum),
    TotalSize: stats.reduce((sum, { Sum }) => sum + Sum, 0),
  };
}

function bytesOf(rows: ReadonlyMap<string, object>): number {
  let bytes = 0;
  for (const row of rows.values()) bytes += Buffer.byteLength(JSON.stringify(row));
  return bytes;
}

function formatReport(snapshot: Snapshot): string {
  const { Meta, Stats, TotalSize } = reportOf(snapshot);
  const facts = Object.entries(Meta).map(([name, value]) => [` ${name}`, `${value}`]);
  const stats = Stats.map(({ Name, Count, Sum }) => [` ${Name}`, `${Count}`, formatBytes(Sum)]);
  const total = [' Total', '', formatBytes(TotalSize)];
  const table = [[' Type', 'Count', 'Size'], RULE, ...stats, RULE, total];
  return `${columns(facts, COLUMN_GAP)}\n${columns(table, COLUMN_GAP)}`;
}

/** As Consul: `285B`, `3.4KB`, `2KB`. */
function formatBytes(bytes: number): string {
  if (bytes === 0) return '0';
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length - 1);
  return `${(bytes / 1024 ** power).toFixed(1).replace(/\.0$/, '')}${UNITS[power]}`;
}
