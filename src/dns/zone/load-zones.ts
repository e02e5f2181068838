/**
 * Reads a folder of master files into a ZoneStore, all of it or nothing. `consul.zone` is the apex of the
 * configured domain whatever that is called, and of the alternative domain; `example.org.zone` is
 * `example.org.`. Other files in the folder are left alone: they can be included.
 */
import { formatName, lowerName, type Name, parseName } from '../wire/name.ts';
import { buildZoneInSteps, type ZoneFile } from './build-zone.ts';
import { originOfFileName, parseMasterFileInSteps } from './master-file/parse-master-file.ts';
import { type Pacing, runAtOnce, runInSlices, type Steps } from './steps.ts';
import type { Zone } from './zone.ts';
import { ZoneError, type ZoneFault } from './zone-error.ts';
import { type Listing, listFolder, listFolderNow, readText, readTextNow } from './zone-files.ts';
import { createZoneStore, type ZoneStore } from './zone-store.ts';

const APEX_FILE = 'consul.zone';

export interface LoadOptions {
  readonly directory: string;
  /** With a final dot, e.g. `consul.`. */
  readonly domain: string;
  /** Served like `domain`; empty when there is none. */
  readonly altDomain: string;
}

/** Reads and builds without a pause. Throws ZoneError with every fault of every file. */
export function loadZones(options: LoadOptions): ZoneStore {
  return runAtOnce(loadInSteps(options, listFolderNow(options.directory)), readTextNow);
}

/** As loadZones, in slices that others can go between. */
export async function loadZonesInSlices(options: LoadOptions, pacing: Pacing): Promise<ZoneStore> {
  const listing = await listFolder(options.directory);
  return runInSlices(loadInSteps(options, listing), readText, pacing);
}

function* loadInSteps(options: LoadOptions, listing: Listing): Steps<ZoneStore> {
  const catalogApexes = [options.domain, options.altDomain].flatMap(parseDomain);
  const faults: ZoneFault[] = [];
  const zones = new Map<Name, Zone>();
  if (!Array.isArray(listing)) {
    const reason = `cannot list the folder: ${listing.problem}`;
    faults.push({ file: options.directory, line: 0, reason });
  }
  const names = Array.isArray(listing) ? listing.filter(isZoneFileName).sort() : [];
  for (const zoneFile of zoneFilesOf(options.directory, names, catalogApexes, faults)) {
    const parsed = yield* parseMasterFileInSteps(zoneFile);
    const built = yield* buildZoneInSteps(zoneFile, parsed);
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

const isZoneFileName = (name: string): boolean => name.endsWith('.zone') && !name.startsWith('.');

function zoneFilesOf(
  directory: string,
  names: readonly string[],
  catalogApexes: readonly Name[],
  faults: ZoneFault[],
): ZoneFile[] {
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

/** The apex file is read once for each domain, and its faults are mostly the same. */
function withoutRepeats(faults: readonly ZoneFault[]): ZoneFault[] {
  const byText = new Map(faults.map((fault) => [JSON.stringify(fault), fault]));
  return [...byText.values()];
}
