/**
 * Goal: install and remove change files as a whole, say what they do, and leave nothing behind. Method: the commands on
 * a temporary root that looks like the system, and docs/resolvers.md as the golden files.
 */
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyChanges, installChanges, removeChanges } from '../../src/cli/resolver/file-change.ts';
import { RESOLVERS } from '../../src/cli/resolver/resolvers.ts';
import { RootFolder } from '../../src/cli/resolver/root-folder.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { put, rootWith } from './resolver-root.ts';
import { runCommand } from './run-command.ts';

const INSTALL = 'run "rollcall resolver install"';
const page = readFileSync(resolve(import.meta.dirname, '../../docs/resolvers.md'), 'utf8');

const blocks = [...page.matchAll(/^```\n([\s\S]*?)\n```$/gm)].map(([, block]) => block);

/** What a system with that resolver has; the last line of one file has no end. */
const SYSTEMS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'systemd-resolved': { '/lib/systemd/systemd-resolved': '', '/etc/systemd/resolved.conf': '' },
  networkmanager: { '/etc/NetworkManager/NetworkManager.conf': '[main]\ndns=dnsmasq\n' },
  dnsmasq: { '/etc/dnsmasq.conf': '# empty\n' },
  unbound: {
    '/etc/unbound/unbound.conf': 'include-toplevel: "/etc/unbound/unbound.conf.d/*.conf"\n',
  },
  bind: {
    '/etc/bind/named.conf':
      'include "/etc/bind/named.conf.options";\ninclude "/etc/bind/named.conf.local";\n',
    '/etc/bind/named.conf.options':
      'options {\n\tdirectory "/var/cache/bind"; // a } here\n\tdnssec-validation auto;\n};\n',
    '/etc/bind/named.conf.local': '// zones, and no end of the line',
  },
  macos: { '/System/Library/CoreServices/SystemVersion.plist': '' },
};

const read = (root: string, path: string) => readFileSync(join(root, path), 'latin1');

/** Every file below `root`: path, mode and text. */
function files(root: string): Record<string, string> {
  const paths = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    paths.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const mode = (statSync(path).mode & 0o777).toString(8);
      return [path.slice(root.length), `${mode} ${readFileSync(path, 'latin1')}`];
    }),
  );
}

/** Without tools on the PATH that read the files, unless a test puts one there. */
const run = (root: string, command: string, ...argv: string[]) =>
  runCommand(['resolver', command, '-root', root, ...argv], { PATH: '/nowhere' });

/** Stands for the end that a last line does not have. */
const NO_END = '¬';

/** Applies a unified diff whose hunks fit exactly, as `patch` would. */
function applyPatch(root: string, diff: string): void {
  for (const part of diff.split(/^(?=--- )/m)) {
    const path = /^\+\+\+ (.+)$/m.exec(part)?.[1] ?? '';
    const hasFile = !part.startsWith('--- /dev/null');
    const lines = hasFile ? read(root, path).split(/(?<=\n)/) : [];
    for (const hunk of part.split(/^(?=@@ )/m).slice(1)) {
      const start = Number(/^@@ -(\d+)/.exec(hunk)?.[1]);
      const body = hunk.replace(/\n\\ No newline at end of file\n/g, NO_END).split(/(?<=[\n¬])/);
      const words = body.slice(1).map((line) => [line[0], line.slice(1).replace(NO_END, '')]);
      const side = (sign: string) =>
        words.flatMap(([one, text]) => (one === ' ' || one === sign ? [text] : []));
      const at = Math.max(0, start - 1);
      expect(lines.slice(at, at + side('-').length)).toEqual(side('-'));
      lines.splice(at, side('-').length, ...(side('+') as string[]));
    }
    put(root, path, lines.join(''));
  }
}

const withoutBackups = (all: Record<string, string>) =>
  Object.fromEntries(Object.entries(all).filter(([path]) => !path.endsWith('.rollcall-backup')));

describe('the page', () => {
  it.each(RESOLVERS.map((resolver) => [resolver.name, resolver] as const))(
    'shows what install writes for %s',
    (name, resolver) => {
      const routing = { domain: 'consul', host: '127.0.0.1', port: 8600 };
      for (const edit of resolver.edits(routing)) {
        const before = SYSTEMS[name]?.[edit.path];
        const lines = edit.write(before).split('\n');
        const added = lines
          .filter((line) => !(before ?? '').split('\n').includes(line))
          .join('\n')
          .trimEnd();
        expect(page).toContain(`\`${edit.path}\``);
        expect(blocks).toContain(added);
      }
    },
  );
});

