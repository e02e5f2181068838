/** Tables of `[clause, dig arguments, expectation]`, each row asked over UDP and TCP alike. */
import { expect, it } from 'vitest';
import type { Dug } from '../support/dig.ts';
import type { ReferenceAgent } from '../support/reference-agent.ts';

/** What a reply is to have; header flags that have to be there, and those that must not. */
export interface Expected {
  readonly status?: string;
  readonly has?: string;
  readonly lacks?: string;
  /** Records in any order, `name ttl IN type rdata`; `web.consul. 0 IN A 192.0.2.1`. */
  readonly answers?: readonly string[];
  readonly authority?: readonly (string | RegExp)[];
  readonly additional?: readonly string[];
  readonly question?: string;
}

export type DigRow = readonly [clause: string, args: string, expected: Expected];

export function digTable(agent: ReferenceAgent, rows: readonly DigRow[]): void {
  it.each(rows)('%s: dig %s', async (_, args, expected) => {
    for (const dug of await agent.digAll(`${args} +notcp`, `${args} +tcp`)) {
      expect(differences(dug, expected), `${args}\n${dug.text}`).toEqual([]);
    }
  });
}

/** What of `expected` the reply does not have, in words. */
function differences(dug: Dug, expected: Expected): string[] {
  const wrong: string[] = [];
  const { status = 'NOERROR', has = '', lacks = '', question } = expected;
  if (dug.status !== status) wrong.push(`status ${dug.status}`);
  for (const flag of words(has)) if (!dug.flags.includes(flag)) wrong.push(`no flag ${flag}`);
  for (const flag of words(lacks)) if (dug.flags.includes(flag)) wrong.push(`flag ${flag}`);
  if (question !== undefined && dug.question !== question) wrong.push(`question ${dug.question}`);
  for (const section of ['answers', 'authority', 'additional'] as const) {
    const wanted = expected[section];
    if (wanted !== undefined && !isSame(dug[section], wanted)) wrong.push(section);
  }
  return wrong;
}

const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');

function isSame(records: readonly string[], wanted: readonly (string | RegExp)[]): boolean {
  const matches = (record: string, one: string | RegExp): boolean =>
    typeof one === 'string' ? record === one : one.test(record);
  return (
    records.length === wanted.length &&
    wanted.every((one) => records.some((record) => matches(record, one)))
  );
}
