/**
 * Goal: NetworkManager with a dnsmasq of its own works with the files that install writes, and remove takes that back.
 * Method: the real NetworkManager, which sets up a link, starts dnsmasq and writes /etc/resolv.conf, with the agent
 * beside it. Its package cannot be installed for that: it would take over the network.
 */
import { expect, it } from 'vitest';
import { expectAnswers, runInNamespace } from './namespace-run.ts';

it('NetworkManager and its dnsmasq answer for the domain from install to remove', async (context) => {
  const said = await runInNamespace(context, {
    package: 'network-manager',
    daemon: 'usr/sbin/NetworkManager',
    programs: ['dnsmasq', 'dbus-daemon'],
    script: 'network-manager-namespace.sh',
  });

  expect(said.before).toContain('\nnameserver 192.0.2.1\n');
  expect(said.install).toContain('+[main]\n+dns=dnsmasq\n');
  expect(said.install).toContain('+server=/consul/127.0.0.1#8600\n');
  expect(said.install).toMatch(
    /\nReloaded: systemctl restart NetworkManager\nInstalled: .*\nVerified: this system resolves 0a[0-9a-f]{6}\.addr\.consul to 10\..*\nexit 0\n$/,
  );
  expect(said['resolv.conf']).toContain('\nnameserver 127.0.0.1\n');
  expect(said.check).not.toMatch(/^ {2}(warn|error)/m);
  expect(said.check).toMatch(/ {2}ok {5}port 53 is listened on at 127\.0\.0\.1 by dnsmasq\n/);
  expect(said.check).toContain('  ok     /etc/resolv.conf asks 127.0.0.1\n');
  expectAnswers(said);
  expect(said.remove).toContain('Removed: networkmanager is as it was\nexit 0\n');
  expect(said.after).toContain('\nnameserver 192.0.2.1\n');
  expect(said.after).not.toContain('rollcall.conf');
});
