/**
 * Reads an archive of `archive-writer.ts` and checks all of it: compression, tar, checksums, and every row. Nothing is
 * taken from one that is wrong anywhere. It is read a chunk at a time, and no more than `limits.snapshotStateBytes` of
 * it is unpacked or kept, whatever it claims.
 */
import { createHash } from 'node:crypto';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { schema, TABLE_NAMES, type TableName, type WholeCatalog } from '../catalog/index.ts';
import { limits } from '../runtime/index.ts';
import { ROW_OCTETS, STATE_FORMAT } from './archive-writer.ts';
import { referenceProblems } from './references.ts';
import { rowProblem } from './row-shapes.ts';
import { SnapshotError, unreadable } from './snapshot-error.ts';
import { readTar, type TarFile } from './tar.ts';

/** A catalog as it was. */
export interface Snapshot {
  readonly id: string;
  readonly index: number;
  readonly term: number;
  /** Id of the node whose agent saved it; empty when it is not said. */
  readonly serverId: string;
  /** Length of `state.bin`. */
  readonly stateBytes: number;
  /** The rows of each table by their keys. */
  readonly rows: WholeCatalog;
}

/** Of `meta.json` and of `SHA256SUMS`. */
const SMALL_FILE_BYTES_MAX = 1 << 16;
/** A row has one value at most, in base64; what else it may have is short beside the longest. */
const LINE_BYTES_MAX = 2 * limits.kvValueBytes.max;
/** Rows that are looked at before all others have their turn: a millisecond or less. */
const STEPS_AT_ONCE = 1024;
/** No server comes near it, and the indexes after it are exact too. */
const INDEX_MAX = 2 ** 48;

/** @throws SnapshotError, or what `archive` ends with */
export async function readArchive(
  archive: Buffer | Readable,
  bytesMax = limits.snapshotStateBytes.default,
): Promise<Snapshot> {
  const files = new ArchiveFiles(bytesMax);
  await readTar(unpacked(archive, bytesMax), files);
  return files.end();
}

async function* unpacked(archive: Buffer | Readable, bytesMax: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  const packed = Buffer.isBuffer(archive) ? Readable.from([archive]) : archive;
  // An error of either is the error of what is read here.
  const gunzip = pipeline(packed, createGunzip(), () => {});
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      // The other two files and what tar adds are small.
      if (bytes > bytesMax + 4 * SMALL_FILE_BYTES_MAX) throw tooLarge(bytesMax);
      yield chunk;
    }
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (typeof code !== 'string' || !code.startsWith('Z_')) throw error;
    const reason = code === 'Z_BUF_ERROR' ? 'unexpected EOF' : 'gzip: invalid data';
    throw new SnapshotError('snapshot_invalid', `failed to decompress snapshot: ${reason}`);
  } finally {
    gunzip.destroy();
  }
}

