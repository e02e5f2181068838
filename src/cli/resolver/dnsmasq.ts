/** dnsmasq as a service of its own: a file in `/etc/dnsmasq.d`, which Debian's start script has it read whole. */
import { dnsmasqFindings, filesOf, folderOf, readDnsmasq, routingLines } from './dnsmasq-file.ts';
import {
  type Finding,
  isLoopback,
  ownFile,
  type Resolver,
  type Routing,
  warn,
} from './resolver.ts';
import type { RootFolder } from './root-folder.ts';

const MAIN_PATH = '/etc/dnsmasq.conf';
/** What Debian's start script is told. */
const DEFAULTS_PATH = '/etc/default/dnsmasq';
const FOLDER = '/etc/dnsmasq.d';
const OWN_PATH = `${FOLDER}/rollcall.conf`;

export const dnsmasq: Resolver = {
  name: 'dnsmasq',
  knownBy: MAIN_PATH,
  isFound: (root) => root.has(MAIN_PATH),
  edits: (routing) => [ownFile(OWN_PATH, '#', routingLines(routing), { folderIsReadWhole: true })],
  syntaxChecks: (root) => [
    { program: 'dnsmasq', args: ['--test', `--conf-file=${root.at(OWN_PATH)}`] },
  ],
  // It reads its files at the start only: SIGHUP empties the cache, and no more.
  reloads: [
    { program: 'systemctl', args: ['restart', 'dnsmasq'] },
    { program: 'service', args: ['dnsmasq', 'restart'] },
  ],
  process: 'dnsmasq',
  listensAt: isLoopback,
  findings,
};

function findings(root: RootFolder, routing: Routing): readonly Finding[] {
  const main = readDnsmasq(root, [MAIN_PATH]);
  const isGiven = /^CONFIG_DIR=["']?\/etc\/dnsmasq\.d\b/m.test(root.read(DEFAULTS_PATH) ?? '');
  const isRead =
    isGiven || main.some(({ key, value }) => key === 'conf-dir' && folderOf(value) === FOLDER);
  const found = dnsmasqFindings(readDnsmasq(root, [MAIN_PATH, ...filesOf(root, FOLDER)]), routing);
  if (isRead) return found;
  return [
    ...found,
    warn(`nothing has dnsmasq read ${FOLDER}`, `put conf-dir=${FOLDER} into ${MAIN_PATH}`),
  ];
}
