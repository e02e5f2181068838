// Makes sure that the system tools which the tests drive are there: installs them where it can (Debian, as root),
// and otherwise stops with one error that names all that is missing and what to do about it.
import { spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

/** Command to the Debian package that has it. */
const TOOLS = {
  dig: 'bind9-dnsutils',
  kdig: 'knot-dnsutils',
  curl: 'curl',
  script: 'bsdutils',
};

/**
 * Daemons that some tests put in front of the agent; without them those tests are skipped, with the reason. They are
 * installed only where no init system would start them, now or at the next boot: in a container.
 */
const DAEMONS = {
  unbound: 'unbound',
  dnsmasq: 'dnsmasq-base',
  named: 'bind9',
  kresd: 'knot-resolver',
  pdns_recursor: 'pdns-recursor',
  // NetworkManager speaks through it.
  'dbus-daemon': 'dbus-daemon',
};

const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
const found = (command) =>
  folders.some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
const missing = () => Object.keys(TOOLS).filter((command) => !found(command));

function install(packages) {
  const run = (args) =>
    spawnSync('apt-get', args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  process.stdout.write(`installing for the tests: ${packages.join(' ')}\n`);
  run(['update', '-qq']);
  run(['install', '-y', '-qq', '--no-install-recommends', ...packages]);
}

const missingDaemons = () => Object.keys(DAEMONS).filter((command) => !found(command));

/** Packages ask this program whether to start a service; it says no, as in images of Debian. */
const POLICY = '/usr/sbin/policy-rc.d';

function installDaemons() {
  const hasPolicy = existsSync(POLICY);
  if (!hasPolicy) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    install(missingDaemons().map((command) => DAEMONS[command]));
  } finally {
    if (!hasPolicy) rmSync(POLICY);
  }
}

/**
 * Installed, these would take over /etc/resolv.conf or the network, so they are unpacked for the tests that run them:
 * a daemon of each, and the packages that it is in.
 */
const UNPACKED = {
  'systemd-resolved': { daemon: 'lib/systemd/systemd-resolved', packages: ['systemd-resolved'] },
  'network-manager': {
    daemon: 'usr/sbin/NetworkManager',
    packages: ['network-manager', 'libndp0'],
  },
};

function unpack(folder, packages) {
  mkdirSync(folder, { recursive: true });
  const run = (command, ...args) =>
    spawnSync(command, args, { cwd: folder, stdio: 'ignore', timeout: 60_000 });
  run('apt-get', 'download', ...packages);
  for (const archive of readdirSync(folder).filter((name) => name.endsWith('.deb'))) {
    run('dpkg', '-x', archive, folder);
    rmSync(join(folder, archive));
  }
}

const packagesOf = (commands) => [...new Set(commands.map((command) => TOOLS[command]))];

const canInstall = process.getuid?.() === 0 && found('apt-get');
if (missing().length > 0 && canInstall) {
  install(packagesOf(missing()));
}
const absent = missing();
if (absent.length > 0) {
  process.stderr.write(
    `the tests need ${absent.join(', ')}: install ${packagesOf(absent).join(' ')} ` +
      `(Debian, Ubuntu: sudo apt-get install ${packagesOf(absent).join(' ')}) and run them again\n`,
  );
  process.exit(1);
}

if (missingDaemons().length > 0 && canInstall && !existsSync('/run/systemd/system')) {
  installDaemons();
}
for (const [name, { daemon, packages }] of Object.entries(UNPACKED)) {
  const folder = resolve(import.meta.dirname, '../../node_modules/.cache', name);
  const isThere = ['/', folder].some((root) => existsSync(join(root, daemon)));
  if (canInstall && !isThere) unpack(folder, packages);
}
if (missingDaemons().length > 0) {
  process.stdout.write(
    `not installed, so the tests that drive them are skipped: ${missingDaemons().join(', ')} ` +
      `(Debian: ${missingDaemons()
        .map((command) => DAEMONS[command])
        .join(' ')})\n`,
  );
}