class ArchiveFiles {
  readonly #bytesMax: number;
  readonly #rows: RowLines;
  /** The digest of each file that was begun. */
  readonly #hashes = new Map<string, ReturnType<typeof createHash>>();
  readonly #texts = new Map<string, string>();
  #name = '';
  #stateBytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
    this.#rows = new RowLines(bytesMax);
  }

  readonly begin = ({ name, bytes }: TarFile): void => {
    if (!['meta.json', 'state.bin', 'SHA256SUMS'].includes(name)) {
      throw unreadable(`unexpected file ${JSON.stringify(name)}`);
    }
    if (this.#hashes.has(name)) throw unreadable(`"${name}" is there twice`);
    const bytesMax = name === 'state.bin' ? this.#bytesMax : SMALL_FILE_BYTES_MAX;
    if (bytes > bytesMax) throw tooLarge(bytesMax);
    if (name === 'state.bin') this.#stateBytes = bytes;
    this.#name = name;
    this.#hashes.set(name, createHash('sha256'));
    this.#texts.set(name, '');
  };

  readonly data = (part: Buffer): void => {
    this.#hashes.get(this.#name)?.update(part);
    if (this.#name === 'state.bin') this.#rows.add(part);
    else this.#texts.set(this.#name, (this.#texts.get(this.#name) ?? '') + part.toString('latin1'));
  };

  async end(): Promise<Snapshot> {
    for (const name of ['meta.json', 'state.bin', 'SHA256SUMS']) {
      if (!this.#hashes.has(name)) throw unreadable(`"${name}" is missing`);
    }
    const sums = new Set((this.#texts.get('SHA256SUMS') ?? '').split('\n'));
    for (const name of ['meta.json', 'state.bin']) {
      if (sums.has(`${this.#hashes.get(name)?.digest('hex')}  ${name}`)) continue;
      throw unreadable(`failed checking integrity of snapshot: hash check failed for "${name}"`);
    }
    const meta = metaOf(this.#texts.get('meta.json') ?? '');
    return { ...meta, stateBytes: this.#stateBytes, rows: await this.#rows.end() };
  }
}

function metaOf(text: string): Pick<Snapshot, 'id' | 'index' | 'term' | 'serverId'> {
  const meta = (parsed(text) ?? {}) as Readonly<Record<string, unknown>>;
  const { Version, ID, Index, Term } = meta;
  if (Version !== 1) throw unreadable(`unsupported version ${JSON.stringify(Version)}`);
  const index = Number.isSafeInteger(Index) ? Number(Index) : -1;
  if (index < 0 || index >= INDEX_MAX) throw unreadable('"meta.json" has no index');
  const id = typeof ID === 'string' ? ID : '';
  return { id, index, term: Number(Term ?? 0), serverId: serverIdOf(meta) };
}

interface WithServers {
  readonly Configuration?: { readonly Servers?: readonly { readonly ID?: unknown }[] } | null;
}

function serverIdOf({ Configuration }: WithServers): string {
  const id = Configuration?.Servers?.[0]?.ID;
  return typeof id === 'string' ? id.toLowerCase() : '';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The rows of `state.bin`, line by line. */
class RowLines {
  readonly #rows = new Map<TableName, Map<string, object>>(
    TABLE_NAMES.map((table) => [table, new Map()]),
  );
  readonly #bytesMax: number;
  /** Parts of the line that is not complete. */
  #held: Buffer[] = [];
  #heldBytes = 0;
  #lines = 0;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  add(part: Buffer): void {
    let from = 0;
    for (let at = part.indexOf(10); at >= 0; at = part.indexOf(10, from)) {
      this.#hold(part.subarray(from, at));
      const line = Buffer.concat(this.#held);
      this.#held = [];
      this.#heldBytes = 0;
      // The first line is no row.
      this.#bytes += line.length + 1 + (this.#lines === 0 ? 0 : ROW_OCTETS);
      if (this.#bytes > this.#bytesMax) throw tooLarge(this.#bytesMax);
      this.#line(line.toString());
      from = at + 1;
    }
    if (from < part.length) this.#hold(Buffer.from(part.subarray(from)));
  }

  #hold(part: Buffer): void {
    this.#held.push(part);
    this.#heldBytes += part.length;
    if (this.#heldBytes > LINE_BYTES_MAX) throw this.#wrong('the row is too long', this.#lines + 1);
  }

  async end(): Promise<WholeCatalog> {
    if (this.#lines === 0 || this.#held.length > 0) throw foreign();
    let steps = 0;
    for (const problem of referenceProblems(this.#rows)) {
      if (problem !== undefined) throw unreadable(problem);
      steps++;
      if (steps % STEPS_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    return this.#rows;
  }

  #line(text: string): void {
    this.#lines++;
    if (this.#lines === 1) {
      if (text !== STATE_FORMAT) throw foreign();
      return;
    }
    const line = parsed(text);
    const [table, row] = (Array.isArray(line) ? line : []) as unknown[];
    const rows = this.#rows.get(table as TableName);
    if (rows === undefined) throw this.#wrong(`no table ${JSON.stringify(table)} is known`);
    const problem = rowProblem(table as TableName, row);
    if (problem !== undefined) throw this.#wrong(problem);
    const key = schema[table as TableName].key(row as never);
    if (rows.has(key)) throw this.#wrong('the row is there twice');
    rows.set(key, row as object);
  }

  #wrong(reason: string, line = this.#lines): SnapshotError {
    return unreadable(`line ${line} of "state.bin": ${reason}`);
  }
}

function foreign(): SnapshotError {
  return unreadable('"state.bin" was not written by rollcall');
}

function tooLarge(bytesMax: number): SnapshotError {
  return new SnapshotError(
    'snapshot_too_large',
    `the rows of the snapshot take more than ${bytesMax} bytes`,
  );
}
