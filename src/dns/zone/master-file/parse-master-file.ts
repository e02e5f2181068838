/**
 * Parses a master file (RFC 1035 §5) with all that it includes into records, each with the place it was written
 * at. Looks at one entry at a time: whether the records together make a zone is decided in `build-zone.ts`.
 * Reads no file itself: whoever runs its steps does.
 */
import { dirname, resolve } from 'node:path';
import { limits } from '../../../runtime/index.ts';
import { type Name, parseName } from '../../wire/name.ts';
import type { ResourceRecord } from '../../wire/record.ts';
import { formatType, parseType, RecordClass, RecordType } from '../../wire/types.ts';
import { parseRdata } from '../rdata/formats.ts';
import { isPlaceToStop, type ReadText, runAtOnce, type Steps } from '../steps.ts';
import { FieldFault, type Origin, type ZoneFault } from '../zone-error.ts';
import { parseSeconds, resolveName, TokenCursor, TTL_SECONDS_MAX } from './token-cursor.ts';
import { type Entry, readEntries, type Token } from './tokens.ts';

/** A record and the line it came from. */
export interface PlacedRecord extends Origin {
  readonly record: ResourceRecord;
}

export interface ParsedFile {
  readonly records: readonly PlacedRecord[];
  readonly faults: readonly ZoneFault[];
}

export interface MasterFile {
  /** Path as it is to be shown, and to be read. */
  readonly file: string;
  /** What relative names are relative to until `$ORIGIN` says otherwise. */
  readonly origin: Name;
}

export function* parseMasterFileInSteps({ file, origin }: MasterFile): Steps<ParsedFile> {
  const parser = new Parser();
  yield* parser.read({ file, origin, from: { file, line: 0 }, ancestors: [] });
  return { records: parser.records, faults: parser.faults };
}

/** All of it at once. */
export function parseMasterFile(masterFile: MasterFile, readText: ReadText): ParsedFile {
  return runAtOnce(parseMasterFileInSteps(masterFile), readText);
}

/** A file to be read, and who asks for it. */
interface Wanted extends MasterFile {
  readonly from: Origin;
  /** The files that include it, absolute. */
  readonly ancestors: readonly string[];
}

/** Where the parser is in one file; an included file has its own (RFC 1035 §5.1). */
interface Place {
  readonly file: string;
  origin: Name;
  owner: Name | undefined;
  /** This file and those that include it, absolute. */
  readonly ancestors: readonly string[];
}

class Parser {
  readonly records: PlacedRecord[] = [];
  readonly faults: ZoneFault[] = [];
  /** `$TTL`, RFC 2308 §4. */
  #defaultTtl: number | undefined;
  /** The last TTL that was written, which stands in until there is a `$TTL` (RFC 1035 §5.1). */
  #lastTtl: number | undefined;

  *read({ file, origin, from, ancestors }: Wanted): Steps<void> {
    const text = yield file;
    if (typeof text !== 'string') {
      const { problem } = text;
      this.#report(from, from.line === 0 ? problem : `cannot include "${file}": ${problem}`);
      return;
    }
    const place: Place = {
      file,
      origin,
      owner: undefined,
      ancestors: [...ancestors, resolve(file)],
    };
    let count = 0;
    for (const entry of readEntries(text)) {
      // One fault seldom comes alone, but a file of another kind would report each of its lines.
      if (this.faults.length >= limits.zoneFaults.default) return;
      const included = this.#entryOrFault(entry, place);
      if (included !== undefined) yield* this.read(included);
      count += 1;
      if (isPlaceToStop(count) || isLong(entry)) yield undefined;
    }
  }

