/**
 * Reads a folder of master files into a ZoneStore, all of it or nothing. `consul.zone` is the apex of the
 * configured domain whatever that is called, and of the alternative domain; `example.org.zone` is
 * `example.org.`. Other files in the folder are left alone: they can be included.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { limits } from '../../runtime/index.ts';
import { formatName, lowerName, type Name, parseName } from '../wire/name.ts';
import { type BuiltZone, buildZone, type ZoneFile } from './build-zone.ts';
import {
  originOfFileName,
  parseMasterFile,
  type ReadText,
} from './master-file/parse-master-file.ts';
import type { Zone } from './zone.ts';
import { ZoneError, type ZoneFault } from './zone-error.ts';
import { createZoneStore, type ZoneStore } from './zone-store.ts';

const APEX_FILE = 'consul.zone';

export interface LoadOptions {
  readonly directory: string;
  /** With a final dot, e.g. `consul.`. */
  readonly domain: string;
  /** Served like `domain`; empty when there is none. */
  readonly altDomain: string;
}

/** Throws ZoneError with every fault of every file. */
export function loadZones(options: LoadOptions): ZoneStore {
  const catalogApexes = [options.domain, options.altDomain].flatMap(parseDomain);
  const faults: ZoneFault[] = [];
  const zones = new Map<Name, Zone>();
  for (const zoneFile of listZoneFiles(options.directory, catalogApexes, faults)) {
    const built = readZone(zoneFile);
    faults.push(...built.faults);
    if (built.zone === undefined) continue;
    const { apex, file } = built.zone;
    const other = zones.get(apex);
    if (other !== undefined) {
      const reason = `the zone "${formatName(apex)}" is already in ${other.file}`;
      faults.push({ file, line: 0, reason });
    }
    zones.set(apex, built.zone);
  }
  if (faults.length > 0) throw new ZoneError(withoutRepeats(faults));
  return createZoneStore({ zones: [...zones.values()], catalogApexes });
}

function parseDomain(domain: string): Name[] {
  const name = domain === '' ? undefined : parseName(domain);
  return name === undefined ? [] : [lowerName(name)];
}

function readZone(zoneFile: ZoneFile): BuiltZone {
  return buildZone(zoneFile, parseMasterFile(zoneFile, readZoneText));
}

function listZoneFiles(
  directory: string,
  catalogApexes: readonly Name[],
  faults: ZoneFault[],
): ZoneFile[] {
  const names = listDirectory(directory, faults);
  const zoneFiles = names
    .filter((name) => name !== APEX_FILE)
    .flatMap((name): ZoneFile[] => {
      const file = `${directory}/${name}`;
      const origin = originOfFileName(name);
      if (origin !== undefined) return [{ file, origin: lowerName(origin), apexIsOrigin: false }];
      faults.push({ file, line: 0, reason: 'the name of the file is not a domain and .zone' });
      return [];
    });
  const file = `${directory}/${APEX_FILE}`;
  const apexFiles = catalogApexes.map((origin) => ({ file, origin, apexIsOrigin: true }));
  return [...apexFiles, ...zoneFiles];
}

function listDirectory(directory: string, faults: ZoneFault[]): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith('.zone') && !name.startsWith('.'))
      .sort();
  } catch (error) {
    faults.push({ file: directory, line: 0, reason: `cannot list the folder: ${describe(error)}` });
    return [];
  }
}

const readZoneText: ReadText = (file) => {
  try {
    const stats = statSync(file);
    if (!stats.isFile()) return { problem: 'is not a regular file' };
    const most = limits.zoneFileBytes.default;
    if (stats.size > most) return { problem: `has ${stats.size} bytes; at most ${most} are read` };
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    return { problem: describe(error) };
  }
};

function describe(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'no such file or folder';
    case 'EACCES':
      return 'permission denied';
    case 'ENOTDIR':
      return 'is not a folder';
    case 'ERR_ENCODING_INVALID_ENCODED_DATA':
      return 'is not UTF-8 text';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

/** The apex file is read once for each domain, and its faults are mostly the same. */
function withoutRepeats(faults: readonly ZoneFault[]): ZoneFault[] {
  const byText = new Map(faults.map((fault) => [JSON.stringify(fault), fault]));
  return [...byText.values()];
}
