import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSources } from '../../src/config/sources.ts';
import { errorOf, folderOf, load } from './bench.ts';

const read = (paths: string[], format = '') => readSources({ paths, format });

describe('the files of a configuration', () => {
  it('come in the order of the command line, those of a directory by name', () => {
    const folder = folderOf({ 'b.json': { a: 2 }, 'a.json': { a: 1 }, 'c.json': { a: 3 } });
    const single = join(folderOf({ 'z.json': { a: 0 } }), 'z.json');
    const { sources, problems } = read([single, folder]);
    expect(sources.map(({ content }) => content)).toEqual([{ a: 0 }, { a: 1 }, { a: 2 }, { a: 3 }]);
    expect(problems).toEqual([]);
  });

  it('of a directory below are not looked at', () => {
    const folder = folderOf({ 'a.json': {} });
    mkdirSync(join(folder, 'sub.json'));
    writeFileSync(join(folder, 'sub.json', 'b.json'), '{}');
    expect(read([folder]).sources).toHaveLength(1);
  });

  it('say nothing when they are empty', () => {
    const folder = folderOf({ 'a.json': '' });
    expect(read([folder])).toEqual({ sources: [], problems: [], warnings: [] });
  });

  it('with another extension are skipped in a directory, and refused by name', () => {
    const folder = folderOf({ 'a.json': {}, 'notes.txt': 'x' });
    const skipped = read([folder]);
    expect(skipped.problems).toEqual([]);
    expect(skipped.warnings).toEqual([
      `skipping file ${join(folder, 'notes.txt')}, extension must be .json`,
    ]);
    const file = join(folder, 'notes.txt');
    expect(read([file]).problems.map(({ message }) => message)).toEqual([
      `failed to read ${file}: extension must be .json, or -config-format json be given`,
    ]);
  });

  it('may have any name when the format is given', () => {
    const folder = folderOf({ 'a.conf': { a: 1 }, 'b.hcl': { a: 2 } });
    expect(read([folder], 'json').sources).toHaveLength(2);
  });

  it('in HCL are refused until that can be read', () => {
    const folder = folderOf({ 'a.hcl': 'server = true' });
    const file = join(folder, 'a.hcl');
    const message = `failed to read ${file}: HCL is not supported yet; write it as JSON`;
    expect(read([folder]).problems.map((problem) => problem.message)).toEqual([message]);
    expect(read([file]).problems.map((problem) => problem.message)).toEqual([message]);
    expect(read([file], 'hcl').problems).toMatchObject([
      { message: '-config-format "hcl": HCL is not supported yet; write it as JSON' },
    ]);
    expect(read([], 'toml').problems).toMatchObject([
      { message: '-config-format "toml": must be "json"' },
    ]);
  });

  it('that cannot be read are all named', () => {
    const { problems } = read(['/nowhere/a.json', '/nowhere/b']);
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^failed to read \/nowhere\/a\.json: ENOENT/),
      expect.stringMatching(/^failed to read \/nowhere\/b: ENOENT/),
    ]);
  });

  it('that are not JSON are named with line and column', () => {
    const file = join(folderOf({ 'a.json': '{\n  "server": yes\n}' }), 'a.json');
    expect(read([file]).problems).toMatchObject([
      { kind: 'parse', file, message: `${file}:2:13: expected a value, found "y"` },
    ]);
  });
});

describe('the text of a ConfigError', () => {
  it('lists the mistakes of each file as Consul does', () => {
    const error = errorOf(() => load([{ a: { b: 1 } }, { ports: { x: 1 }, y: 2 }]));
    const [first, second] = [...new Set(error.problems.map(({ file }) => file))];
    expect(error.code).toBe('config_invalid');
    expect(error.message).toBe(
      `failed to parse ${first}: 1 error occurred:\n\t* invalid config key a\n` +
        `failed to parse ${second}: 2 errors occurred:\n` +
        '\t* invalid config key ports.x\n\t* invalid config key y',
    );
  });

  it('puts broken rules on lines of their own', () => {
    const error = errorOf(() => load([{ data_dir: '', datacenter: '' }]));
    expect(error.message).toBe('data_dir cannot be empty\ndatacenter cannot be empty');
  });
});
