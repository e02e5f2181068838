// The zone that stands for the catalog in servers of static files: written once for each set.
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zoneText } from '../catalog-set.mjs';

/** The path of the set's zone file under `folder`. */
export function zoneFile(folder, set) {
  const file = join(folder, `${set.name}.zone`);
  if (!existsSync(file)) {
    writeFileSync(`${file}.new`, zoneText(set));
    renameSync(`${file}.new`, file);
  }
  return file;
}
