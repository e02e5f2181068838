/**
 * Goal: check finds what in the files of a resolver keeps lookups from rollcall. Method: bad states in a temporary root,
 * each one line away from a good one.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Files, rootWith } from './resolver-root.ts';
import { runCommand } from './run-command.ts';

/** After an install on `files`: the findings as lines, advice behind an arrow. */
async function checked(resolver: string, files: Files, change: Files = {}): Promise<string[]> {
  const root = rootWith(files);
  const place = ['-root', root, '-resolver', resolver];
  const installed = await runCommand(['resolver', 'install', ...place, '-yes'], {
    PATH: '/nowhere',
  });
  expect(installed.exitCode, installed.stderr).toBe(0);
  for (const [path, text] of Object.entries(change)) writeFileSync(join(root, path), text);
  const { exitCode, stdout } = await runCommand(['resolver', 'check', ...place, '-format=json']);
  const findings: { Severity: string; Says: string; Advice: string }[] = JSON.parse(stdout);
  expect(exitCode).toBe(findings.some(({ Severity }) => Severity === 'error') ? 1 : 0);
  return findings
    .filter(({ Severity }) => Severity !== 'ok')
    .map(({ Severity, Says, Advice }) => `${Severity}: ${Says} -> ${Advice}`);
}

const UNBOUND = '/etc/unbound/unbound.conf';
const OWN_UNBOUND = '/etc/unbound/unbound.conf.d/rollcall.conf';
const INCLUDE = 'include-toplevel: "/etc/unbound/unbound.conf.d/*.conf"\n';
const STUB = 'stub-zone:\n  name: consul\n  stub-addr: 127.0.0.1@8600\n';
const ANCHORED = `server:\n  auto-trust-anchor-file: "/k" # the root\n${INCLUDE}`;
const BIND_OPTIONS = '/etc/bind/named.conf.options';
const BIND: Files = {
  '/etc/bind/named.conf': `include "${BIND_OPTIONS}"; include "/etc/bind/named.conf.local";\n`,
  '/etc/bind/named.conf.local': '',
  [BIND_OPTIONS]: 'options {\n};\n',
};
const CONFIG_DIR = 'CONFIG_DIR=/etc/dnsmasq.d,.dpkg-dist,.dpkg-old,.dpkg-new\n';
const RESOLVED = '/etc/systemd/resolved.conf.d/zz.conf';
const NM = '/etc/NetworkManager/NetworkManager.conf';
const NM_FILES: Files = { [NM]: '[main]\ndns=dnsmasq\n', '/usr/sbin/dnsmasq': '' };
/** Port 53 of 127.0.0.53 and of every address, over UDP. */
const PROC = (...locals: string[]) =>
  [
    '  sl  local_address rem_address st',
    ...locals.map((one) => `0: ${one} 00000000:0000 07 0:0 0:0 0 0 0 99`),
  ].join('\n');

const clean: [resolver: string, files: Files][] = [
  ['unbound', { [UNBOUND]: ANCHORED }],
  ['unbound', { [UNBOUND]: `server:\n  private-address: 10.0.0.0/8\n${INCLUDE}` }],
  ['dnsmasq', { '/etc/dnsmasq.conf': 'stop-dns-rebind\ndomain-needed\nconf-dir=/etc/dnsmasq.d\n' }],
  ['dnsmasq', { '/etc/dnsmasq.conf': 'conf-dir=/etc/dnsmasq.d/,*.conf\n' }],
  ['bind', BIND],
  ['networkmanager', NM_FILES],
  ['systemd-resolved', { '/etc/systemd/resolved.conf': '[Resolve]\nDNSSEC=yes\n' }],
];
it.each(clean)('an install of %s leaves nothing to find', async (resolver, files) => {
  expect(await checked(resolver, files)).toEqual([]);
});

