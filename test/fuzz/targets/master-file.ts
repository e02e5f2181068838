/** Damaged master files: faults, each with its place, or a zone that can be asked about anything and sent whole. */

import { formatName } from '../../../src/dns/wire/name.ts';
import { readMessage } from '../../../src/dns/wire/read-message.ts';
import { MessageWriter, Section } from '../../../src/dns/wire/write-message.ts';
import { buildZone } from '../../../src/dns/zone/build-zone.ts';
import { parseMasterFile } from '../../../src/dns/zone/master-file/parse-master-file.ts';
import { lookUp, type Zone } from '../../../src/dns/zone/zone.ts';
import { formatFault } from '../../../src/dns/zone/zone-error.ts';
import type { Random } from '../../../src/runtime/index.ts';
import { name } from '../../dns/records.ts';
import { ZONE_TEXTS } from '../catalog.ts';
import { lowerHex } from '../lower-hex.ts';
import { must, oneIn, pick, type Target } from '../target.ts';

const WORDS =
  `$ORIGIN $TTL $INCLUDE $GENERATE . @ * ( ) ; " \\ \\. \\000 \\255 \\256 \\9 \\# 0 1 -1 255 256 65535 65536
4294967295 4294967296 2147483648 1h2m 1w99999999w IN CH HS ANY A AAAA NS CNAME DNAME SOA MX TXT SRV PTR CAA HINFO NAPTR
TYPE0 TYPE65535 TYPE65536 TYPE41 HTTPS SVCB RRSIG DS TLSA SSHFP LOC RP 192.0.2.1 ::1 2001:db8::g 300.1.1.1 a..b
alpn=h2 ipv4hint=1.2.3.4 key65535=x mandatory=alpn "a" "" ns.example. x.y.z. ${'l'.repeat(64)} zones/example.zone`.split(
    /\s+/,
  );
const TYPES = [1, 2, 5, 6, 12, 15, 16, 28, 33, 39, 43, 255, 65_400];

function generate(random: Random): Uint8Array {
  let text = pick(random, ZONE_TEXTS);
  for (let times = 1 + random.integer(5); times > 0; times--) text = change(text, random);
  return Buffer.from(text);
}

function change(text: string, random: Random): string {
  const lines = text.split('\n');
  const at = random.integer(lines.length);
  const line = lines[at] as string;
  const words = line.split(' ');
  switch (random.integer(8)) {
    case 0:
      lines.splice(at, 1);
      break;
    case 6: {
      // The owner of one line with the record of another.
      const [owner = ''] = pick(random, lines).split(' ');
      lines.splice(at, 0, [owner, ...words.slice(1)].join(' '));
      break;
    }
    case 1:
      lines.splice(random.integer(lines.length), 0, line);
      break;
    case 2:
      lines[at] = words.toSpliced(random.integer(words.length), 1, pick(random, WORDS)).join(' ');
      break;
    case 3:
      lines[at] = words
        .toSpliced(random.integer(words.length + 1), 0, pick(random, WORDS))
        .join(' ');
      break;
    case 4:
      lines[at] = words.toSpliced(random.integer(words.length), 1).join(' ');
      break;
    case 5: {
      const cut = random.integer(line.length + 1);
      const odd = oneIn(2, random)
        ? String.fromCodePoint(random.integer(0xd800))
        : pick(random, WORDS);
      lines[at] = line.slice(0, cut) + odd + line.slice(cut + random.integer(2));
      break;
    }
    default:
      lines[at] =
        `${pick(random, WORDS)} ${Array.from({ length: random.integer(6) }, () => pick(random, WORDS)).join(' ')}`;
  }
  return lines.join('\n');
}

const writer = new MessageWriter();

function check(input: Uint8Array): void {
  const text = Buffer.from(input).toString();
  const zoneFile = { file: 'zones/example.zone', origin: name('example.'), apexIsOrigin: false };
  const parsed = parseMasterFile(zoneFile, (file) =>
    file === zoneFile.file ? text : { problem: 'no such file or folder' },
  );
  const built = buildZone(zoneFile, parsed);
  must((built.zone === undefined) === built.faults.length > 0, () => 'neither a zone nor a fault');
  for (const fault of built.faults) {
    must(
      fault.reason !== '' && fault.line >= 0,
      () => `a fault without reason: ${formatFault(fault)}`,
    );
    must(
      !/undefined|NaN|\[object/.test(fault.reason) || /undefined|NaN|\[object/.test(text),
      () => fault.reason,
    );
  }
  if (built.zone !== undefined) checkZone(built.zone);
}

function checkZone(zone: Zone): void {
  for (const owner of zone.nodes.keys()) {
    for (const asked of [owner, `\x01x${owner}`]) {
      if (asked.length > 255) continue;
      for (const type of TYPES) lookUp(zone, { name: asked, lowerName: asked, type });
    }
  }
  for (const [owner, node] of zone.nodes) {
    for (const records of node.values()) {
      for (const record of records) {
        writer.begin(65_535);
        // RDATA that fills a message by itself cannot be sent, and is no fault of the file.
        if (!writer.record(Section.ANSWER, record)) continue;
        const [read] = readMessage(writer.finish(1, 0x8000)).answers;
        // A name that is compressed takes on the case of what it points at.
        const isSame =
          read?.type === record.type && lowerHex(read.rdata) === lowerHex(record.rdata);
        must(
          isSame,
          () =>
            `a record of ${formatName(owner)} is another once sent: type ${record.type}, ${Buffer.from(record.rdata).toString('hex')}`,
        );
      }
    }
  }
}

export const masterFile: Target = { name: 'master-file', casesInTests: 1500, generate, check };
