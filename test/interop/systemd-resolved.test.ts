/**
 * Goal: systemd-resolved works with the file that install writes, and install and check see that. Method: the real
 * daemon in a network and mount namespace of its own, on its own address, with the agent beside it. Its package cannot
 * be installed for that (it takes over /etc/resolv.conf), so system-tools.mjs unpacks it into a folder.
 */
import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { bin } from '../support/agent-child.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { programPath } from './resolver-daemons.ts';

const SCRIPT = resolve(import.meta.dirname, 'resolved-namespace.sh');
const UNPACKED = resolve(import.meta.dirname, '../../node_modules/.cache/systemd-resolved');
const BINARY = 'lib/systemd/systemd-resolved';
const LARGE = 90;
/** Of the script: the kernel does not let us have what it needs. */
const EXIT_NO_NAMESPACE = 3;

const SERVICES = [
  { name: 'web', address: '10.1.1.1', port: 80 },
  ...Array.from({ length: LARGE }, (_, at) => ({
    name: 'large',
    id: `large-${at}`,
    address: `10.2.0.${at + 1}`,
    port: 80,
  })),
];

/** Path of the daemon, or why there is none. */
function findResolved(): { path: string } | { reason: string } {
  if (process.getuid?.() !== 0) return { reason: 'systemd-resolved needs root for its namespace' };
  const absent = ['unshare', 'ip', 'dig'].find((program) => programPath(program) === undefined);
  if (absent !== undefined) return { reason: `${absent} is not installed` };
  const path = ['/', UNPACKED].map((root) => join(root, BINARY)).find((one) => existsSync(one));
  if (path !== undefined) return { path };
  return { reason: 'systemd-resolved is not unpacked: node test/support/system-tools.mjs does it' };
}

function runScript(args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((done) => {
    execFile('unshare', ['-n', '-m', 'sh', SCRIPT, ...args], { timeout: 25_000 }, (error, output) =>
      done({ code: error === null ? 0 : Number(error.code ?? 1), output }),
    );
  });
}

it('systemd-resolved answers for the domain, verified, checked and over a restart', async (context) => {
  const folder = temporaryFolder();
  const found = findResolved();
  if ('reason' in found) return context.skip(found.reason);
  writeFileSync(join(folder, 'agent.json'), JSON.stringify({ services: SERVICES }));
  const { code, output } = await runScript([folder, found.path, process.execPath, bin]);
  if (code === EXIT_NO_NAMESPACE || (code !== 0 && output === '')) {
    return context.skip(`no namespace for systemd-resolved here: ${output}`);
  }
  const parts = output.split(/^== /m).slice(1);
  const said = Object.fromEntries(
    parts.map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)]),
  );

  expect(said.install).toContain('+DNS=127.0.0.1:8600\n+Domains=~consul\n+DNSSEC=no\n');
  expect(said.install).toContain('Installed: systemd-resolved sends consul to rollcall\nexit 0\n');
  expect(said.verify).toMatch(
    /^Nothing to change: .*\nVerified: this system resolves 0a[0-9a-f]{6}\.addr\.consul to 10\..*\nexit 0\n$/,
  );
  expect(said.check).toContain('  ok     DNS= has 127.0.0.1:8600 and Domains= has ~consul\n');
  expect(said.check).toMatch(
    / {2}ok {5}port 53 is listened on at 127\.0\.0\.5\d.* by systemd-resolve/,
  );
  expect(said.check).toContain('  ok     /etc/resolv.conf asks 127.0.0.53\n');
  expect(said.check).toContain(
    '  ok     names outside the domain do not come back to rollcall\nexit 0\n',
  );
  expect(said.hit).toMatch(/web\.service\.consul\.\s+0\s+IN\s+A\s+10\.1\.1\.1\n/);
  expect(said.miss).toContain('status: NXDOMAIN');
  expect(said['no data']).toMatch(/status: NOERROR[\s\S]*ANSWER: 0/);
  expect(said.cut).toMatch(/flags: [a-z ]*\btc\b/);
  expect(said.whole?.match(/\sA\s+10\.2\.0\./g)).toHaveLength(LARGE);
  expect(said.restart).not.toContain('NXDOMAIN');
  expect(said.restart).toMatch(/web\.service\.consul\.\s+0\s+IN\s+A\s+10\.1\.1\.1\n/);
});
