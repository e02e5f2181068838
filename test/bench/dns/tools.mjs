// The programs that the benchmark drives: which are here, and how those that Debian has get installed.
// Debian's package `flamethrower` is a tool for multicast files, not the DNS generator of that name, so it is no help.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

/** Command to its Debian package. */
const PACKAGES = { dnsperf: 'dnsperf', dig: 'bind9-dnsutils', nsd: 'nsd', knotd: 'knot' };

/** Packages ask this program whether to start their daemon; it says no, as in images of Debian. */
const POLICY = '/usr/sbin/policy-rc.d';

/** Whether a command can be run. */
export const isInstalled = (command) =>
  spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;

/** What a command prints about its version, cut to `name 1.2.3`. */
export function versionOf([command, ...args], pattern) {
  const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return pattern.exec(`${stdout}${stderr}`)?.[1] ?? 'unknown';
}

/** Installs what is missing where it can (Debian, as root); stops when the generator is not to be had. */
export function installTools() {
  process.env.PATH = `${process.env.PATH}:/usr/sbin:/sbin`;
  const missing = () => Object.keys(PACKAGES).filter((command) => !isInstalled(command));
  if (missing().length > 0 && process.getuid() === 0 && isInstalled('apt-get')) {
    const hasPolicy = existsSync(POLICY);
    if (!hasPolicy) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (...args) => spawnSync('apt-get', ['-qq', ...args], { env, stdio: 'ignore' });
    const packages = missing().map((command) => PACKAGES[command]);
    process.stdout.write(`installing ${packages.join(', ')}\n`);
    apt('update');
    apt('install', '-y', '--no-install-recommends', ...packages);
    if (!hasPolicy) rmSync(POLICY);
  }
  const needed = missing().filter((command) => ['dnsperf', 'dig'].includes(command));
  if (needed.length > 0 || !isInstalled('taskset') || !isInstalled('chrt')) {
    throw new Error(`needed: dnsperf, dig, taskset, chrt; not here: ${needed.join(', ')}`);
  }
}