describe.each(Object.entries(SYSTEMS))('on a system with %s', (name, system) => {
  it('install finds it, is done once, satisfies check, and remove brings everything back', async () => {
    const root = rootWith(system);
    const before = files(root);
    const first = await run(root, 'install', '-yes');
    expect([first.exitCode, first.stderr]).toEqual([0, '']);
    expect(first.stdout).toMatch(/^--- /);
    expect(first.stdout).toContain(`Installed: ${name} sends consul to rollcall\n`);
    const installed = files(root);

    const second = await run(root, 'install', '-yes');
    expect(second.stdout).toBe(`Nothing to change: ${name} sends consul to rollcall\n`);
    expect(files(root)).toEqual(installed);

    expect((await run(root, 'check')).stdout).not.toContain(INSTALL);
    const removed = await run(root, 'remove', '-yes');
    expect(removed.stdout).toContain(`Removed: ${name} is as it was\n`);
    expect(files(root)).toEqual(before);
    const again = await run(root, 'remove', '-yes');
    expect(again.stdout).toBe(`Nothing to remove: ${name} has nothing of rollcall\n`);
  });

  it('a dry run changes nothing, and shows the very change', async () => {
    const root = rootWith(system);
    const before = files(root);
    const shown = await run(root, 'install', '-dry-run');
    expect(shown.exitCode).toBe(0);
    expect(files(root)).toEqual(before);

    const patched = rootWith(system);
    applyPatch(patched, shown.stdout);
    await run(root, 'install', '-yes');
    expect(withoutBackups(files(patched))).toEqual(withoutBackups(files(root)));
  });
});

