/**
 * Goal: install has the resolver of a machine answer for the domain, check sees it before and after, and remove brings
 * everything back. Method: the commands as a user gives them, with the real daemons, on `/` in namespaces of their own.
 */
import { expect, it } from 'vitest';
import { runInNamespace } from './namespace-run.ts';

const RESOLVERS = [
  {
    resolver: 'unbound',
    package: 'unbound',
    daemon: 'usr/sbin/unbound',
    reloads: 'unbound-control',
  },
  { resolver: 'bind', package: 'bind9', daemon: 'usr/sbin/named', reloads: 'rndc' },
];

it.for(RESOLVERS)('$resolver is set up, verified, checked and put back', async (one, context) => {
  const { resolver, reloads } = one;
  const script = 'system-namespace.sh';
  const said = await runInNamespace(context, { ...one, programs: [], script, args: [resolver] });

  expect(said.before).toMatch(/^ {2}error .*\n {9}to do: run "rollcall resolver install"\n/m);
  expect(said.before).toMatch(
    / {2}error {2}this system does not resolve [0-9a-f]{8}\.addr\.consul: /,
  );
  expect(said.before).toMatch(/exit 1\n$/);
  expect(said.install).toMatch(
    new RegExp(
      `\\nReloaded: ${reloads} .*\\nInstalled: .*\\nVerified: this system resolves .*\\nexit 0\\n$`,
    ),
  );
  expect(said.check).not.toMatch(/^ {2}(warn|error)/m);
  expect(said.check).toMatch(/ {2}ok {5}this system resolves .*\n.*\nexit 0\n$/);
  expect(said.remove).toMatch(
    new RegExp(`\\nReloaded: ${reloads} .*\\nRemoved: ${resolver} is as it was\\nexit 0\\n$`),
  );
  expect(said.difference).toBe('');
  expect(said.again).toMatch(/status: (SERVFAIL|NXDOMAIN)/);
});
