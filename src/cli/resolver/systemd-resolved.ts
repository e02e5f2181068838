/** systemd-resolved: a drop-in with a routing domain. It takes a port in `DNS=` since version 246. */
import { type IniEntry, readIni } from './ini-file.ts';
import {
  bare,
  covers,
  error,
  type Finding,
  INSTALL_ADVICE,
  ok,
  ownFile,
  type Resolver,
  type Routing,
  warn,
} from './resolver.ts';
import type { RootFolder } from './root-folder.ts';

const OWN_PATH = '/etc/systemd/resolved.conf.d/rollcall.conf';
const BINARIES = ['/lib/systemd/systemd-resolved', '/usr/lib/systemd/systemd-resolved'];

export const systemdResolved: Resolver = {
  name: 'systemd-resolved',
  knownBy: '/lib/systemd/systemd-resolved',
  isFound: (root) => BINARIES.some((path) => root.has(path)),
  edits: (routing) => [
    ownFile(
      OWN_PATH,
      '#',
      ['[Resolve]', `DNS=${serverText(routing)}`, `Domains=~${routing.domain}`, 'DNSSEC=no'],
      { folderComesAndGoes: true },
    ),
  ],
  syntaxChecks: () => [],
  reloads: [{ program: 'systemctl', args: ['restart', 'systemd-resolved'] }],
  // Of its name there is room for 15 letters.
  process: 'systemd-resolve',
  listensAt: (address) => address === '127.0.0.53' || address === '127.0.0.54',
  findings,
};

/** `127.0.0.1:8600`, `[::1]:8600` */
function serverText({ host, port }: Routing): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function findings(root: RootFolder, routing: Routing): readonly Finding[] {
  const entries = configuration(root);
  const servers = listed(entries, 'DNS');
  const domains = listed(entries, 'Domains');
  // What holds when nothing is said is chosen by the distribution: no, in Debian, Ubuntu and Fedora.
  const dnssec = entries.findLast(({ key }) => key === 'DNSSEC')?.value ?? 'no';
  const others = servers.filter((server) => server !== serverText(routing));
  const isRouted = domains.some((domain) => bare(domain.replace(/^~/, '')) === routing.domain);
  const found: Finding[] = [];

  if (servers.includes(serverText(routing)) && isRouted) {
    found.push(ok(`DNS= has ${serverText(routing)} and Domains= has ~${routing.domain}`));
  } else {
    const says = `no DNS=${serverText(routing)} with Domains=~${routing.domain} in resolved.conf.d`;
    found.push(error(says, INSTALL_ADVICE));
  }
  if (others.length > 0) {
    found.push(
      warn(
        `DNS= also has ${others.join(' ')}: resolved asks one of them for everything, ${routing.domain} too`,
        'give those servers to the network link (resolvectl dns LINK ADDRESS, or DNS= in its .network file)',
      ),
    );
  }
  if (domains.includes('~.') && servers.includes(serverText(routing))) {
    found.push(
      error(
        'Domains=~. sends every name to rollcall',
        `take "~." out, so that only ~${routing.domain} is sent there; or give rollcall recursors that are not this resolver`,
      ),
    );
  }
  if (dnssec !== 'no' && dnssec !== 'false' && dnssec !== '0') {
    const isTrusted = negativeAnchors(root).some((name) => covers(name, routing.domain));
    if (isTrusted) found.push(ok(`${routing.domain} is a negative trust anchor`));
    else {
      found.push(
        error(
          `DNSSEC=${dnssec}, and ${routing.domain} is not signed`,
          `set DNSSEC=no, or put "${routing.domain}" into /etc/dnssec-trust-anchors.d/rollcall.negative`,
        ),
      );
    }
  }
  return found;
}

/** The files in the order that resolved reads them: those of a folder by name, whichever folder they are in. */
function configuration(root: RootFolder): readonly IniEntry[] {
  const byName = new Map<string, string>();
  for (const folder of ['/usr/lib', '/run', '/etc']) {
    for (const path of root.glob(`${folder}/systemd/resolved.conf.d/*.conf`)) {
      byName.set(path.slice(path.lastIndexOf('/') + 1), path);
    }
  }
  const dropIns = [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
  return ['/etc/systemd/resolved.conf', ...dropIns].flatMap((path) =>
    readIni(root.read(path) ?? '').filter(({ section }) => section === 'Resolve'),
  );
}

/** Values of a list that files add to, and that an empty value begins again. */
function listed(entries: readonly IniEntry[], key: string): readonly string[] {
  const values = entries.filter((entry) => entry.key === key).map(({ value }) => value);
  return values.slice(values.lastIndexOf('') + 1).flatMap((value) => value.split(/\s+/));
}

function negativeAnchors(root: RootFolder): readonly string[] {
  const files = root.glob('/etc/dnssec-trust-anchors.d/*.negative');
  return files
    .flatMap((path) => (root.read(path) ?? '').split('\n'))
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith(';'));
}
