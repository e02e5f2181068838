import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { runCommand } from './run-command.ts';

describe('the program', () => {
  it.each([[[]], [['bogus']], [['bogus', '-x']], [['-x']]])(
    'answers %j with its usage and exit code 127',
    async (argv) => {
      const { exitCode, stdout, stderr } = await runCommand(argv);
      expect({ exitCode, stdout }).toEqual({ exitCode: 127, stdout: '' });
      expect(stderr).toMatch(/^Usage: rollcall \[--version\] \[--help\] <command>/);
    },
  );

  it.each(['-h', '--help', '-help'])('answers %s with one line for each command', async (flag) => {
    const { exitCode, stdout, stderr } = await runCommand([flag]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const listed = [...stdout.matchAll(/^ {4}(\S+)/gm)].map((match) => match[1]);
    expect(listed).toEqual([...new Set(COMMANDS.map(({ path }) => path[0]))].sort());
  });

  it.each(['-v', '--version', '-version'])('takes %s as the command version', async (flag) => {
    expect(await runCommand([flag])).toEqual(await runCommand(['version']));
  });

  it('lists the commands of a group', async () => {
    const { exitCode, stdout } = await runCommand(['services', '-h']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Usage: rollcall services <subcommand>/);
    expect(stdout).toMatch(/^ {4}deregister {4}Deregisters/m);
  });

  it.each([[['catalog']], [['catalog', 'bogus']]])(
    'answers %j, a group used wrongly, with exit code 1',
    async (argv) => {
      const { exitCode, stderr } = await runCommand(argv);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/^Usage: rollcall catalog <subcommand>/);
    },
  );

  it('refuses flags in front of the command', async () => {
    const { exitCode, stderr } = await runCommand(['-detailed', 'members']);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^Flags of a command go after its name\.\n\nUsage: rollcall members/);
  });
});

describe.each(COMMANDS.map((entry) => [entry.path.join(' '), entry] as const))(
  'rollcall %s',
  (_name, { path, synopsis, load }) => {
    it('explains itself and each of its flags', async () => {
      const { flags } = (await load()).command;
      const { exitCode, stdout, stderr } = await runCommand([...path, '-h']);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout.startsWith(`Usage: rollcall ${path.join(' ')}`)).toBe(true);
      const shown = [...stdout.matchAll(/^ {2}-([a-z0-9_-]+)/gm)].map((match) => match[1]);
      expect(shown.sort()).toEqual(flags.map(({ name }) => name).sort());
      expect(synopsis).not.toBe('');
    });

    it('answers an unknown flag with its usage and exit code 1', async () => {
      const { exitCode, stdout, stderr } = await runCommand([...path, '-bogus']);
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
      const start = `flag provided but not defined: -bogus\n\nUsage: rollcall ${path.join(' ')}`;
      expect(stderr.startsWith(start)).toBe(true);
    });
  },
);
