/** Why an archive cannot be restored, or not be saved so that it could be. `code` is stable; texts are Consul's where it has some. */

export const SNAPSHOT_ERROR_CODES = ['snapshot_invalid', 'snapshot_too_large'] as const;
export type SnapshotErrorCode = (typeof SNAPSHOT_ERROR_CODES)[number];

export class SnapshotError extends Error {
  readonly code: SnapshotErrorCode;

  constructor(code: SnapshotErrorCode, message: string) {
    super(message);
    this.name = 'SnapshotError';
    this.code = code;
  }
}

/** @returns to be thrown: Consul begins all that is wrong below the compression so */
export function unreadable(reason: string): SnapshotError {
  return new SnapshotError('snapshot_invalid', `failed to read snapshot file: ${reason}`);
}