describe('install', () => {
  it('takes the server and the domain that it is given', async () => {
    const root = rootWith(SYSTEMS.unbound);
    await run(root, 'install', '-yes', '-domain=Svc.Test.', '-server=[fd00::1]:53');
    const text = read(root, '/etc/unbound/unbound.conf.d/rollcall.conf');
    expect(text).toContain('    local-zone: "svc.test." nodefault\n');
    expect(text).toContain('    stub-addr: fd00::1@53\n');
    expect(text).not.toContain('do-not-query-localhost');
  });

  it('again, with another domain, replaces what it wrote, and remove still finds the original', async () => {
    const root = rootWith(SYSTEMS.bind);
    const before = files(root);
    await run(root, 'install', '-yes');
    await run(root, 'install', '-yes', '-domain=svc.example');
    expect(read(root, '/etc/bind/named.conf.options')).toContain(
      '    validate-except { "svc.example"; }; // rollcall resolver\n};\n',
    );
    expect(read(root, '/etc/bind/named.conf.options')).not.toContain('consul');
    await run(root, 'remove', '-yes', '-domain=svc.example');
    expect(files(root)).toEqual(before);
  });

  it('keeps the octets of a file in another encoding', async () => {
    const root = rootWith({ ...SYSTEMS.bind, '/etc/bind/named.conf.local': '// Gr\xfc\xdfe\n' });
    await run(root, 'install', '-yes');
    expect(read(root, '/etc/bind/named.conf.local')).toMatch(/^\/\/ Gr\xfc\xdfe\ninclude /);
  });

  it('joins a validate-except that is there', async () => {
    const root = rootWith(SYSTEMS.bind);
    put(root, '/etc/bind/named.conf.options', 'options {\n  validate-except { "corp"; };\n};\n');
    await run(root, 'install', '-yes');
    expect(read(root, '/etc/bind/named.conf.options')).toBe(
      'options {\n  validate-except { "consul"; /* rollcall resolver */ "corp"; };\n};\n',
    );
  });

  it('keeps a file of the same name, with its mode, and a link', async () => {
    const root = rootWith(SYSTEMS.dnsmasq);
    put(root, '/etc/dnsmasq.d/real', 'server=/consul/192.0.2.1\n');
    chmodSync(join(root, '/etc/dnsmasq.d/real'), 0o640);
    symlinkSync('real', join(root, '/etc/dnsmasq.d/rollcall.conf'));
    const before = files(root);
    await run(root, 'install', '-yes');
    // dnsmasq would read a backup that is not hidden.
    expect(files(root)['/etc/dnsmasq.d/.rollcall.conf.rollcall-backup']).toBe(
      '640 server=/consul/192.0.2.1\n',
    );
    expect(files(root)['/etc/dnsmasq.d/real']).toMatch(/^640 # Written by/);
    await run(root, 'remove', '-yes');
    expect(files(root)).toEqual(before);
  });

  it('takes everything back when the tool of the resolver refuses it', async () => {
    const root = rootWith(SYSTEMS.unbound);
    const before = files(root);
    const tools = temporaryFolder();
    const tool = join(tools, 'unbound-checkconf');
    writeFileSync(tool, '#!/bin/sh\necho "$1: no good"; exit 1\n', { mode: 0o755 });
    const { exitCode, stderr } = await runCommand(['resolver', 'install', '-root', root, '-yes'], {
      PATH: `${tools}:/bin`,
    });
    expect([exitCode, stderr]).toEqual([
      1,
      `unbound-checkconf ${root}/etc/unbound/unbound.conf.d/rollcall.conf refuses the change, ` +
        `so everything is as it was:\n${root}/etc/unbound/unbound.conf.d/rollcall.conf: no good\n`,
    ]);
    expect(files(root)).toEqual(before);
  });

  it('takes the first file back when the second cannot be written', async () => {
    const root = rootWith(SYSTEMS.networkmanager);
    put(root, '/etc/NetworkManager/dnsmasq.d', 'a file where a folder belongs');
    const before = files(root);
    const { exitCode, stderr } = await run(root, 'install', '-yes');
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/^nothing was changed: /)]);
    expect(files(root)).toEqual(before);
  });

  it('does nothing when there is nobody to ask', async () => {
    const root = rootWith(SYSTEMS.dnsmasq);
    const { exitCode, stderr } = await run(root, 'install');
    expect([exitCode, stderr]).toEqual([1, 'nobody to ask: give -yes to apply this change\n']);
    expect(existsSync(join(root, '/etc/dnsmasq.d'))).toBe(false);
  });

  const refused: [argv: string[], message: string][] = [
    [['-resolver=none'], '"none" is no resolver that is known: systemd-resolved, networkmanager, '],
    [['-domain=a"b'], '"a"b" is no domain that resolvers can be given\n'],
    [['-server=localhost'], '"localhost" is no IP address, which resolvers need\n'],
    [['more'], 'Too many arguments (expected 0, got 1)\n'],
    [[], 'several resolvers found: dnsmasq, unbound; say which one /etc/resolv.conf leads to'],
  ];
  it.each(refused)('refuses %j', async (argv, message) => {
    const root = rootWith({ ...SYSTEMS.dnsmasq, ...SYSTEMS.unbound });
    const { exitCode, stderr } = await run(root, 'install', ...argv);
    expect([exitCode, stderr.slice(0, message.length)]).toEqual([1, message]);
  });

  it('says what it looked for when there is no resolver', async () => {
    const { exitCode, stderr } = await run(temporaryFolder(), 'install');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^no resolver found in ".*"; say which with -resolver\. Looked for:\n/);
    expect(stderr).toContain('  unbound: /etc/unbound/unbound.conf\n');
  });

  it('follows links of an image inside of it', async () => {
    const root = rootWith(SYSTEMS.bind);
    const outside = rootWith({ '/options': 'options {\n};\n' });
    const path = '/etc/bind/named.conf.options';
    put(root, join(outside, 'options'), 'options { /* of the image */\n};\n');
    rmSync(join(root, path));
    symlinkSync(join(outside, 'options'), join(root, path));
    await run(root, 'install', '-yes');
    expect(read(outside, '/options')).toBe('options {\n};\n');
    expect(read(root, join(outside, 'options'))).toContain('validate-except { "consul"; }');
  });

  it('refuses links that go round', async () => {
    const root = rootWith(SYSTEMS.dnsmasq);
    symlinkSync('dnsmasq.d', join(root, '/etc/dnsmasq.d'));
    const { exitCode, stderr } = await run(root, 'install', '-yes');
    expect([exitCode, stderr]).toEqual([
      1,
      '"/etc/dnsmasq.d/rollcall.conf" leads through too many links\n',
    ]);
  });

  it('says so when it may not read a file', () => {
    const root = rootWith({ '/private': '' });
    chmodSync(join(root, '/private'), 0);
    // Nothing is kept from the superuser, whom tests run as in a container.
    const isSuperuser = process.geteuid?.() === 0;
    if (isSuperuser) process.seteuid?.(65534);
    try {
      const message = '"/private" may not be read by this user: run this as root';
      expect(() => new RootFolder(root).read('/private')).toThrow(message);
    } finally {
      if (isSuperuser) process.seteuid?.(0);
    }
  });

  it('refuses a root that is not there', async () => {
    const root = join(temporaryFolder(), 'absent');
    const { exitCode, stderr } = await run(root, 'install', '-resolver=dnsmasq', '-yes');
    expect([exitCode, stderr.slice(0, stderr.indexOf('\n'))]).toEqual([
      1,
      `"${root}" is no folder`,
    ]);
    expect(existsSync(root)).toBe(false);
  });

  it('is not kept from its work by what an interrupted one left', async () => {
    const root = rootWith(SYSTEMS.dnsmasq);
    put(root, `/etc/dnsmasq.d/.rollcall.conf.rollcall-${process.pid}`, 'half of a f');
    expect((await run(root, 'install', '-yes')).exitCode).toBe(0);
    expect(readdirSync(join(root, '/etc/dnsmasq.d'))).toEqual(['rollcall.conf']);
  });

  it('refuses a BIND without options', async () => {
    const root = rootWith({ ...SYSTEMS.bind, '/etc/bind/named.conf.options': '// none\n' });
    const { exitCode, stderr } = await run(root, 'install', '-yes');
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('has no options { }')]);
  });
});

