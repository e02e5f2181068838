/**
 * Goal: check judges what only a running system tells, and install undoes what that refuses. Method: findings and changes
 * on fake ports, where listeners, programs and lookups are the test's.
 */
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
import { rootWith } from './resolver-root.ts';
import { runCommand } from './run-command.ts';

const UNBOUND = '/etc/unbound/unbound.conf';
const OWN_UNBOUND = '/etc/unbound/unbound.conf.d/rollcall.conf';
const INCLUDE = 'include-toplevel: "/etc/unbound/unbound.conf.d/*.conf"\n';

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
