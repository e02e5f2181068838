/**
 * Where the embedded engine keeps rows. One implementation writes LMDB (`lmdb-row-store.ts`), one forgets
 * (`memory-row-store.ts`, for `-dev`).
 */
import type { StagedCommand, TableName, TableRows } from '../../catalog/index.ts';

export type RestoreRow = <Name extends TableName>(table: Name, row: TableRows[Name]) => void;

export interface RowStore {
  /** Hands over every row there is. @returns the index of the last durable command */
  load(restore: RestoreRow): number;
  /**
   * Resolves when all commands are durable together; rejects when none is. `handedOver` is called once there is nothing
   * left to wait for but the disk.
   */
  write(commands: readonly StagedCommand[], handedOver?: () => void): Promise<void>;
  close(): Promise<void>;
}
