/** The commands that ask no agent: version and validate, and how agent refuses its configuration. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { runCommand } from './run-command.ts';

const packageFile = resolve(import.meta.dirname, '../../package.json');
const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string };

function configuration(files: Readonly<Record<string, unknown>>): string {
  const folder = join(temporaryFolder(), 'config');
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), JSON.stringify(content));
  }
  return folder;
}

describe('version', () => {
  it('prints four lines', async () => {
    const { exitCode, stdout } = await runCommand(['version']);
    expect(exitCode).toBe(0);
    expect(stdout.split('\n')).toEqual([
      `rollcall v${version}`,
      'Consul v1.16.4 (DNS and HTTP interfaces)',
      `Node.js ${process.version}`,
      expect.stringMatching(/^Protocol 2 spoken by default, understands 2 to 3 /),
      '',
    ]);
  });

  it('prints what provisioning tools read as JSON', async () => {
    const { stdout } = await runCommand(['version', '-format=json']);
    expect(JSON.parse(stdout)).toEqual({
      Version: '1.16.4',
      Revision: '',
      Prerelease: '',
      BuildDate: '1970-01-01T00:00:01Z',
      RPC: { Default: 2, Min: 2, Max: 3 },
      Rollcall: version,
    });
    expect(stdout).toMatch(/^\{\n {4}"Version": "1\.16\.4",\n/);
  });

  it('refuses another format', async () => {
    const stderr = 'Invalid format "yaml", valid formats are "pretty" and "json"\n';
    expect(await runCommand(['version', '-format=yaml'])).toMatchObject({ exitCode: 1, stderr });
  });
});

describe('validate', () => {
  const valid = { 'a.json': { data_dir: '/nonexistent' }, 'b.json': { node_name: 'n1' } };

  it('says that a folder is valid', async () => {
    const outcome = await runCommand(['validate', configuration(valid)]);
    expect(outcome).toEqual({ exitCode: 0, stdout: 'Configuration is valid!\n', stderr: '' });
  });

  it('says nothing when it is to be quiet', async () => {
    const folder = configuration(valid);
    const silent = { exitCode: 0, stdout: '', stderr: '' };
    expect(await runCommand(['validate', '-quiet', folder])).toEqual(silent);
    expect(await runCommand(['validate', folder, '--quiet'])).toEqual(silent);
  });

  it('takes several files as one configuration', async () => {
    const folder = configuration(valid);
    const outcome = await runCommand(['validate', `${folder}/a.json`, `${folder}/b.json`]);
    expect(outcome).toMatchObject({ exitCode: 0 });
  });

  it('names every mistake at once', async () => {
    const folder = configuration({
      'a.json': { data_dir: '/nonexistent', nodename: 'x', ports: { dns: 'no' } },
    });
    const { exitCode, stdout, stderr } = await runCommand(['validate', folder]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(
      /^Config validation failed: failed to parse .*a\.json: 2 errors occurred:\n/,
    );
    expect(stderr).toContain('nodename');
    expect(stderr).toContain('ports.dns');
  });

  it('refuses a path that is not there', async () => {
    const { exitCode, stderr } = await runCommand(['validate', '/nonexistent/config.json']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('Config validation failed: failed to read /nonexistent/config.json');
  });

  it('wants something to validate', async () => {
    const stderr = 'Must specify at least one config file or directory\n';
    expect(await runCommand(['validate'])).toMatchObject({ exitCode: 1, stderr });
  });
});

describe('agent', () => {
  it('prints what is wrong with its configuration and does not start', async () => {
    const folder = configuration({ 'a.json': { nodename: 'x' } });
    const { exitCode, stdout, stderr } = await runCommand(['agent', '-config-dir', folder]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain('nodename');
    expect(stderr).toContain('data_dir cannot be empty');
  });

  it('refuses operands', async () => {
    const stderr = 'Unexpected extra arguments: [now please]\n';
    expect(await runCommand(['agent', '-dev', 'now', 'please'])).toMatchObject({
      exitCode: 1,
      stderr,
    });
  });
});

describe('demo', () => {
  it.each([[[]], [['-golden', '-failure']]])('refuses %j', async (flags) => {
    const { exitCode, stderr } = await runCommand(['demo', ...flags]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^Exactly one of -golden and -failure is needed\n\nUsage: rollcall demo/,
    );
  });
});
