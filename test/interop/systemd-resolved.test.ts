/**
 * Goal: systemd-resolved works with the file that install writes, and install and check see that. Method: the real
 * daemon on its own address, with the agent beside it. Its package cannot be installed for that: it takes over
 * /etc/resolv.conf.
 */
import { expect, it } from 'vitest';
import { expectAnswers, runInNamespace } from './namespace-run.ts';

it('systemd-resolved answers for the domain, verified, checked and over a restart', async (context) => {
  const said = await runInNamespace(context, {
    package: 'systemd-resolved',
    daemon: 'lib/systemd/systemd-resolved',
    programs: [],
    script: 'resolved-namespace.sh',
  });

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
  expectAnswers(said);
});