describe.each(Object.entries(SYSTEMS))('what was cut short on %s', (name, system) => {
  const routing = { domain: 'consul', host: '127.0.0.1', port: 8600 };
  const edits = RESOLVERS.find((resolver) => resolver.name === name)?.edits(routing) ?? [];
  const runOn = (root: string, command: string) => run(root, command, '-yes', `-resolver=${name}`);

  /** One root for each number of files that were changed before the end. */
  const cutShort = (changesOf: typeof installChanges, root: () => string) =>
    [...edits, undefined].map((_, count) => {
      const folder = new RootFolder(root());
      applyChanges(folder, changesOf(folder, edits).slice(0, count));
      return folder.path;
    });
  const fresh = () => rootWith(system);
  const installed = () => {
    const folder = new RootFolder(fresh());
    applyChanges(folder, installChanges(folder, edits));
    return folder.path;
  };

  it('is completed by another install', async () => {
    const whole = files(installed());
    const roots = [...cutShort(installChanges, fresh), ...cutShort(removeChanges, installed)];
    for (const root of roots) {
      await runOn(root, 'install');
      expect(files(root)).toEqual(whole);
    }
  });

  it('is taken back by another remove', async () => {
    const roots = [...cutShort(installChanges, fresh), ...cutShort(removeChanges, installed)];
    for (const root of roots) {
      await runOn(root, 'remove');
      expect(files(root)).toEqual(files(fresh()));
    }
  });
});

describe('remove', () => {
  it('leaves an empty file where it was', async () => {
    const root = rootWith({ ...SYSTEMS.bind, '/etc/bind/named.conf.local': '' });
    const before = files(root);
    expect((await run(root, 'remove', '-yes')).stdout).toBe(
      'Nothing to remove: bind has nothing of rollcall\n',
    );
    await run(root, 'install', '-yes');
    await run(root, 'remove', '-yes');
    expect(files(root)).toEqual(before);
  });

  it('takes a file away that was not there', async () => {
    const root = rootWith(SYSTEMS.bind);
    rmSync(join(root, '/etc/bind/named.conf.local'));
    const before = files(root);
    await run(root, 'install', '-yes');
    await run(root, 'remove', '-yes');
    expect(files(root)).toEqual(before);
  });

  it('takes only its own lines out of a file that was changed since', async () => {
    const root = rootWith(SYSTEMS.bind);
    await run(root, 'install', '-yes');
    const path = '/etc/bind/named.conf.options';
    put(root, path, read(root, path).replace('auto;', 'yes;'));
    await run(root, 'remove', '-yes');
    expect(read(root, path)).toBe(SYSTEMS.bind?.[path]?.replace('auto;', 'yes;'));
  });

  it('leaves a file alone that is not its own', async () => {
    const root = rootWith(SYSTEMS.dnsmasq);
    put(root, '/etc/dnsmasq.d/rollcall.conf', 'server=/consul/192.0.2.1\n');
    const { stdout } = await run(root, 'remove', '-yes');
    expect(stdout).toBe('Nothing to remove: dnsmasq has nothing of rollcall\n');
  });
});
