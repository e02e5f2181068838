export { readArchive, type Snapshot } from './archive-reader.ts';
export { type ArchiveFacts, writeArchive } from './archive-writer.ts';
export { SNAPSHOT_ERROR_CODES, SnapshotError, type SnapshotErrorCode } from './snapshot-error.ts';
