/** `rollcall snapshot inspect`: checks a snapshot and says what is in it. Asks no agent. */
import type { Snapshot } from '../../snapshot/index.ts';
import { columns } from '../columns.ts';
import { type Command, CommandError } from '../command.ts';
import type { FlagValues } from '../flag-values.ts';
import { formatJson } from '../json-value.ts';
import { readSnapshotFile, snapshotOperand, verifySnapshot } from '../snapshot-file.ts';

const COLUMN_GAP = 6;
const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const;
const RULE = [' ----', '----', '----'] as const;

const KV_DEPTH_DEFAULT = 2;

export const command: Command = {
  takes: '[options] FILE',
  description: 'Checks all of a snapshot and prints what it is and how much of what is in it.',
  flags: [
    {
      name: 'format',
      kind: 'text',
      value: 'pretty|json',
      help: 'For people (the default) or as JSON.',
    },
    {
      name: 'kvdepth',
      kind: 'integer',
      value: 'number',
      help: 'With -kvdetails: how many parts of a key, between slashes, are told apart; 2 by default.',
    },
    { name: 'kvdetails', kind: 'boolean', help: 'Print how much is below which keys, too.' },
    {
      name: 'kvfilter',
      kind: 'text',
      value: 'prefix',
      help: 'With -kvdetails: only keys that begin so.',
    },
  ],
  async run({ flags, operands, stdout }) {
    const file = snapshotOperand(operands);
    const format = flags.text('format') || 'pretty';
    if (format !== 'pretty' && format !== 'json') {
      throw new CommandError(`Unknown format: ${format}`);
    }
    const keys = flags.boolean('kvdetails') ? keysWanted(flags) : undefined;
    const report = reportOf(await verifySnapshot(await readSnapshotFile(file)), keys);
    stdout.write(format === 'json' ? formatJson(report) : formatReport(report));
    return 0;
  },
};

interface KeysWanted {
  readonly depth: number;
  readonly prefix: string;
}

function keysWanted(flags: FlagValues): KeysWanted {
  const depth = flags.has('kvdepth') ? flags.integer('kvdepth') : KV_DEPTH_DEFAULT;
  if (depth < 1) throw new CommandError(`Invalid -kvdepth ${depth}: it must be at least 1`);
  return { depth, prefix: flags.text('kvfilter') };
}

type Report = ReturnType<typeof reportOf>;

/** With the names of Consul, in its order. */
function reportOf({ id, stateBytes, index, term, rows }: Snapshot, keys: KeysWanted | undefined) {
  const stats = new Stats();
  for (const [name, table] of rows) {
    for (const row of table.values()) stats.count(name, row);
  }
  const ofKeys = new Stats();
  if (keys !== undefined) {
    for (const [key, row] of rows.get('kv') ?? []) {
      if (key.startsWith(keys.prefix)) ofKeys.count(beginningOf(key, keys), row);
    }
  }
  return {
    Meta: { ID: id, Size: stateBytes, Index: index, Term: term, Version: 1 },
    Stats: stats.largestFirst(),
    StatsKV: ofKeys.sum === 0 ? null : ofKeys.largestFirst(),
    TotalSize: stats.sum,
    TotalSizeKV: ofKeys.sum,
  };
}

/** `a/b` for the key `a/b/c` and a depth of 2. */
function beginningOf(key: string, { depth }: KeysWanted): string {
  return key.split('/').slice(0, depth).join('/');
}

interface Stat {
  readonly Name: string;
  readonly Sum: number;
  readonly Count: number;
}

/** How many rows there are of what, and how many octets. */
class Stats {
  readonly #byName = new Map<string, Stat>();
  #sum = 0;

  get sum(): number {
    return this.#sum;
  }

  count(Name: string, row: object): void {
    const bytes = Buffer.byteLength(JSON.stringify(row));
    const { Sum, Count } = this.#byName.get(Name) ?? { Sum: 0, Count: 0 };
    this.#byName.set(Name, { Name, Sum: Sum + bytes, Count: Count + 1 });
    this.#sum += bytes;
  }

  largestFirst(): Stat[] {
    return [...this.#byName.values()].sort((a, b) => b.Sum - a.Sum);
  }
}

function formatReport({ Meta, Stats, StatsKV, TotalSize, TotalSizeKV }: Report): string {
  const facts = Object.entries(Meta).map(([name, value]) => [` ${name}`, `${value}`]);
  const parts = [columns(facts, COLUMN_GAP), formatStats('Type', Stats, TotalSize)];
  if (StatsKV !== null) parts.push(formatStats('Key Name', StatsKV, TotalSizeKV));
  return parts.join('\n');
}

function formatStats(title: string, stats: readonly Stat[], sum: number): string {
  const rows = stats.map(({ Name, Count, Sum }) => [` ${Name}`, `${Count}`, formatBytes(Sum)]);
  const total = [' Total', '', formatBytes(sum)];
  return columns([[` ${title}`, 'Count', 'Size'], RULE, ...rows, RULE, total], COLUMN_GAP);
}

/** As Consul: `285B`, `3.4KB`, `2KB`. */
function formatBytes(bytes: number): string {
  if (bytes === 0) return '0';
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length - 1);
  return `${(bytes / 1024 ** power).toFixed(1).replace(/\.0$/, '')}${UNITS[power]}`;
}
