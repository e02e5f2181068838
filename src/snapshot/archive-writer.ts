/**
 * Writes a catalog as an archive with the files of Consul's: a gzipped tar of
 *
 *   meta.json   which state it is
 *   state.bin   a line that says whose it is, then each row as a line of JSON: ["table", row]
 *   SHA256SUMS  of both
 *
 * The rows are those of one moment, since rows are never changed. They are encoded a slice at a time, twice, because tar
 * tells the length of a file before it: two passes take time, and a copy of everything would take the memory. The first
 * pass is made before the archive begins, so that one which could not be restored is not begun.
 */
import { createHash } from 'node:crypto';
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { type State, TABLE_NAMES, type TableName } from '../catalog/index.ts';
import { InTurn, limits } from '../runtime/index.ts';
import { SnapshotError } from './snapshot-error.ts';
import { encodeHeader, padding, TAR_END } from './tar.ts';

export interface ArchiveFacts {
  readonly term: number;
  readonly nowMs: number;
  /** The server that it is of. */
  readonly server: { readonly id: string; readonly address: string };
}

/** First line of `state.bin`. */
export const STATE_FORMAT = '{"rollcall":1}';

/** What a row takes in memory beside its text, about: so many small ones would fill it long before their texts do. */
export const ROW_OCTETS = 512;

/** How an archive is written, whatever is in it. */
export interface ArchiveWork {
  /** Shared by archives that are written at the same time: a slice of one is followed by a slice of another. */
  readonly turns?: InTurn;
  /** Of its rows, with `ROW_OCTETS` for each. */
  readonly bytesMax?: number;
}

/**
 * The octets of the archive of this moment; what ends the stream early ends the work too.
 * @throws SnapshotError for one that is larger than any that is restored
 */
export async function writeArchive(
  state: State,
  facts: ArchiveFacts,
  { turns = new InTurn(), bytesMax = limits.snapshotStateBytes.default }: ArchiveWork = {},
): Promise<Readable> {
  const { index } = state;
  const rows = new Map(TABLE_NAMES.map((table) => [table, [...state.tables[table].all()]]));
  const count = [...rows.values()].reduce((sum, table) => sum + table.length, 0);
  let bytes = 0;
  for await (const slice of slicesOf(rows, turns)) {
    bytes += slice.length;
    if (bytes + count * ROW_OCTETS > bytesMax) throw tooLarge(bytesMax);
  }
  const archive = archiveOf({ rows, bytes, turns }, { ...facts, index });
  // An error of either is the error of what is returned; the client then sees a cut stream.
  return pipeline(
    Readable.from(archive, { objectMode: false }),
    createGzip({ level: 1 }),
    () => {},
  );
}

function tooLarge(bytesMax: number): SnapshotError {
  return new SnapshotError(
    'snapshot_too_large',
    `the catalog is more than ${bytesMax} bytes, and could not be restored from a snapshot`,
  );
}

type Rows = ReadonlyMap<TableName, readonly object[]>;

interface Measured {
  readonly rows: Rows;
  /** Length of `state.bin`. */
  readonly bytes: number;
  readonly turns: InTurn;
}

async function* archiveOf(
  { rows, bytes, turns }: Measured,
  facts: ArchiveFacts & { readonly index: number },
): AsyncGenerator<Buffer> {
  const meta = Buffer.from(`${JSON.stringify(metaOf(facts, bytes))}\n`);
  const modifiedSeconds = Math.floor(facts.nowMs / 1000);
  yield* wholeFile('meta.json', meta, modifiedSeconds);
  yield encodeHeader({ name: 'state.bin', bytes }, modifiedSeconds);
  const hash = createHash('sha256');
  for await (const slice of slicesOf(rows, turns)) {
    hash.update(slice);
    yield slice;
  }
  yield padding(bytes);
  const sums = [
    `${createHash('sha256').update(meta).digest('hex')}  meta.json\n`,
    `${hash.digest('hex')}  state.bin\n`,
  ];
  yield* wholeFile('SHA256SUMS', Buffer.from(sums.join('')), modifiedSeconds);
  yield TAR_END;
}

function* wholeFile(name: string, data: Buffer, modifiedSeconds: number): Generator<Buffer> {
  yield encodeHeader({ name, bytes: data.length }, modifiedSeconds);
  yield data;
  yield padding(data.length);
}

function metaOf(
  { term, nowMs, server, index }: ArchiveFacts & { readonly index: number },
  bytes: number,
) {
  return {
    Version: 1,
    ID: `${term}-${index}-${nowMs}`,
    Index: index,
    Term: term,
    Peers: null,
    Configuration: { Servers: [{ Suffrage: 0, ID: server.id, Address: server.address }] },
    ConfigurationIndex: 1,
    Size: bytes,
  };
}

/** Text of a slice: a millisecond or less. */
const SLICE_CHARACTERS = 1 << 16;

/** Before each slice all others have their turn. */
async function* slicesOf(rows: Rows, turns: InTurn): AsyncGenerator<Buffer> {
  await turns.run(othersTurn);
  let text = `${STATE_FORMAT}\n`;
  for (const [table, rowsOfTable] of rows) {
    for (const row of rowsOfTable) {
      text += `${JSON.stringify([table, row])}\n`;
      if (text.length < SLICE_CHARACTERS) continue;
      yield Buffer.from(text);
      text = '';
      await turns.run(othersTurn);
    }
  }
  yield Buffer.from(text);
}

function othersTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
