/**
 * Goal: check finds what keeps lookups from rollcall, and install verifies what it did. Method: bad states in a temporary
 * root, each one line away from a good one; and the commands on fake ports, where programs and lookups are the test's.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { FlagValues } from '../../src/cli/flag-values.ts';
import { makeChange } from '../../src/cli/resolver/change.ts';
import { installChanges } from '../../src/cli/resolver/file-change.ts';
import { loopFinding, queriesIn } from '../../src/cli/resolver/loop-finding.ts';
import type { ProgramEnd } from '../../src/cli/resolver/programs.ts';
import type { ResolverPorts } from '../../src/cli/resolver/resolver-ports.ts';
import { RootFolder } from '../../src/cli/resolver/root-folder.ts';
import type { Listener } from '../../src/cli/resolver/sockets.ts';
import {
  portFindings,
  routeFinding,
  serverFinding,
} from '../../src/cli/resolver/system-findings.ts';
import { systemdResolved } from '../../src/cli/resolver/systemd-resolved.ts';
import { unbound } from '../../src/cli/resolver/unbound.ts';
import { versionFindings } from '../../src/cli/resolver/version-findings.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { fakeDns, replyTo } from './fake-dns.ts';
import { runCommand } from './run-command.ts';

type Files = Readonly<Record<string, string>>;

function rootWith(files: Files): string {
  const root = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

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

describe('rollcall and the way to it', () => {
  const routing = (port: number) => ({ domain: 'consul', host: '127.0.0.1', port });

  it('are fine when the address of the name comes back', async () => {
    const found = { kind: 'found' } as const;
    expect((await serverFinding(routing(8600), async () => found)).severity).toBe('ok');
    expect((await routeFinding('consul', 'this system', async () => found)).severity).toBe('ok');
  });

  it('are not when something else does', async () => {
    const server = await fakeDns((asked) => [replyTo(asked, { rcode: 5 })]);
    const { exitCode, stdout } = await runCommand([
      'resolver',
      'check',
      '-resolver=macos',
      `-root=${temporaryFolder()}`,
      `-server=127.0.0.1:${server.port}`,
      '-via=127.0.0.1',
    ]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain(
      `  error  rollcall does not answer for consul on 127.0.0.1 port ${server.port}: REFUSED\n` +
        '         to do: what answers there does not serve consul: look at its "domain", or give -domain\n',
    );
  });
});

describe('port 53', () => {
  const listener = (address: string, process?: string): Listener => ({
    transport: 'udp',
    address,
    process,
  });
  const shared: [listeners: Listener[], found: string[]][] = [
    [[], ['error: /etc/resolv.conf asks 127.0.0.1, and nothing listens there on port 53']],
    [[listener('127.0.0.1', 'unbound')], ['ok: port 53 is listened on at 127.0.0.1 by unbound']],
    [[listener('0.0.0.0')], ['ok: port 53 is listened on at 0.0.0.0']],
    [
      [listener('127.0.0.53', 'systemd-resolve'), listener('127.0.0.1', 'unbound')],
      ['ok: port 53 is listened on at 127.0.0.53, 127.0.0.1 by systemd-resolve, unbound'],
    ],
    [
      [listener('0.0.0.0', 'dnsmasq'), listener('127.0.0.1', 'unbound')],
      ['warn: port 53 has more than one listener at 127.0.0.1 (unbound) over udp'],
    ],
    [
      [listener('::', 'dnsmasq')],
      [
        'ok: port 53 is listened on at :: by dnsmasq',
        'warn: port 53 of 127.0.0.1 is dnsmasq, not unbound, and /etc/resolv.conf asks it',
      ],
    ],
  ];
  it.each(shared)('of %j is judged', (listeners, found) => {
    const files = { '/etc/resolv.conf': 'nameserver 127.0.0.1\n', '/proc/net/udp': '' };
    const findings = portFindings(new RootFolder(rootWith(files)), unbound, listeners);
    expect(findings.map(({ severity, says }) => `${severity}: ${says}`)).toEqual(found);
  });
});

describe('a loop', () => {
  const counter = (perQuestion: number) => {
    let count = 100;
    return {
      countQueries: async () => count,
      ask: async () => {
        count += perQuestion;
      },
    };
  };
  it('is questions that come more than once', async () => {
    expect(await loopFinding(counter(1))).toMatchObject({ severity: 'ok' });
    expect(await loopFinding(counter(3))).toMatchObject({
      severity: 'error',
      says: 'questions go round: of 5 names that nobody has, rollcall was asked 15 times',
    });
  });

  it('is not looked for without metrics, and that is said', async () => {
    const countQueries = () => Promise.reject(new Error('no agent'));
    expect(await loopFinding({ ...counter(1), countQueries })).toMatchObject({
      severity: 'warn',
      says: 'loops were not looked for: no agent',
    });
  });

  it('is counted over all transports', () => {
    const Name = 'rollcall.dns.queries';
    const Counters = [
      { Name, Count: 3 },
      { Name, Count: 4 },
      { Name: 'other', Count: 9 },
    ];
    expect(queriesIn({ Counters })).toBe(7);
  });
});

const versions: [output: string, severity: string][] = [
  ['systemd 252 (252.38-1~deb12u1)', 'ok'],
  ['systemd 245 (245.4)', 'error'],
  ['?', 'warn'],
];
it.each(versions)('systemd-resolved of %j: %s', async (output, severity) => {
  const end: ProgramEnd = { kind: 'ended', isOk: true, output };
  expect(await versionFindings(systemdResolved, async () => end)).toMatchObject([{ severity }]);
});

describe('on the running system', () => {
  /** A folder that says it is the system, with programs of the test. */
  class SystemFolder extends RootFolder {
    override get isSystem(): boolean {
      return true;
    }
  }

  async function change(ends: Readonly<Record<string, ProgramEnd>>, confirms = true) {
    const root = new SystemFolder(rootWith({ [UNBOUND]: INCLUDE }));
    const called: string[] = [];
    const ports: ResolverPorts = {
      runner:
        () =>
        async ({ program }) => {
          called.push(program);
          return ends[program] ?? { kind: 'absent' };
        },
      lookUpBySystem: async () => ({ kind: 'found' }),
      canAsk: () => true,
      confirm: async () => confirms,
    };
    const routing = { domain: 'consul', host: '127.0.0.1', port: 8600 };
    const changes = installChanges(root, unbound.edits(routing));
    const streams = { stdout: new PassThrough(), stderr: new PassThrough(), env: {} };
    const flags = new FlagValues(new Map());
    const end = await makeChange(
      { root, routing, resolver: unbound },
      changes,
      { ...streams, flags },
      ports,
    ).catch((error: Error) => error.message);
    return { end, called, isThere: root.has(OWN_UNBOUND) };
  }
  const fine: ProgramEnd = { kind: 'ended', isOk: true, output: '' };
  const broken: ProgramEnd = { kind: 'ended', isOk: false, output: 'broken' };

  it('the first program that reloads is enough', async () => {
    const ends = { systemctl: broken, 'unbound-control': fine, service: fine };
    expect(await change(ends)).toEqual({
      end: 'applied',
      called: ['unbound-checkconf', 'systemctl', 'unbound-control'],
      isThere: true,
    });
  });

  it('without one that does, everything is as it was', async () => {
    expect(await change({ systemctl: broken })).toMatchObject({
      end: expect.stringMatching(/^unbound was not reloaded, so everything is as it was/),
      isThere: false,
    });
  });

  it('a configuration that was refused before is told from a change that is', async () => {
    const { end, isThere } = await change({ 'unbound-checkconf': broken });
    expect(end).toMatch(
      /unbound\.conf refuses the configuration without the change too: .*as it was:\nbroken$/,
    );
    expect(isThere).toBe(false);
  });

  it('a no is a no', async () => {
    expect(await change({}, false)).toEqual({ end: 'refused', called: [], isThere: false });
  });
});
