/**
 * Why a store cannot be opened or written. `code` is stable; the message says what happened and what to do.
 */

export const STORE_ERROR_CODES = [
  /** Another process has the directory open. */
  'store_locked',
  /** Written by a later version of rollcall. */
  'store_newer',
  /** Not what rollcall wrote. */
  'store_damaged',
  /** The directory cannot be created, read or written. */
  'store_unusable',
  /** A write failed; the command was not kept. */
  'store_unavailable',
  /** Too many commands wait for the disk. */
  'store_busy',
  /** The engine was closed. */
  'store_closed',
] as const;
export type StoreErrorCode = (typeof STORE_ERROR_CODES)[number];

export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StoreError';
    this.code = code;
  }
}

/** The text of whatever was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
