/** Loads configurations out of files in a temporary folder, on a host that is always the same. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ConfigError,
  type Host,
  type LoadedConfig,
  type LoadOptions,
  loadArguments,
} from '../../src/config/index.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

export const HOST: Host = {
  hostName: () => 'here',
  cores: () => 4,
  addresses: () => ['203.0.113.5', '10.1.2.3'],
  zoneDirectory: () => '/zones',
};

/** A folder that ends with the test, with these files in it; the values that are not text are written as JSON. */
export function folderOf(files: Readonly<Record<string, unknown>>): string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** Loads `argv` after a file for each of `contents`; `data_dir` is given unless the first content says otherwise. */
export function load(
  contents: readonly unknown[],
  argv: readonly string[] = [],
  options: Omit<LoadOptions, 'flags' | 'host'> = {},
): LoadedConfig {
  const named = contents.map((content, at) => [`${at}.json`, content] as const);
  const folder = folderOf({ 'base.json': { data_dir: '/data' }, ...Object.fromEntries(named) });
  const files = ['base.json', ...named.map(([name]) => name)];
  const paths = files.flatMap((name) => ['-config-file', join(folder, name)]);
  return loadArguments([...paths, ...argv], { ...options, host: HOST });
}

/** The error that `run` throws; fails when there is none. */
export function errorOf(run: () => unknown): ConfigError {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('no ConfigError');
}

/** The messages of what is wrong with `content`. */
export function problemsOf(content: unknown, argv: readonly string[] = []): string[] {
  return errorOf(() => load([content], argv)).problems.map(({ message }) => message);
}
