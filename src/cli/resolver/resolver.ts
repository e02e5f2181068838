/**
 * What a resolver is to `rollcall resolver`: how one sees that it is there, the files that send a domain to rollcall,
 * the programs that read them again, and what of its configuration would stand in the way. A value, one file each;
 * it reads through a RootFolder, writes nothing and runs nothing.
 */
import type { RootFolder } from './root-folder.ts';

/** What is to be sent where. */
export interface Routing {
  /** Lower case, without the dot at its end: `consul`. */
  readonly domain: string;
  /** An IP address. */
  readonly host: string;
  readonly port: number;
}

/** One file of the change. `write` and `unwrite` are pure: text in, text out; undefined is no such file. */
export interface Edit {
  /** From the root, e.g. `/etc/dnsmasq.d/rollcall.conf`. */
  readonly path: string;
  /**
   * The resolver reads every file of this folder but hidden ones, so the backup is hidden too.
   */
  readonly folderIsReadWhole?: boolean;
  /** The folder is not there on a fresh system: it goes with the last file in it. */
  readonly folderComesAndGoes?: boolean;
  /** @throws CommandError when there is no place for the change */
  write(current: string | undefined): string;
  /** What is left of a file that was changed by others after `write`. */
  unwrite(current: string): string | undefined;
}

export interface ProgramCall {
  readonly program: string;
  readonly args: readonly string[];
}

export type Severity = 'ok' | 'warn' | 'error';

/** One thing that `check` looked at. */
export interface Finding {
  readonly severity: Severity;
  /** What is so. */
  readonly says: string;
  /** What to do about it; empty when nothing is. */
  readonly advice: string;
}

export interface Resolver {
  readonly name: string;
  /** What is looked for, in words, for the error when nothing is found. */
  readonly knownBy: string;
  isFound(root: RootFolder): boolean;
  edits(routing: Routing): readonly Edit[];
  /** The daemon's own reading of the files; the first program that is installed decides. */
  syntaxChecks(root: RootFolder): readonly ProgramCall[];
  /** Ways to have it read its files again; the first that succeeds is enough. None: it does so by itself. */
  readonly reloads: readonly ProgramCall[];
  /** What the kernel calls its process; undefined when it does not answer on port 53 itself. */
  readonly process: string | undefined;
  /** Addresses that a resolv.conf asks it at. */
  listensAt(address: string): boolean;
  /** What its own configuration says about `routing`. */
  findings(root: RootFolder, routing: Routing): readonly Finding[];
}

export const ok = (says: string): Finding => ({ severity: 'ok', says, advice: '' });
export const warn = (says: string, advice: string): Finding => ({
  severity: 'warn',
  says,
  advice,
});
export const error = (says: string, advice: string): Finding => ({
  severity: 'error',
  says,
  advice,
});

export const INSTALL_ADVICE = 'run "rollcall resolver install"';
/** First line of a file that is ours, after the comment sign. */
export const OWN_FILE =
  'Written by "rollcall resolver install"; "rollcall resolver remove" takes it away.';

/** An edit that makes a file of our own, whatever was there. */
export function ownFile(
  path: string,
  comment: string,
  lines: readonly string[],
  traits: Pick<Edit, 'folderIsReadWhole' | 'folderComesAndGoes'> = {},
): Edit {
  const text = [`${comment} ${OWN_FILE}`, ...lines, ''].join('\n');
  return {
    ...traits,
    path,
    write: () => text,
    unwrite: (current) => (current.includes(OWN_FILE) ? undefined : current),
  };
}

export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}

/** Whether `name` is `domain` or above it: what is said of `name` holds for `domain`. Any case, with or without a dot. */
export function covers(name: string, domain: string): boolean {
  const plain = bare(name);
  return plain === '' || bare(domain) === plain || bare(domain).endsWith(`.${plain}`);
}

export function bare(name: string): string {
  return name.toLowerCase().replace(/^"|"$/g, '').replace(/\.$/, '');
}
