export { readArchive, type Snapshot } from './archive-reader.ts';
export { type ArchiveFacts, type ArchiveWork, writeArchive } from './archive-writer.ts';
export { SNAPSHOT_ERROR_CODES, SnapshotError, type SnapshotErrorCode } from './snapshot-error.ts';
