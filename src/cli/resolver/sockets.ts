/** Who listens on port 53, as the kernel lists it in `/proc/net`. Linux only: elsewhere nothing is known. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { RootFolder } from './root-folder.ts';

export interface Listener {
  readonly transport: 'udp' | 'tcp';
  readonly address: string;
  /** Name of the process; undefined when the kernel does not say it to this user. */
  readonly process: string | undefined;
}

const PORT_53 = '0035';
const TCP_LISTEN = '0A';
const TABLES = ['udp', 'udp6', 'tcp', 'tcp6'] as const;

export function listenersOn53(root: RootFolder): readonly Listener[] {
  const rows = TABLES.flatMap((table) =>
    (root.read(`/proc/net/${table}`) ?? '')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local = '', , state]) => {
        const isOpen = table.startsWith('udp') || state === TCP_LISTEN;
        return local.endsWith(`:${PORT_53}`) && isOpen;
      })
      .map(([, local = '', , , , , , , , inode = '']) => ({
        transport: table.startsWith('udp') ? ('udp' as const) : ('tcp' as const),
        address: addressOf(local.slice(0, -PORT_53.length - 1)),
        inode,
      })),
  );
  const owners = rows.length > 0 && root.isSystem ? processesBySocket() : new Map<string, string>();
  return rows.map(({ inode, ...row }) => ({ ...row, process: owners.get(inode) }));
}

/** Whether a question to `address` would come to `listener`. */
export function hears(listener: Listener, address: string): boolean {
  const isAny = listener.address === '0.0.0.0' || listener.address === '::';
  return isAny || listener.address === address;
}

/** Addresses that `nameserver` lines of `/etc/resolv.conf` name. */
export function nameservers(root: RootFolder): readonly string[] {
  const text = root.read('/etc/resolv.conf') ?? '';
  return [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)].map(([, address]) => address ?? '');
}

/** Words of four octets, each in the byte order of the machine, which is little-endian wherever Node.js runs now. */
function addressOf(hex: string): string {
  const octets = (hex.match(/.{8}/g) ?? []).flatMap((word) =>
    (word.match(/../g) ?? []).reverse().map((octet) => Number.parseInt(octet, 16)),
  );
  if (octets.length === 4) return octets.join('.');
  if (octets.every((octet) => octet === 0)) return '::';
  if (octets.slice(0, 15).every((octet) => octet === 0)) return `::${octets[15]?.toString(16)}`;
  const groups = octets.flatMap((octet, at) =>
    at % 2 === 0 ? [((octet << 8) | (octets[at + 1] ?? 0)).toString(16)] : [],
  );
  return groups.join(':');
}

/** What may not be looked at is left out. */
function processesBySocket(): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  for (const pid of namesIn('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const handle of namesIn(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${handle}`))?.[1];
      if (inode !== undefined) owners.set(inode, commandOf(pid));
    }
  }
  return owners;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return `process ${pid}`;
  }
}
