/**
 * Goal: the folder table of src/ARCHITECTURE.md is true. Method: read every import of src, compare it with the
 * table below, refuse cycles and reaching past another folder's index.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const src = resolve(import.meta.dirname, '../../src');

/** Folder to what it may import; `type` marks folders of which only types may be imported. */
const MAY_IMPORT: Readonly<Record<string, Readonly<Record<string, 'value' | 'type'>>>> = {
  runtime: {},
  catalog: { query: 'value', runtime: 'value' },
  engine: { catalog: 'type', runtime: 'value' },
  checks: { runtime: 'value' },
  connect: { catalog: 'value', runtime: 'value' },
  query: { runtime: 'value' },
  agent: { catalog: 'value', checks: 'value', runtime: 'value' },
  dns: { runtime: 'value', catalog: 'type', query: 'value' },
  snapshot: { catalog: 'value', query: 'value', runtime: 'value' },
  http: {
    snapshot: 'value',
    catalog: 'value',
    agent: 'value',
    connect: 'value',
    query: 'value',
    runtime: 'value',
  },
  config: { runtime: 'value', agent: 'value', checks: 'value', dns: 'value', http: 'value' },
  cli: {
    config: 'value',
    dns: 'value',
    runtime: 'value',
    snapshot: 'value',
    'agent-process.ts': 'value',
  },
  // The composition root may use everything but the command line.
  'agent-process.ts': {
    runtime: 'value',
    catalog: 'value',
    engine: 'value',
    checks: 'value',
    agent: 'value',
    connect: 'value',
    dns: 'value',
    http: 'value',
    config: 'value',
  },
};

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
  /** Imported while the program runs, so that it cannot be part of a cycle. */
  readonly later: boolean;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sourceFiles(path);
    return name.endsWith('.ts') ? [path] : [];
  });
}

/** Static imports and re-exports with a relative path. */
const IMPORT = /^(?:import|export)\s+(type\s+)?([^;]*?)\s*from\s+'(\.[^']+)'/gms;

const LATER_IMPORT = /(typeof\s+)?\bimport\('(\.[^']+)'\)/g;

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const at = (path: string) => ({ from: file, to: resolve(dirname(file), path) });
  const first = [...text.matchAll(IMPORT)].map((match) => ({
    ...at(match[3] as string),
    typeOnly: match[1] !== undefined || namesOnlyTypes(match[2] as string),
    later: false,
  }));
  const later = [...text.matchAll(LATER_IMPORT)].map((match) => ({
    ...at(match[2] as string),
    typeOnly: match[1] !== undefined,
    later: true,
  }));
  return [...first, ...later];
}

/** `{ type A, type B }` imports nothing at run time. */
function namesOnlyTypes(clause: string): boolean {
  const named = /^\{([\s\S]*)\}$/.exec(clause.trim())?.[1];
  if (named === undefined) return false;
  const names = named.split(',').map((name) => name.trim());
  return names.every((name) => name === '' || name.startsWith('type '));
}

const folderOf = (file: string): string => relative(src, file).split(sep)[0] as string;
const shown = (file: string): string => relative(src, file).split(sep).join('/');

const files = sourceFiles(src);
const imports = files.flatMap(importsOf);

describe('the folder table', () => {
  it('knows every folder of src', () => {
    const unknown = [...new Set(files.map(folderOf))].filter((name) => !(name in MAY_IMPORT));
    expect(unknown).toEqual([]);
  });

  it('is kept by every import', () => {
    const crossing = imports.filter(({ from, to }) => folderOf(from) !== folderOf(to));
    const wrong = crossing
      .filter(({ from, to, typeOnly }) => {
        const allowed = MAY_IMPORT[folderOf(from)]?.[folderOf(to)];
        return allowed === undefined || (allowed === 'type' && !typeOnly);
      })
      .map(({ from, to }) => `${shown(from)} -> ${shown(to)}`);
    expect(wrong).toEqual([]);
  });

  it('lets no folder reach past the index of another', () => {
    const past = imports
      .filter(({ from, to }) => folderOf(from) !== folderOf(to))
      .filter(
        ({ to }) =>
          !['index.ts', 'agent-process.ts'].includes(
            shown(to).split('/').slice(1).join('/') || shown(to),
          ),
      )
      .map(({ from, to }) => `${shown(from)} -> ${shown(to)}`);
    expect(past).toEqual([]);
  });
});

describe('imports', () => {
  it('name files that exist', () => {
    const known = new Set(files);
    const missing = imports.filter(({ to }) => !known.has(to) && !to.endsWith('.json'));
    expect(missing.map(({ from, to }) => `${shown(from)} -> ${shown(to)}`)).toEqual([]);
  });

  it('form no cycle', () => {
    const edges = new Map<string, string[]>();
    for (const { from, to, typeOnly, later } of imports) {
      if (typeOnly || later) continue;
      edges.set(from, [...(edges.get(from) ?? []), to]);
    }
    expect(findCycle(edges).map(shown)).toEqual([]);
  });
});

/** The first cycle found, or nothing. */
function findCycle(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): string[] => {
    const at = path.indexOf(file);
    if (at >= 0) return [...path.slice(at), file];
    if (done.has(file)) return [];
    path.push(file);
    for (const next of edges.get(file) ?? []) {
      const cycle = visit(next);
      if (cycle.length > 0) return cycle;
    }
    path.pop();
    done.add(file);
    return [];
  };
  for (const file of edges.keys()) {
    const cycle = visit(file);
    if (cycle.length > 0) return cycle;
  }
  return [];
}
