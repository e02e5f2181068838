/**
 * Files below a root, `/` or a folder that stands for it in a test or an image. Paths are those of the system. A text
 * has a letter for each octet, so that a file in any encoding is written back as it was.
 */
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { CommandError } from '../command.ts';

/** As the kernel has it (path_resolution(7)). */
const LINKS_MAX = 40;

export class RootFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Whether it is the system that runs, so that its daemons can be asked and told. */
  get isSystem(): boolean {
    return this.path === '/';
  }

  /**
   * Where `path` really is. Links of an image stay inside of it: one to `/etc/x` does not lead to the file of that name
   * of the system that runs.
   * @throws CommandError when links go round
   */
  at(path: string): string {
    let place = '/';
    let links = 0;
    const waiting = path.split('/');
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const next = posix.join(place, name);
      const link = readLink(join(this.path, next));
      if (link === undefined) place = next;
      else {
        links += 1;
        if (links > LINKS_MAX) throw new CommandError(`"${path}" leads through too many links`);
        waiting.unshift(...link.split('/'));
        if (link.startsWith('/')) place = '/';
      }
    }
    return join(this.path, place);
  }

  has(path: string): boolean {
    const found = unlessMissing(path, () => statSync(this.at(path), { throwIfNoEntry: false }));
    return found !== undefined;
  }

  /** Undefined when there is no such file. @throws CommandError for what may not be read */
  read(path: string): string | undefined {
    return unlessMissing(path, () => readFileSync(this.at(path), 'latin1'));
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
    return unlessMissing(folder, () => readdirSync(this.at(folder))) ?? [];
  }
}

function unlessMissing<Found>(path: string, find: () => Found): Found | undefined {
  try {
    return find();
  } catch (error) {
    const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined;
    if (code !== 'EACCES' && code !== 'EPERM') throw error;
    throw new CommandError(`"${path}" may not be read by this user: run this as root`);
  }
}

/** Undefined for what is no link. */
function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
