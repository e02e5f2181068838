/** Zones and look-ups written as text, for the tests of this folder. */

import type { Query } from '../../../src/dns/answer/outcome.ts';
import { unpack } from '../../../src/dns/wire/address-rrset.ts';
import { formatName, lowerName, type Name, parseName } from '../../../src/dns/wire/name.ts';
import type { Question } from '../../../src/dns/wire/question.ts';
import type { ResourceRecord } from '../../../src/dns/wire/record.ts';
import { formatType, Opcode, parseType, RecordClass } from '../../../src/dns/wire/types.ts';
import { buildZone } from '../../../src/dns/zone/build-zone.ts';
import {
  type ParsedFile,
  parseMasterFile,
} from '../../../src/dns/zone/master-file/parse-master-file.ts';
import { lookUp, type Zone } from '../../../src/dns/zone/zone.ts';
import { formatFault } from '../../../src/dns/zone/zone-error.ts';

export function name(text: string): Name {
  const parsed = parseName(text);
  if (parsed === undefined) throw new Error(`"${text}" is not a name`);
  return parsed;
}

/** Parses `files['zones/example.zone']` and what it includes. */
export function parse(files: Readonly<Record<string, string>>, origin = 'example.'): ParsedFile {
  return parseMasterFile(
    { file: 'zones/example.zone', origin: name(origin) },
    (file) => files[file] ?? { problem: 'no such file or folder' },
  );
}

/** A client's question, e.g. `www.example. A`. */
export function query(text: string, asked: Partial<Question> = {}): Query {
  const [owner = '', type = ''] = text.split(' ');
  return {
    question: {
      id: 1,
      opcode: Opcode.QUERY,
      recursionDesired: true,
      checkingDisabled: false,
      authenticData: false,
      name: name(owner),
      lowerName: lowerName(name(owner)),
      type: parseType(type) ?? 0,
      class: RecordClass.IN,
      edns: undefined,
      ...asked,
    },
    client: { address: '127.0.0.1', port: 9, transport: 'udp' },
  };
}

/** Records as `owner ttl type hex`. */
export function show(record: ResourceRecord): string {
  const rdata = Buffer.from(record.rdata).toString('hex');
  return `${formatName(record.owner)} ${record.ttl} ${formatType(record.type)} ${rdata}`;
}

export function faultsOf(text: string): string[] {
  const zoneFile = { file: 'zones/example.zone', origin: name('example.'), apexIsOrigin: false };
  const parsed = parse({ 'zones/example.zone': text });
  return buildZone(zoneFile, parsed).faults.map(formatFault);
}

export function zone(text: string, apex = 'example.'): Zone {
  const zoneFile = { file: 'zones/example.zone', origin: name(apex), apexIsOrigin: false };
  const { zone: built, faults } = buildZone(zoneFile, parse({ 'zones/example.zone': text }, apex));
  if (built === undefined) throw new Error(faults.map(formatFault).join('\n'));
  return built;
}

const ownerAndType = (record: ResourceRecord): string =>
  `${formatName(record.owner)} ${formatType(record.type)}`;

/** The outcome in one line, e.g. `answer www.example. A | additional …`. */
export function ask(from: Zone, question: string): string {
  const [owner = '', typeText = ''] = question.split(' ');
  const asked = name(owner);
  const type = parseType(typeText) ?? 0;
  const found = lookUp(from, { name: asked, lowerName: lowerName(asked), type });
  const list = (records: readonly ResourceRecord[]): string => records.map(ownerAndType).join(', ');
  switch (found.kind) {
    case 'answer': {
      const parts = [`answer ${list(unpack(found.answers))}`];
      if (found.authority.length > 0) parts.push(`authority ${list(found.authority)}`);
      if (found.additional.length > 0) parts.push(`additional ${list(found.additional)}`);
      return parts.join(' | ');
    }
    case 'referral':
      return `referral ${list(found.authority)} | additional ${list(found.additional)}`;
    case 'alias':
      return `alias ${list(found.answers)} -> ${formatName(found.target)}`;
    case 'no-data':
    case 'name-error':
    case 'overflow':
      return found.kind;
  }
}
