/**
 * Goal: docs/commands.md lists the program's commands and flags, no more and no less. Method: read its headings and
 * flag tables and compare them with the command table.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SHARED_FLAGS } from '../../src/cli/client-settings.ts';
import { COMMANDS } from '../../src/cli/commands.ts';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/commands.md'), 'utf8');
const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.split('\n', 1)[0] ?? '', section] as const),
);

const headings = [...sections.keys()].filter((heading) => heading.startsWith('`rollcall '));

it('the page has a section for each command, in order', () => {
  expect(headings).toEqual(COMMANDS.map(({ path }) => `\`rollcall ${path.join(' ')}\``));
});

it('the page explains the flags that all commands share', () => {
  expect(flagsIn('Reaching the agent')).toEqual([...SHARED_FLAGS].map(({ name }) => name).sort());
});

describe.each(COMMANDS.map(({ path, load }) => [path.join(' '), load] as const))(
  'the section of %s',
  (name, load) => {
    it('has a row for each flag of its own', async () => {
      const { flags } = (await load()).command;
      const own = flags
        .filter((flag) => !SHARED_FLAGS.has(flag))
        .filter(({ help }) => !help.startsWith('Known, without effect'))
        .map((flag) => flag.name);
      expect(flagsIn(`\`rollcall ${name}\``)).toEqual(own.sort());
    });
  },
);

function flagsIn(heading: string): string[] {
  const rows = (sections.get(heading) ?? '').matchAll(/^\| `-([a-z0-9_-]+)/gm);
  return [...rows].map((match) => match[1] ?? '').sort();
}