type Bad = [resolver: string, files: Files, change: Files, found: string];
const bad: Bad[] = [
  [
    'unbound',
    { [UNBOUND]: '' },
    {},
    `error: ${OWN_UNBOUND} is not included -> put include-toplevel`,
  ],
  [
    'unbound',
    { [UNBOUND]: INCLUDE },
    { [OWN_UNBOUND]: STUB },
    'error: do-not-query-localhost: yes (the default) keeps',
  ],
  [
    'unbound',
    { [UNBOUND]: `${INCLUDE}server:\n  do-not-query-localhost: yes\n` },
    { [OWN_UNBOUND]: STUB },
    'error: do-not-query-localhost',
  ],
  [
    'unbound',
    { [UNBOUND]: ANCHORED },
    { [OWN_UNBOUND]: `server:\n do-not-query-localhost: no\n${STUB}` },
    'error: DNSSEC is validated, and the root says that there is no consul',
  ],
  [
    'unbound',
    { [UNBOUND]: `server:\n private-address: 10.0.0.0/8\n${INCLUDE}` },
    { [OWN_UNBOUND]: `server:\n do-not-query-localhost: no\n${STUB}` },
    'warn: private-address takes private addresses',
  ],
  [
    'unbound',
    { [UNBOUND]: `${INCLUDE}forward-zone:\n name: "."\n forward-addr: 127.0.0.1@8600\n` },
    {},
    'error: a forward-zone "." sends every name to rollcall',
  ],
  [
    'unbound',
    { [UNBOUND]: `${INCLUDE}forward-zone: name: "." # all\n forward-addr: 127.0.0.1@8600\n` },
    {},
    'error: a forward-zone "." sends every name to rollcall',
  ],
  [
    'unbound',
    { [UNBOUND]: `${INCLUDE}forward-zone:\n name: "consul."\n forward-addr: 192.0.2.1\n` },
    {},
    'error: consul is sent to 192.0.2.1@53 too -> take that out',
  ],
  [
    'unbound',
    { [UNBOUND]: `server:\n local-zone: "consul." static\n${INCLUDE}` },
    {},
    'error: local-zone: consul. static answers',
  ],
  [
    'unbound',
    { [UNBOUND]: INCLUDE },
    { [OWN_UNBOUND]: 'server:\n do-not-query-localhost: no\n' },
    'error: no stub-zone or forward-zone sends consul to 127.0.0.1@8600 -> run',
  ],
  [
    'dnsmasq',
    { '/etc/dnsmasq.conf': '' },
    {},
    'warn: nothing has dnsmasq read /etc/dnsmasq.d -> put conf-dir',
  ],
  [
    'dnsmasq',
    { '/etc/dnsmasq.conf': 'conf-dir=/etc/dnsmasq.d\nstop-dns-rebind\n' },
    { '/etc/dnsmasq.d/rollcall.conf': 'server=/consul/127.0.0.1#8600\n' },
    'error: stop-dns-rebind drops',
  ],
  [
    'dnsmasq',
    { '/etc/dnsmasq.conf': 'conf-dir=/etc/dnsmasq.d\nserver=127.0.0.1#8600 # all\n' },
    {},
    'error: server=127.0.0.1#8600 sends every name to rollcall',
  ],
  [
    'dnsmasq',
    { '/etc/dnsmasq.conf': 'conf-dir=/etc/dnsmasq.d\nserver=/a/Consul/192.0.2.1\n' },
    {},
    'error: server=/a/Consul/192.0.2.1 takes the domain elsewhere too -> take "server=/a/Consul/192.0.2.1" out',
  ],
  [
    'dnsmasq',
    { '/etc/dnsmasq.conf': 'local=/consul/\n', '/etc/default/dnsmasq': CONFIG_DIR },
    {},
    'error: local=/consul/ takes the domain elsewhere too',
  ],
  [
    'dnsmasq',
    { '/etc/dnsmasq.conf': '', '/etc/default/dnsmasq': `#${CONFIG_DIR}` },
    {},
    'warn: nothing has dnsmasq read /etc/dnsmasq.d',
  ],
  [
    'dnsmasq',
    { '/etc/dnsmasq.conf': 'conf-dir=/etc/dnsmasq.d\nfilterwin2k\n' },
    {},
    'error: filterwin2k drops questions for SRV',
  ],
  [
    'dnsmasq',
    { '/etc/dnsmasq.conf': 'conf-dir=/etc/dnsmasq.d\nfilter-AAAA\n' },
    {},
    'warn: filter-AAAA takes AAAA',
  ],
  [
    'dnsmasq',
    { '/etc/dnsmasq.conf': 'conf-dir=/etc/dnsmasq.d\naddress=/consul/10.0.0.1\n' },
    {},
    'error: address=/consul/10.0.0.1 answers',
  ],
  [
    'dnsmasq',
    { '/etc/dnsmasq.conf': 'conf-dir=/etc/dnsmasq.d\nport=0\n' },
    {},
    'error: port=0 turns DNS off',
  ],
  [
    'bind',
    BIND,
    { [BIND_OPTIONS]: 'options { dnssec-validation yes; };' },
    'error: dnssec-validation yes, and the root says',
  ],
  [
    'bind',
    BIND,
    { '/etc/bind/named.conf.local': '/* nothing */' },
    'error: no zone "consul" forwards to 127.0.0.1 port 8600',
  ],
  [
    'bind',
    { ...BIND, [BIND_OPTIONS]: 'options {\n forwarders { 127.0.0.1 port 8600; };\n};\n' },
    {},
    'error: forwarders of the options send every name',
  ],
  [
    'bind',
    { ...BIND, '/etc/bind/named.conf.local': 'view "a" { };\n' },
    {},
    'error: views are used',
  ],
  [
    'networkmanager',
    { [NM]: '[main]\n' },
    {},
    'error: there is no dnsmasq to start -> install the package dnsmasq-base',
  ],
  [
    'networkmanager',
    { ...NM_FILES, '/etc/NetworkManager/conf.d/zz.conf': '[main]\ndns=none\n' },
    {},
    'error: dns=none, not dnsmasq',
  ],
  [
    'networkmanager',
    {
      ...NM_FILES,
      [NM]: '[main]\n',
      '/usr/lib/NetworkManager/conf.d/a.conf': '[main]\nrc-manager=unmanaged\n',
      '/run/NetworkManager/conf.d/b.conf': '[main]\nrc-manager=file\n',
      '/etc/NetworkManager/conf.d/b.conf': '',
    },
    {},
    'warn: rc-manager=unmanaged',
  ],
  [
    'networkmanager',
    { ...NM_FILES, [NM]: '[main]\nrc-manager=unmanaged\n' },
    {},
    'warn: rc-manager=unmanaged',
  ],
  [
    'systemd-resolved',
    { [RESOLVED]: '[Resolve]\nDNSSEC=yes\n' },
    {},
    'error: DNSSEC=yes, and consul is not signed',
  ],
  [
    'systemd-resolved',
    { [RESOLVED]: '[Resolve]\nDNS=192.0.2.1\n' },
    {},
    'warn: DNS= also has 192.0.2.1',
  ],
  [
    'systemd-resolved',
    { [RESOLVED]: '[Resolve]\nDNS=\n' },
    {},
    'error: no DNS=127.0.0.1:8600 with Domains=~consul',
  ],
  [
    'systemd-resolved',
    { [RESOLVED]: '[Resolve]\nDomains=~.\n' },
    {},
    'error: Domains=~. sends every name to rollcall',
  ],
  [
    'dnsmasq',
    {
      '/etc/dnsmasq.conf': 'conf-dir=/etc/dnsmasq.d\n',
      '/etc/resolv.conf': 'nameserver 192.0.2.1\n',
    },
    {},
    'warn: /etc/resolv.conf asks 192.0.2.1, which does not look like dnsmasq -> put',
  ],
  [
    'dnsmasq',
    {
      '/etc/dnsmasq.conf': 'conf-dir=/etc/dnsmasq.d\n',
      '/etc/resolv.conf': 'nameserver 127.0.0.1\nnameserver 192.0.2.1\n',
    },
    {},
    'warn: /etc/resolv.conf also names 192.0.2.1',
  ],
  [
    'dnsmasq',
    {
      '/etc/dnsmasq.conf': 'conf-dir=/etc/dnsmasq.d\n',
      '/etc/resolv.conf': 'nameserver 127.0.0.1\n',
      '/proc/net/udp': PROC('3500007F:0035'),
    },
    {},
    'error: /etc/resolv.conf asks 127.0.0.1, and nothing listens there',
  ],
];
const byFinding = bad.map(([resolver, files, change, found]) => ({
  resolver,
  files,
  change,
  found,
}));
it.each(byFinding)('check of $resolver says $found', async ({ resolver, files, change, found }) => {
  const findings = await checked(resolver, files, change);
  expect(findings.map((one) => one.slice(0, found.length))).toEqual([found]);
  expect(findings[0]).toMatch(/ -> ./);
});

it('a listener is found by its octets', async () => {
  const files = {
    '/etc/dnsmasq.conf': 'conf-dir=/etc/dnsmasq.d\n',
    '/proc/net/udp': PROC('3500007F:0035', '0100007F:1F90'),
  };
  const { stdout } = await runCommand(['resolver', 'check', '-root', rootWith(files)]);
  expect(stdout).toContain('  ok     port 53 is listened on at 127.0.0.53\n');
});
