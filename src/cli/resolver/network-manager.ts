/** NetworkManager with a dnsmasq of its own: it starts one and gives it the files of its `dnsmasq.d`. */
import { posix } from 'node:path';
import { dnsmasqFindings, filesOf, readDnsmasq, routingLines } from './dnsmasq-file.ts';
import { type IniEntry, readIni } from './ini-file.ts';
import {
  error,
  type Finding,
  INSTALL_ADVICE,
  isLoopback,
  ok,
  ownFile,
  type Resolver,
  type Routing,
  warn,
} from './resolver.ts';
import type { RootFolder } from './root-folder.ts';

const MAIN_PATH = '/etc/NetworkManager/NetworkManager.conf';
/** In the order that they are read in, the main file before the last. */
const DROP_INS = ['/usr/lib', '/run', '/etc'].map((folder) => `${folder}/NetworkManager/conf.d`);
const OWN_PATH = '/etc/NetworkManager/conf.d/rollcall.conf';
const FOLDER = '/etc/NetworkManager/dnsmasq.d';
const OWN_DNSMASQ_PATH = `${FOLDER}/rollcall.conf`;
const BINARIES = ['/usr/sbin/dnsmasq', '/usr/bin/dnsmasq', '/usr/local/sbin/dnsmasq'];

export const networkManager: Resolver = {
  name: 'networkmanager',
  knownBy: `dns=dnsmasq in ${MAIN_PATH}`,
  // Most machines with NetworkManager have another resolver, so its presence alone says nothing.
  isFound: (root) => root.has(MAIN_PATH) && dnsMode(root) === 'dnsmasq',
  edits: (routing) => [
    ownFile(OWN_PATH, '#', ['[main]', 'dns=dnsmasq']),
    ownFile(OWN_DNSMASQ_PATH, '#', routingLines(routing), { folderIsReadWhole: true }),
  ],
  syntaxChecks: (root) => [
    { program: 'dnsmasq', args: ['--test', `--conf-file=${root.at(OWN_DNSMASQ_PATH)}`] },
  ],
  // A reload would keep the dnsmasq that runs, with the files that it has read.
  reloads: [
    { program: 'systemctl', args: ['restart', 'NetworkManager'] },
    { program: 'service', args: ['NetworkManager', 'restart'] },
  ],
  process: 'dnsmasq',
  listensAt: isLoopback,
  findings,
};

function findings(root: RootFolder, routing: Routing): readonly Finding[] {
  const mode = dnsMode(root);
  const manager = mainEntries(root).findLast(({ key }) => key === 'rc-manager')?.value;
  const found: Finding[] = [];
  if (mode === 'dnsmasq') found.push(ok('dns=dnsmasq'));
  else found.push(error(`dns=${mode ?? 'default'}, not dnsmasq`, INSTALL_ADVICE));
  if (!BINARIES.some((path) => root.has(path))) {
    found.push(error('there is no dnsmasq to start', 'install the package dnsmasq-base'));
  }
  if (manager === 'unmanaged') {
    found.push(
      warn(
        'rc-manager=unmanaged: /etc/resolv.conf is left alone',
        'put "nameserver 127.0.0.1" there',
      ),
    );
  }
  return [...found, ...dnsmasqFindings(readDnsmasq(root, filesOf(root, FOLDER)), routing)];
}

/** The last `dns=` wins. */
function dnsMode(root: RootFolder): string | undefined {
  return mainEntries(root).findLast(({ key }) => key === 'dns')?.value;
}

/** NetworkManager.conf(5): a file hides those of its name in the folders before its own. */
function mainEntries(root: RootFolder): readonly IniEntry[] {
  const dropIns = DROP_INS.map((folder, at) =>
    root.glob(`${folder}/*.conf`).filter((path) => {
      const name = posix.basename(path);
      return !DROP_INS.slice(at + 1).some((other) => root.has(`${other}/${name}`));
    }),
  );
  return [...dropIns.slice(0, -1).flat(), MAIN_PATH, ...dropIns.slice(-1).flat()]
    .flatMap((path) => readIni(root.read(path) ?? ''))
    .filter(({ section }) => section === 'main');
}
