/** The file of the snapshot commands: its operand, and its contents checked. */
import { readFile } from 'node:fs/promises';
import { readArchive, type Snapshot, SnapshotError } from '../snapshot/index.ts';
import { CommandError } from './command.ts';

export function snapshotOperand(operands: readonly string[]): string {
  const [file] = operands;
  if (file === undefined) throw new CommandError('Missing FILE argument');
  if (operands.length === 1) return file;
  throw new CommandError(`Too many arguments (expected 1, got ${operands.length})`);
}

export async function readSnapshotFile(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new CommandError(`Error opening snapshot file: ${reasonOf(error)}`);
  }
}

/** @throws CommandError when it is wrong anywhere */
export async function verifySnapshot(octets: Buffer): Promise<Snapshot> {
  try {
    return await readArchive(octets);
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error;
    throw new CommandError(`Error verifying snapshot file: ${error.message}`);
  }
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
