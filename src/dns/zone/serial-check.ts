/**
 * What a reload finds out about serials: a secondary, or whoever compares SOAs, takes a zone whose serial did not
 * advance for the one it has. Such a zone is served all the same; it is only told. Compares files with files: the
 * serial that clients see of a zone shared with the catalog moves on its own.
 */
import { formatName } from '../wire/name.ts';
import { isPlaceToStop, type Pacing, runInSlices, type Steps } from './steps.ts';
import type { RRset, Zone, ZoneNode } from './zone.ts';
import type { ZoneStore } from './zone-store.ts';

/** One zone, as a log line has it. */
export interface SerialSlip {
  readonly zone: string;
  readonly file: string;
  readonly serialBefore: number;
  readonly serial: number;
  readonly problem: string;
}

export async function checkSerialsInSlices(
  before: ZoneStore,
  after: ZoneStore,
  pacing: Pacing,
): Promise<readonly SerialSlip[]> {
  return runInSlices(checkSerials(before, after), async () => '', pacing);
}

export function* checkSerials(before: ZoneStore, after: ZoneStore): Steps<readonly SerialSlip[]> {
  const slips: SerialSlip[] = [];
  const zonesBefore = new Map(before.zones.map((zone) => [zone.apex, zone]));
  for (const zone of after.zones) {
    const zoneBefore = zonesBefore.get(zone.apex);
    if (zoneBefore === undefined) continue;
    const [serialBefore, serial] = [fileSerial(zoneBefore), fileSerial(zone)];
    const problem =
      serialBefore === serial
        ? (yield* isSameZone(zoneBefore, zone))
          ? undefined
          : 'the records of a zone changed and its serial did not'
        : isLater(serial, serialBefore)
          ? undefined
          : 'the serial of a zone went back';
    if (problem === undefined) continue;
    slips.push({ zone: formatName(zone.apex), file: zone.file, serialBefore, serial, problem });
  }
  return slips;
}

/**
 * The serial as the file has it.
 *
 *   MNAME · RNAME · | SERIAL 4 | REFRESH 4 | RETRY 4 | EXPIRE 4 | MINIMUM 4 |
 */
function fileSerial({ soa: { rdata } }: Zone): number {
  return new DataView(rdata.buffer, rdata.byteOffset + rdata.length - 20).getUint32(0);
}

/** RFC 1982 §3.2: `serial` is ahead of `other` by less than half the circle; at exactly half nobody knows. */
export function isLater(serial: number, other: number): boolean {
  const ahead = (serial - other) >>> 0;
  return ahead > 0 && ahead < 2 ** 31;
}

function* isSameZone(one: Zone, other: Zone): Steps<boolean> {
  if (one.nodes.size !== other.nodes.size) return false;
  let count = 0;
  for (const [name, node] of one.nodes) {
    const otherNode = other.nodes.get(name);
    if (otherNode === undefined || !isSameNode(node, otherNode)) return false;
    count += 1;
    if (isPlaceToStop(count)) yield undefined;
  }
  return true;
}

function isSameNode(one: ZoneNode, other: ZoneNode): boolean {
  if (one.size !== other.size) return false;
  for (const [type, rrset] of one) {
    const otherRrset = other.get(type);
    if (otherRrset === undefined || !isSameRRset(rrset, otherRrset)) return false;
  }
  return true;
}

/** RFC 2181 §5: the order of an RRset's records means nothing. */
function isSameRRset(one: RRset, other: RRset): boolean {
  if (one.length !== other.length || one[0]?.ttl !== other[0]?.ttl) return false;
  const isInOrder = one.every(({ rdata }, at) => {
    const found = other[at];
    return found !== undefined && Buffer.compare(found.rdata, rdata) === 0;
  });
  if (isInOrder) return true;
  const hex = ({ rdata }: RRset[number]): string => Buffer.from(rdata).toString('hex');
  const texts = new Set(other.map(hex));
  return one.every((record) => texts.has(hex(record)));
}
