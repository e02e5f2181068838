/** Configuration of dnsmasq: its lines over all files, and what in them stands between a domain and rollcall. */
import { posix } from 'node:path';
import {
  bare,
  covers,
  error,
  type Finding,
  INSTALL_ADVICE,
  ok,
  type Routing,
  warn,
} from './resolver.ts';
import type { RootFolder } from './root-folder.ts';

export interface DnsmasqLine {
  readonly key: string;
  readonly value: string;
}

const FILES_MAX = 200;
/** Endings that Debian's start script leaves out. */
const LEFT_OUT = /(^\.|~$|^#.*#$|\.dpkg-(dist|old|new)$)/;

/** The lines that make dnsmasq do what `install` wants, without the comment above them. */
export function routingLines({ domain, host, port }: Routing): readonly string[] {
  return [`server=/${domain}/${host}#${port}`, `rebind-domain-ok=/${domain}/`];
}

/** All lines of `files`, and of the files and folders that they name. */
export function readDnsmasq(root: RootFolder, files: readonly string[]): readonly DnsmasqLine[] {
  const waiting = [...files];
  const seen = new Set<string>();
  const lines: DnsmasqLine[] = [];
  for (
    let path = waiting.shift();
    path !== undefined && seen.size < FILES_MAX;
    path = waiting.shift()
  ) {
    if (seen.has(path)) continue;
    seen.add(path);
    for (const line of parseLines(root.read(path) ?? '')) {
      lines.push(line);
      if (line.key === 'conf-file') waiting.push(line.value);
      if (line.key === 'conf-dir') waiting.push(...filesOf(root, folderOf(line.value)));
    }
  }
  return lines;
}

/** Of a `conf-dir`, without the endings after it: `/etc/dnsmasq.d/,*.conf`. */
export function folderOf(value: string): string {
  return (value.split(',')[0] ?? '').replace(/\/+$/, '');
}

export function filesOf(root: RootFolder, folder: string): readonly string[] {
  return root.glob(posix.join(folder, '*')).filter((path) => !LEFT_OUT.test(posix.basename(path)));
}

function parseLines(text: string): readonly DnsmasqLine[] {
  return text.split('\n').flatMap((line) => {
    const [, key, value] = /^\s*([a-z0-9-]+)\s*(?:=\s*(.*?))?\s*(?:\s#.*)?$/i.exec(line) ?? [];
    return key === undefined ? [] : [{ key, value: value ?? '' }];
  });
}

export function dnsmasqFindings(
  lines: readonly DnsmasqLine[],
  routing: Routing,
): readonly Finding[] {
  const { domain, host, port } = routing;
  const target = `${host}#${port}`;
  const servers = lines.filter(({ key }) => key === 'server' || key === 'local').map(readServer);
  const ofDomain = servers.filter(({ domains }) => domains.some((name) => bare(name) === domain));
  const has = (key: string): boolean => lines.some((line) => line.key === key);
  const found: Finding[] = [];

  if (ofDomain.some((server) => server.target === target)) {
    found.push(ok(`server=/${domain}/${target} is there`));
  } else found.push(error(`no server=/${domain}/${target}`, INSTALL_ADVICE));
  for (const other of ofDomain.filter((server) => server.target !== target)) {
    found.push(error(`${other.text} takes the domain elsewhere too`, `take "${other.text}" out`));
  }
  if (servers.some((server) => server.domains.length === 0 && server.target === target)) {
    found.push(
      error(
        `server=${target} sends every name to rollcall`,
        `write server=/${domain}/${target} instead; or give rollcall recursors that are not this dnsmasq`,
      ),
    );
  }
  const answeredHere = lines.filter(
    ({ key, value }) => key === 'address' && slashed(value).some((name) => bare(name) === domain),
  );
  for (const { value } of answeredHere) {
    found.push(error(`address=${value} answers the domain without asking rollcall`, 'take it out'));
  }
  const isExempt = lines
    .filter(({ key }) => key === 'rebind-domain-ok')
    .some(({ value }) => slashed(`/${value}/`).some((name) => covers(name, domain)));
  if (has('stop-dns-rebind') && !isExempt) {
    found.push(
      error(
        'stop-dns-rebind drops answers with private addresses',
        `write rebind-domain-ok=/${domain}/; "rollcall resolver install" does`,
      ),
    );
  }
  if (has('filterwin2k')) {
    found.push(error('filterwin2k drops questions for SRV and SOA', 'take filterwin2k out'));
  }
  for (const [key, type] of [
    ['filter-A', 'A'],
    ['filter-AAAA', 'AAAA'],
  ] as const) {
    if (has(key))
      found.push(warn(`${key} takes ${type} records out of answers`, `take ${key} out`));
  }
  if (has('domain-needed')) {
    found.push(
      ok(`domain-needed keeps single labels back, such as "web"; web.service.${domain} is sent`),
    );
  }
  if (lines.some(({ key, value }) => key === 'port' && value === '0')) {
    found.push(error('port=0 turns DNS off', 'take port=0 out'));
  }
  return found;
}

interface DnsmasqServer {
  readonly domains: readonly string[];
  readonly target: string;
  /** As the file has it. */
  readonly text: string;
}

/** `/a/b/127.0.0.1#8600`, or without domains. */
function readServer({ key, value }: DnsmasqLine): DnsmasqServer {
  const address = value.slice(value.lastIndexOf('/') + 1).replace(/@.*$/, '');
  const target = address.includes('#') ? address : `${address}#53`;
  return { domains: slashed(value), target, text: `${key}=${value}` };
}

/** What stands between the slashes. */
function slashed(value: string): readonly string[] {
  return value.startsWith('/')
    ? value
        .split('/')
        .slice(1, -1)
        .filter((name) => name !== '')
    : [];
}
