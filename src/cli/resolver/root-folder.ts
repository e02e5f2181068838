/**
 * Files below a root, `/` or a folder that stands for it in a test or an image. Paths are those of the system. A text
 * has a letter for each octet, so that a file in any encoding is written back as it was.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';

export class RootFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Whether it is the system that runs, so that its daemons can be asked and told. */
  get isSystem(): boolean {
    return this.path === '/';
  }

  /** Where `path` really is. */
  at(path: string): string {
    return join(this.path, path);
  }

  has(path: string): boolean {
    try {
      return statSync(this.at(path), { throwIfNoEntry: false }) !== undefined;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  /** Undefined when there is no such file; what may not be read is an error. */
  read(path: string): string | undefined {
    try {
      return readFileSync(this.at(path), 'latin1');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** Paths of the files that a pattern matches, in order; `*` and `?` in its last part only, never a hidden file. */
  glob(pattern: string): readonly string[] {
    const [folder, last] = [posix.dirname(pattern), posix.basename(pattern)];
    if (!/[*?]/.test(last)) return this.has(pattern) ? [pattern] : [];
    const words = last
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*/g, '.*')
      .replace(/\?/g, '.');
    const matcher = new RegExp(`^${words}$`);
    return this.#names(folder)
      .filter((name) => !name.startsWith('.') && matcher.test(name))
      .sort()
      .map((name) => posix.join(folder, name));
  }

  #names(folder: string): string[] {
    try {
      return readdirSync(this.at(folder));
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR';
}
