/**
 * Writes a catalog as an archive with the files of Consul's: a gzipped tar of
 *
 *   meta.json   which state it is
 *   state.bin   a line that says whose it is, then each row as a line of JSON: ["table", row]
 *   SHA256SUMS  of both
 *
 * The rows are those of one moment, since rows are never changed. They are encoded a slice at a time, twice, because tar
 * tells the length of a file before it: two passes take time, and a copy of everything would take the memory.
 */
import { createHash } from 'node:crypto';
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { type State, TABLE_NAMES, type TableName } from '../catalog/index.ts';
import { encodeHeader, padding, TAR_END } from './tar.ts';

export interface ArchiveFacts {
  readonly term: number;
  readonly nowMs: number;
  /** The server that it is of. */
  readonly server: { readonly id: string; readonly address: string };
}

/** First line of `state.bin`. */
export const STATE_FORMAT = '{"rollcall":1}';

/** The octets of the archive; what ends the stream early ends the work too. */
export function writeArchive(state: State, facts: ArchiveFacts): Readable {
  const { index } = state;
  const rows = new Map(TABLE_NAMES.map((table) => [table, [...state.tables[table].all()]]));
  const tar = Readable.from(archiveOf(rows, { ...facts, index }), { objectMode: false });
  // An error of either is the error of what is returned; the client then sees a cut stream.
  return pipeline(tar, createGzip({ level: 1 }), () => {});
}

type Rows = ReadonlyMap<TableName, readonly object[]>;

async function* archiveOf(
  rows: Rows,
  facts: ArchiveFacts & { readonly index: number },
): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const slice of slicesOf(rows)) bytes += slice.length;
  const meta = Buffer.from(`${JSON.stringify(metaOf(facts, bytes))}\n`);
  const modifiedSeconds = Math.floor(facts.nowMs / 1000);
  yield* wholeFile('meta.json', meta, modifiedSeconds);
  yield encodeHeader({ name: 'state.bin', bytes }, modifiedSeconds);
  const hash = createHash('sha256');
  for await (const slice of slicesOf(rows)) {
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

/** Between two slices all others have their turn. */
async function* slicesOf(rows: Rows): AsyncGenerator<Buffer> {
  let text = `${STATE_FORMAT}\n`;
  for (const [table, rowsOfTable] of rows) {
    for (const row of rowsOfTable) {
      text += `${JSON.stringify([table, row])}\n`;
      if (text.length < SLICE_CHARACTERS) continue;
      yield Buffer.from(text);
      text = '';
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  yield Buffer.from(text);
}
