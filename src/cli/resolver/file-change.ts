/**
 * A change of files that happens as a whole: each is written beside its place and moved there, and what was there is
 * kept as a backup. A change that fails on the way is taken back. Knows nothing of what the files say.
 */
import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { CommandError } from '../command.ts';
import type { Edit } from './resolver.ts';
import type { RootFolder } from './root-folder.ts';

const BACKUP = '.rollcall-backup';
const DEFAULT_MODE = 0o644;

/** What one file is, and is to be; undefined is no file. */
export interface FileChange {
  /** From the root. */
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly backup: Pick<FileChange, 'path' | 'before' | 'after'>;
  readonly folderComesAndGoes: boolean;
}

/** What `install` does: nothing for a file that says it already. */
export function installChanges(root: RootFolder, edits: readonly Edit[]): readonly FileChange[] {
  return edits
    .map((edit) => {
      const before = root.read(edit.path);
      const backup = backupPath(edit);
      const kept = root.read(backup);
      // What an earlier install wrote is replaced, for another domain too.
      const base = before === undefined ? undefined : edit.unwrite(before);
      return {
        path: edit.path,
        before,
        after: edit.write(base),
        backup: { path: backup, before: kept, after: kept ?? base },
        folderComesAndGoes: edit.folderComesAndGoes ?? false,
      };
    })
    .filter(({ before, after }) => before !== after);
}

/** What `remove` does: the backup comes back, unless others have changed the file since. */
export function removeChanges(root: RootFolder, edits: readonly Edit[]): readonly FileChange[] {
  return [...edits]
    .reverse()
    .map((edit) => {
      const before = root.read(edit.path);
      const backup = backupPath(edit);
      const kept = root.read(backup);
      return {
        path: edit.path,
        before,
        after: restored(edit, before, kept),
        backup: { path: backup, before: kept, after: undefined },
        folderComesAndGoes: edit.folderComesAndGoes ?? false,
      };
    })
    .filter(({ before, after, backup }) => before !== after || backup.before !== undefined);
}

function restored(
  edit: Edit,
  before: string | undefined,
  kept: string | undefined,
): string | undefined {
  if (before === undefined) return kept;
  const rest = edit.unwrite(before);
  if (kept === undefined) return rest;
  const isUntouched = rest === undefined || before === edit.write(kept);
  return isUntouched ? kept : rest;
}

/** Applies all, or none: what went wrong on the way is thrown after everything is as it was. */
export function applyChanges(root: RootFolder, changes: readonly FileChange[]): void {
  const done: FileChange[] = [];
  try {
    for (const change of changes) {
      done.push(change);
      // First the backup when it is made, last when it goes: at no moment is the old text in neither.
      if (change.backup.after !== undefined) putBackup(root, change);
      put(root, change.path, change.after, change);
      if (change.backup.after === undefined) removeFile(root, change.backup.path);
      if (change.after === undefined && change.folderComesAndGoes) removeFolder(root, change.path);
    }
  } catch (cause) {
    undoChanges(root, done);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(`nothing was changed: ${reason}`);
  }
}

/** Puts back what was there before `applyChanges`. */
export function undoChanges(root: RootFolder, changes: readonly FileChange[]): void {
  for (const change of [...changes].reverse()) {
    const { path, before, after, backup } = change;
    const reverse = {
      path,
      before: after,
      after: before,
      backup: { path: backup.path, before: backup.after, after: backup.before },
      folderComesAndGoes: change.folderComesAndGoes,
    };
    if (reverse.backup.after !== undefined) putBackup(root, reverse);
    put(root, path, before, reverse);
    if (reverse.backup.after === undefined) removeFile(root, backup.path);
    if (before === undefined && change.folderComesAndGoes) removeFolder(root, path);
  }
}

function putBackup(root: RootFolder, { path, backup }: FileChange): void {
  if (backup.before !== backup.after) write(root, backup.path, backup.after ?? '', path);
}

function put(root: RootFolder, path: string, text: string | undefined, change: FileChange): void {
  if (text === undefined) removeFile(root, path);
  // A file that comes back out of its backup has the mode of the backup.
  else write(root, path, text, root.has(path) ? path : change.backup.path);
}

/** Temporary file, sync, mode and owner of `like` (when there is such a file), rename, sync of the folder. */
function write(root: RootFolder, path: string, text: string, like: string): void {
  // A symbolic link stays one: what it leads to is replaced.
  const target = root.at(path);
  const folder = dirname(target);
  mkdirSync(folder, { recursive: true });
  const temporary = join(folder, `.${basename(target)}.rollcall-${process.pid}`);
  const model = statSync(root.at(like), { throwIfNoEntry: false });
  try {
    // What a process of the same number left behind: in a container they are few.
    rmSync(temporary, { force: true });
    const file = openSync(temporary, 'wx', 0o600);
    try {
      writeSync(file, text, null, 'latin1');
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (model !== undefined && process.getuid?.() === 0) chownSync(temporary, model.uid, model.gid);
    chmodSync(temporary, model === undefined ? DEFAULT_MODE : model.mode & 0o7777);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(folder);
}

function removeFile(root: RootFolder, path: string): void {
  if (!root.has(path)) return;
  const target = root.at(path);
  rmSync(target);
  syncFolder(dirname(target));
}

function removeFolder(root: RootFolder, path: string): void {
  try {
    rmdirSync(root.at(dirname(path)));
  } catch {
    // There is something else in it.
  }
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function backupPath({ path, folderIsReadWhole }: Edit): string {
  const hidden = folderIsReadWhole === true ? '.' : '';
  return `${dirname(path)}/${hidden}${basename(path)}${BACKUP}`;
}
