/** Folders of master files for tests: with the zones that ship, and with those of a test's own. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { temporaryFolder } from './temporary-folder.ts';

const SHIPPED = resolve(import.meta.dirname, '../../zones');

/** Texts by name of the file. */
export type ZoneFiles = Readonly<Record<string, string>>;

export function writeZones(folder: string, files: ZoneFiles): string {
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return folder;
}

/** Has `files` beside those of the zones that ship; removed when the test ends. */
export function zoneFolder(
  files: ZoneFiles = {},
  shipped: readonly string[] = ['consul.zone'],
): string {
  const folder = temporaryFolder();
  for (const file of shipped) copyFileSync(join(SHIPPED, file), join(folder, file));
  return writeZones(folder, files);
}
