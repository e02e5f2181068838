/**
 * The little of tar that an archive takes: plain files in the ustar form of POSIX.1-1988, whose octets are
 *
 *   header (512) ─▶ data ─▶ zeros up to a multiple of 512 ─▶ … ─▶ two blocks of zeros
 *
 * Knows nothing of what is in the files.
 */
import { unreadable } from './snapshot-error.ts';

const BLOCK = 512;

const SIZE_AT = 124;
const MODIFIED_AT = 136;
const CHECKSUM_AT = 148;
const TYPE_AT = 156;
const MAGIC_AT = 257;

export interface TarFile {
  readonly name: string;
  readonly bytes: number;
}

export function encodeHeader({ name, bytes }: TarFile, modifiedSeconds: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0);
  header.write('0000600\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  writeOctal(header, SIZE_AT, bytes);
  writeOctal(header, MODIFIED_AT, modifiedSeconds);
  header.write('0', TYPE_AT);
  header.write('ustar\u000000', MAGIC_AT);
  const checksum = checksumOf(header).toString(8).padStart(6, '0');
  header.write(`${checksum}\0 `, CHECKSUM_AT);
  return header;
}

/** Zeros behind a file of `bytes`. */
export function padding(bytes: number): Buffer {
  return Buffer.alloc((BLOCK - (bytes % BLOCK)) % BLOCK);
}

export const TAR_END = Buffer.alloc(2 * BLOCK);

function writeOctal(header: Buffer, at: number, value: number): void {
  header.write(`${value.toString(8).padStart(11, '0')}\0`, at);
}

/** The sum of all octets, those of the checksum itself taken for blanks. */
function checksumOf(header: Buffer): number {
  let sum = 8 * 0x20;
  for (let at = 0; at < BLOCK; at++) {
    if (at < CHECKSUM_AT || at >= CHECKSUM_AT + 8) sum += header[at] ?? 0;
  }
  return sum;
}

/** Undefined for a block of zeros, which ends the archive. @throws SnapshotError */
function decodeHeader(block: Buffer): TarFile | undefined {
  if (block.every((octet) => octet === 0)) return undefined;
  const field = (at: number, length: number): string =>
    block
      .toString('latin1', at, at + length)
      .replace(/\0.*$/s, '')
      .trim();
  const checksum = Number.parseInt(field(CHECKSUM_AT, 8), 8);
  const size = field(SIZE_AT, 12);
  if (checksum !== checksumOf(block) || !/^[0-7]+$/.test(size)) {
    throw unreadable('archive/tar: invalid tar header');
  }
  const name = field(0, 100);
  if (!['0', ''].includes(field(TYPE_AT, 1))) throw unreadable(`"${name}" is not a plain file`);
  return { name, bytes: Number.parseInt(size, 8) };
}

export interface TarReader {
  /** Called before the data of a file. May throw. */
  readonly begin: (file: TarFile) => void;
  /** A part of the current file; not kept by the caller. May throw. */
  readonly data: (part: Buffer) => void;
}

/** Reads `chunks` to their end, whatever follows the archive. @throws SnapshotError, or what the reader throws */
export async function readTar(chunks: AsyncIterable<Buffer>, reader: TarReader): Promise<void> {
  let held = Buffer.alloc(0);
  let dataLeft = 0;
  let paddingLeft = 0;
  let ended = false;
  for await (const chunk of chunks) {
    if (ended) continue;
    let rest = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    held = Buffer.alloc(0);
    while (rest.length > 0 && !ended) {
      if (dataLeft > 0) {
        const part = rest.subarray(0, dataLeft);
        reader.data(part);
        dataLeft -= part.length;
        rest = rest.subarray(part.length);
      } else if (paddingLeft > 0) {
        const skipped = Math.min(paddingLeft, rest.length);
        paddingLeft -= skipped;
        rest = rest.subarray(skipped);
      } else if (rest.length < BLOCK) {
        held = Buffer.from(rest);
        break;
      } else {
        const file = decodeHeader(rest.subarray(0, BLOCK));
        rest = rest.subarray(BLOCK);
        ended = file === undefined;
        if (file === undefined) break;
        reader.begin(file);
        dataLeft = file.bytes;
        paddingLeft = padding(file.bytes).length;
      }
    }
  }
  if (!ended) throw unreadable('unexpected EOF');
}
