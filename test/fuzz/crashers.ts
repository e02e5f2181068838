/**
 * The folder of inputs that once did not hold: `<target>-<name>.hex`, hexadecimal digits, lines of `#` say what it was.
 * Every test run replays all of them.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Crash } from './run.ts';

export interface Crasher {
  readonly file: string;
  readonly target: string;
  readonly input: Uint8Array;
}

export function readCrashers(folder: string): Crasher[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.hex'));
  return files.sort().map((file) => {
    const lines = readFileSync(join(folder, file), 'utf8').split('\n');
    const hex = lines
      .filter((line) => !line.startsWith('#'))
      .join('')
      .replace(/\s/g, '');
    const target = lines[0]?.replace(/^# target /, '') ?? '';
    return { file, target, input: Buffer.from(hex, 'hex') };
  });
}

/** @returns the path of the new file */
export function writeCrasher(folder: string, { target, seed, input, error }: Crash): string {
  mkdirSync(folder, { recursive: true });
  const digest = createHash('sha256').update(input).digest('hex').slice(0, 8);
  const path = join(folder, `${target}-${digest}.hex`);
  const reason = String(error instanceof Error ? error.message : error).split('\n')[0];
  const hex = Buffer.from(input)
    .toString('hex')
    .replace(/.{100}/g, '$&\n');
  writeFileSync(path, `# target ${target}\n# seed ${seed}: ${reason}\n${hex}\n`);
  return path;
}
