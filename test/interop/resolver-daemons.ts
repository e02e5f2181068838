/**
 * Resolvers of other people as children of the test: on a free port of loopback, in the foreground, with the files
 * that `rollcall resolver install` writes into a temporary root, below a main file with ports and folders of the test.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, dirname, join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { lookUpAt, newTestName } from '../../src/cli/resolver/lookup.ts';
import { runCommand } from '../cli/run-command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

export interface Daemon {
  readonly name: string;
  /** Debian's package. */
  readonly package: string;
  readonly program: string;
  /** Writes the configuration below `root`, and answers the arguments. */
  configure(set: SetUp): Promise<readonly string[]>;
}

export interface SetUp {
  readonly root: string;
  /** Where it is to listen. */
  readonly port: number;
  /** Where rollcall answers. */
  readonly rollcall: number;
}

export interface RunningDaemon {
  readonly host: string;
  readonly port: number;
  readonly root: string;
  output(): string;
}

const page = readFileSync(resolve(import.meta.dirname, '../../docs/resolvers.md'), 'utf8');

/** The blocks of a section of docs/resolvers.md, with the port of rollcall in them. */
export function documented(section: string, rollcall: number): readonly string[] {
  const text = page.split(/^## /m).find((part) => part.startsWith(`${section}\n`)) ?? '';
  return [...text.matchAll(/^```\n([\s\S]*?)^```$/gm)].map(([, block = '']) =>
    block.replace(/(127\.0\.0\.1[@:#])8600/g, `$1${rollcall}`),
  );
}

const unboundMain = ({ root, port }: SetUp): string[] => [
  'server:',
  `    directory: "${root}"`,
  '    chroot: ""',
  '    username: ""',
  '    pidfile: ""',
  '    use-syslog: no',
  '    num-threads: 1',
  '    interface: 127.0.0.1',
  `    port: ${port}`,
  // Validation is on, as in Debian's own configuration.
  '    trust-anchor: ". DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"',
  'remote-control:',
  '    control-enable: no',
  `include-toplevel: "${root}/etc/unbound/unbound.conf.d/*.conf"`,
];

export const DAEMONS: readonly Daemon[] = [
  {
    name: 'unbound, stub zone',
    package: 'unbound',
    program: 'unbound',
    async configure(set) {
      const main = put(set.root, 'etc/unbound/unbound.conf', unboundMain(set));
      await install('unbound', set);
      return ['-d', '-c', main];
    },
  },
  {
    name: 'unbound, forward zone',
    package: 'unbound',
    program: 'unbound',
    async configure(set) {
      const main = put(set.root, 'etc/unbound/unbound.conf', unboundMain(set));
      await install('unbound', set);
      const own = join(set.root, 'etc/unbound/unbound.conf.d/rollcall.conf');
      const [, forward = ''] = documented('Unbound', set.rollcall);
      writeFileSync(own, readFileSync(own, 'utf8').replace(/^stub-zone:[\s\S]*$/m, forward));
      return ['-d', '-c', main];
    },
  },
  {
    name: 'dnsmasq',
    package: 'dnsmasq-base',
    program: 'dnsmasq',
    async configure(set) {
      const main = put(set.root, 'etc/dnsmasq.conf', [
        'no-resolv',
        'no-hosts',
        'bind-interfaces',
        'listen-address=127.0.0.1',
        `port=${set.port}`,
        // The addresses of the tests are private: without the exception nothing would be answered.
        'stop-dns-rebind',
        `conf-dir=${set.root}/etc/dnsmasq.d`,
      ]);
      await install('dnsmasq', set);
      return [
        '--keep-in-foreground',
        '--user=',
        '--log-facility=-',
        '--pid-file',
        `--conf-file=${main}`,
      ];
    },
  },
  {
    name: 'dnsmasq, as NetworkManager starts it',
    package: 'dnsmasq-base',
    program: 'dnsmasq',
    async configure(set) {
      put(set.root, 'etc/NetworkManager/NetworkManager.conf', ['[main]', 'plugins=keyfile']);
      await install('networkmanager', set);
      return [
        '--no-resolv',
        '--keep-in-foreground',
        '--no-hosts',
        '--bind-interfaces',
        '--pid-file',
        '--listen-address=127.0.0.1',
        `--port=${set.port}`,
        '--cache-size=400',
        '--user=',
        '--log-facility=-',
        '--stop-dns-rebind',
        '--conf-file=/dev/null',
        `--conf-dir=${set.root}/etc/NetworkManager/dnsmasq.d`,
      ];
    },
  },
  {
    name: 'BIND, forward zone',
    package: 'bind9',
    program: 'named',
    async configure(set) {
      const main = put(set.root, 'etc/bind/named.conf', [
        'include "/etc/bind/named.conf.options";',
        'include "/etc/bind/named.conf.local";',
      ]);
      put(set.root, 'etc/bind/named.conf.local', []);
      put(set.root, 'etc/bind/named.conf.options', [
        'options {',
        `    directory "${set.root}";`,
        '    pid-file none;',
        '    session-keyfile none;',
        `    listen-on port ${set.port} { 127.0.0.1; };`,
        '    listen-on-v6 { none; };',
        '    dnssec-validation auto;',
        '};',
        'controls { };',
      ]);
      await install('bind', set);
      // It knows no root but the system's, so the includes are moved below the one of the test.
      for (const name of ['named.conf', 'named.conf.local']) {
        const path = join(dirname(main), name);
        writeFileSync(
          path,
          readFileSync(path, 'utf8').replaceAll('"/etc/bind/', `"${dirname(main)}/`),
        );
      }
      return ['-g', '-n', '1', '-c', main];
    },
  },
  {
    name: 'knot-resolver',
    package: 'knot-resolver',
    program: 'kresd',
    async configure({ root, port, rollcall }) {
      const [policies = ''] = documented('Knot Resolver and PowerDNS Recursor', rollcall);
      const main = put(root, 'etc/knot-resolver/kresd.conf', [
        `net.listen('127.0.0.1', ${port}, { kind = 'dns' })`,
        'cache.size = 10 * MB',
        policies,
      ]);
      return ['-n', '-c', main, root];
    },
  },
  {
    name: 'PowerDNS Recursor',
    package: 'pdns-recursor',
    program: 'pdns_recursor',
    async configure({ root, port, rollcall }) {
      const section = 'Knot Resolver and PowerDNS Recursor';
      const [, forward = '', anchors = ''] = documented(section, rollcall);
      const lua = put(root, 'etc/powerdns/recursor.lua', [anchors]);
      const main = put(root, 'etc/powerdns/recursor.conf', [
        'daemon=no',
        'local-address=127.0.0.1',
        `local-port=${port}`,
        `socket-dir=${root}`,
        'security-poll-suffix=',
        'threads=1',
        'webserver=no',
        forward.replace('/etc/powerdns/recursor.lua', lua),
      ]);
      return [`--config-dir=${dirname(main)}`];
    },
  },
];

/** Why it cannot be run here, for the reason of a skip; undefined when it can. */
export function missing({
  program,
  package: name,
}: Pick<Daemon, 'program' | 'package'>): string | undefined {
  if (programPath(program) !== undefined) return undefined;
  return `${program} is not installed: apt-get install --no-install-recommends ${name}`;
}

export function programPath(program: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders
    .map((folder) => join(folder, program))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Starts it and resolves once it answers for the domain. It is ended with the test. */
export async function startDaemon(
  daemon: Daemon,
  rollcall: number,
  port?: number,
): Promise<RunningDaemon> {
  const set = { root: temporaryFolder(), port: port ?? (await freePort()), rollcall };
  const args = await daemon.configure(set);
  const child = spawn(programPath(daemon.program) ?? daemon.program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = followed(child);
  const ended = new Promise<void>((done) => child.once('close', () => done()));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const running = { host: '127.0.0.1', port: set.port, root: set.root, output };
  await untilAnswers(running, child);
  return running;
}

function followed(child: ChildProcess): () => string {
  let output = '';
  const take = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  return () => output;
}

async function untilAnswers(running: RunningDaemon, child: ChildProcess): Promise<void> {
  const lookUp = lookUpAt(running);
  let reason = '';
  for (let tries = 0; tries < 200 && child.exitCode === null; tries++) {
    const end = await lookUp(newTestName('consul'));
    if (end.kind === 'found') return;
    reason = end.reason;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`it does not answer: ${reason}\n${running.output()}`);
}

/** What `rollcall resolver install` writes is what the daemon reads. */
async function install(resolver: string, { root, rollcall }: SetUp): Promise<void> {
  const server = `127.0.0.1:${rollcall}`;
  const argv = [
    'resolver',
    'install',
    '-root',
    root,
    '-resolver',
    resolver,
    '-server',
    server,
    '-yes',
  ];
  const { exitCode, stderr } = await runCommand(argv, { PATH: process.env.PATH ?? '' });
  if (exitCode !== 0) throw new Error(`resolver install: ${stderr}`);
}

function put(root: string, path: string, lines: readonly string[]): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  return file;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
