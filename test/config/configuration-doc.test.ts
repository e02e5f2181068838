/**
 * Goal: docs/configuration.md says what the schema says. Method: its tables are rendered from the schema and
 * compared; `UPDATE_DOCS=1 npx vitest run test/config` writes them.
 */
import { describe, expect, it } from 'vitest';
import { AGENT_FLAGS, SCHEMA, type SchemaRow } from '../../src/config/index.ts';
import { formatDuration } from '../../src/runtime/index.ts';
import { generatedPart } from '../support/generated-doc.ts';

const code = (text: string): string => `\`${text}\``;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

function defaultOf(row: SchemaRow): string {
  if (row.defaultText !== undefined) return row.defaultText;
  return row.default === undefined ? '' : code(JSON.stringify(row.default));
}

function rangeOf(row: SchemaRow): string {
  if (row.oneOf !== undefined) return row.oneOf.map(code).join(', ');
  if (row.form !== undefined) return row.form.expected;
  const isDuration = row.type === 'duration' || row.type === 'map of durations';
  const bound = (value: number): string => (isDuration ? formatDuration(value) : String(value));
  if (row.min !== undefined && row.max !== undefined)
    return `${bound(row.min)} to ${bound(row.max)}`;
  return row.min === undefined ? '' : `at least ${bound(row.min)}`;
}

function rowsOf(keyClass: SchemaRow['class']): SchemaRow[] {
  return SCHEMA.filter((row) => row.class === keyClass);
}

/** Accepted keys under the reason why they have no effect, as the schema groups them. */
function acceptedByReason(): string[][] {
  const byReason = new Map<string, string[]>();
  for (const { description, path } of rowsOf('accepted')) {
    byReason.set(description, [...(byReason.get(description) ?? []), code(path)]);
  }
  return [...byReason].map(([reason, paths]) => [reason, paths.join(' ')]);
}

const SECTIONS: Readonly<Record<string, string>> = {
  built: table(
    ['key', 'type', 'default', 'range', 'reload', 'what it does'],
    rowsOf('built').map((row) => [
      code(row.path),
      row.type,
      defaultOf(row),
      rangeOf(row),
      row.reloadable ? 'yes' : '',
      row.description,
    ]),
  ),
  refused: table(
    ['key', 'only value', 'because'],
    rowsOf('refused').map((row) => [code(row.path), defaultOf(row), row.description]),
  ),
  accepted: table(['because', 'keys'], acceptedByReason()),
  flags: table(
    ['flag', 'takes', 'sets'],
    AGENT_FLAGS.map(({ name, kind, path, description }) => [
      code(`-${name}`),
      kind === 'boolean' ? '' : kind,
      path === '' ? description : code(path),
    ]),
  ),
};

describe('docs/configuration.md', () => {
  it.each(Object.entries(SECTIONS))('has the %s table of the schema', (name, rendered) => {
    expect(generatedPart('configuration.md', name, rendered)).toBe(rendered);
  });
});
