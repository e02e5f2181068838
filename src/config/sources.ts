/**
 * Finds and reads the configuration files that the flags name. A directory gives its files in alphabetical order
 * and does not look below itself; an empty file says nothing. What can't be read is a problem, not an exception.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import type { ConfigProblem } from './config-error.ts';
import { JsonSyntaxError, parseJson } from './json-text.ts';

export interface SourceOptions {
  /** Files and directories in the order of the command line. */
  readonly paths: readonly string[];
  /** `json`, `hcl`, or empty to go by the extension. */
  readonly format: string;
}

export interface Source {
  readonly file: string;
  readonly content: unknown;
  readonly text: string;
}

export interface Sources {
  readonly sources: readonly Source[];
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly string[];
}

const HCL_LATER = 'HCL is not supported yet; write it as JSON';

interface Found {
  readonly files: string[];
  readonly problems: ConfigProblem[];
  readonly warnings: string[];
}

export function readSources({ paths, format }: SourceOptions): Sources {
  const found: Found = { files: [], problems: [], warnings: [] };
  if (format === '' || format === 'json') for (const path of paths) find(path, format, found);
  else found.problems.push(formatProblem(format));

  const sources: Source[] = [];
  for (const file of found.files) {
    const result = readSource(file);
    if (result === undefined) continue;
    if ('message' in result) found.problems.push(result);
    else sources.push(result);
  }
  return { sources, problems: found.problems, warnings: found.warnings };
}

function find(path: string, format: string, found: Found): void {
  let names: string[] | undefined;
  try {
    names = statSync(path).isDirectory() ? readdirSync(path).sort() : undefined;
  } catch (error) {
    found.problems.push(unreadable(path, error));
    return;
  }
  if (names === undefined) {
    if (format === 'json' || extname(path) === '.json') found.files.push(path);
    else found.problems.push(extensionProblem(path));
    return;
  }
  for (const file of names.map((name) => join(path, name))) {
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory() !== false) continue;
    if (format === 'json' || extname(file) === '.json') found.files.push(file);
    else if (extname(file) === '.hcl') found.problems.push(extensionProblem(file));
    else found.warnings.push(`skipping file ${file}, extension must be .json`);
  }
}

/** The content of one file; undefined when it is empty. */
function readSource(file: string): Source | ConfigProblem | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return unreadable(file, error);
  }
  // Consul: a zero-byte file is no settings, so that one can be put in place first and filled later.
  if (text === '') return undefined;
  try {
    return { file, content: parseJson(text), text };
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const message = `${file}:${error.line}:${error.column}: ${error.message}`;
    return { kind: 'parse', path: '', expected: 'JSON', received: '', file, message };
  }
}

function unreadable(file: string, error: unknown): ConfigProblem {
  const reason = error instanceof Error ? error.message : String(error);
  const message = `failed to read ${file}: ${reason}`;
  return { kind: 'source', path: '', expected: 'a readable file', received: '', file, message };
}

function extensionProblem(file: string): ConfigProblem {
  const isHcl = extname(file) === '.hcl';
  const reason = isHcl ? HCL_LATER : 'extension must be .json, or -config-format json be given';
  return {
    kind: 'source',
    path: '',
    expected: 'a file that ends in .json',
    received: basename(file),
    file,
    message: `failed to read ${file}: ${reason}`,
  };
}

function formatProblem(format: string): ConfigProblem {
  const reason = format === 'hcl' ? HCL_LATER : 'must be "json"';
  return {
    kind: 'source',
    path: '-config-format',
    expected: 'json',
    received: format,
    file: '',
    message: `-config-format "${format}": ${reason}`,
  };
}