  #entryOrFault(entry: Entry | FieldFault, place: Place): Wanted | undefined {
    try {
      if (entry instanceof FieldFault) throw entry;
      return this.#entry(entry, place);
    } catch (error) {
      if (!(error instanceof FieldFault)) throw error;
      this.#report({ file: place.file, line: error.line }, error.message);
      return undefined;
    }
  }

  #report(at: Origin, reason: string): void {
    this.faults.push({ file: at.file, line: at.line, reason });
  }

  /** @returns the file that the entry includes, if it is `$INCLUDE` */
  #entry(entry: Entry, place: Place): Wanted | undefined {
    const first = entry.tokens[0];
    if (first === undefined) return undefined;
    const cursor = new TokenCursor(entry.tokens, place.origin, entry.line);
    if (first.text.startsWith('$') && !first.quoted && !entry.ownerOmitted) {
      return this.#directive(cursor, place);
    }
    this.#record(entry, cursor, place);
    return undefined;
  }

  #directive(cursor: TokenCursor, place: Place): Wanted | undefined {
    const directive = cursor.next('directive');
    const keyword = directive.text.toUpperCase();
    switch (keyword) {
      case '$ORIGIN':
        place.origin = cursor.name('origin');
        break;
      case '$TTL':
        this.#defaultTtl = cursor.seconds('TTL');
        break;
      case '$INCLUDE':
        return this.#include(cursor, place);
      case '$GENERATE':
        throw cursor.fault(directive, "is BIND's own and not read; write the records out");
      default:
        throw cursor.fault(directive, 'is not a directive; there are $ORIGIN, $TTL and $INCLUDE');
    }
    cursor.end(keyword);
    return undefined;
  }

  /** `$INCLUDE file [origin]`; origin and owner of this file are as before afterwards (RFC 1035 §5.1). */
  #include(cursor: TokenCursor, place: Place): Wanted {
    const token = cursor.next('file name');
    const origin = cursor.peek() === undefined ? place.origin : cursor.name('origin');
    cursor.end('$INCLUDE');
    const file = token.text.startsWith('/') ? token.text : besides(place.file, token.text);
    if (place.ancestors.includes(resolve(file))) throw cursor.fault(token, 'includes itself');
    if (place.ancestors.length > limits.zoneIncludeDepth.default) {
      throw cursor.fault(token, `is included more than ${limits.zoneIncludeDepth.default} deep`);
    }
    const from = { file: place.file, line: token.line };
    return { file, origin, from, ancestors: place.ancestors };
  }

  #record(entry: Entry, cursor: TokenCursor, place: Place): void {
    if (!entry.ownerOmitted) place.owner = readOwner(cursor, place);
    const owner = place.owner;
    const { ttl: written, type } = readTtlClassType(cursor);
    const rdata = parseRdata(type, cursor);
    if (owner === undefined) {
      throw new FieldFault(entry.line, 'the first record of a file begins with its owner');
    }
    if (written !== undefined) this.#lastTtl = written;
    const ttl = written ?? this.#defaultTtl ?? this.#lastTtl ?? soaMinimum(type, rdata);
    if (ttl === undefined) {
      throw new FieldFault(entry.line, 'the record has no TTL, and no $TTL comes before it');
    }
    // As BIND: the TTL that the SOA was given by its minimum holds for what follows.
    this.#lastTtl ??= ttl;
    const record = { owner, type, class: RecordClass.IN, ttl, rdata };
    this.records.push({ record, file: place.file, line: entry.line });
  }
}

/** As much work as some entries of the usual length. */
const LONG_ENTRY_CHARACTERS = 1000;

function isLong(entry: Entry | FieldFault): boolean {
  return entry instanceof FieldFault || entry.characters > LONG_ENTRY_CHARACTERS;
}

function besides(file: string, name: string): string {
  const directory = dirname(file);
  return directory === '.' ? name : `${directory}/${name}`;
}

function readOwner(cursor: TokenCursor, place: Place): Name | undefined {
  const token = cursor.next('owner');
  const owner = resolveName(token, cursor.origin);
  // Records that follow with a blank owner would go to the wrong name.
  place.owner = undefined;
  if (owner === undefined) throw cursor.fault(token, 'is not a domain name');
  return owner;
}

/** RFC 1035 §5.1: `[TTL] [class] type` or `[class] [TTL] type`. */
function readTtlClassType(cursor: TokenCursor): { ttl: number | undefined; type: number } {
  let ttl: number | undefined;
  let classSeen = false;
  for (;;) {
    const token = cursor.next('type');
    const seconds = ttl === undefined ? parseSeconds(token.text) : undefined;
    if (seconds !== undefined) {
      ttl = seconds;
    } else if (!classSeen && isClass(token)) {
      classSeen = true;
    } else {
      return { ttl, type: readType(cursor, token) };
    }
    if (token.quoted) throw cursor.fault(token, 'is quoted where a TTL, class or type belongs');
  }
}

function isClass(token: Token): boolean {
  const text = token.text.toUpperCase();
  if (/^(CH|CS|HS|NONE|CLASS(?!1$)\d{1,5})$/.test(text)) {
    throw new FieldFault(token.line, `class "${token.text}" is not served; zones are of class IN`);
  }
  return text === 'IN' || text === 'CLASS1';
}

function readType(cursor: TokenCursor, token: Token): number {
  const type = parseType(token.text);
  if (type === undefined) {
    const reason = /^\d/.test(token.text) ? 'is neither a TTL nor a type' : 'is not a record type';
    throw cursor.fault(token, reason);
  }
  // RFC 6895 §3.1: 0 is reserved, 128 to 255 and OPT ask or carry something, they are never data.
  if (type === 0 || type === RecordType.OPT || (type >= 128 && type <= 255)) {
    throw cursor.fault(token, `cannot be in a zone: ${formatType(type)} is not a type of data`);
  }
  return type;
}

function soaMinimum(type: number, rdata: Uint8Array): number | undefined {
  if (type !== RecordType.SOA) return undefined;
  const minimum = new DataView(rdata.buffer, rdata.byteOffset + rdata.length - 4).getUint32(0);
  return Math.min(minimum, TTL_SECONDS_MAX);
}

/** The origin that a file's own name stands for: `example.org.zone` → `example.org.`. */
export function originOfFileName(fileName: string): Name | undefined {
  return parseName(fileName.replace(/\.zone$/, ''));
}
