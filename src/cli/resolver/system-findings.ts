/** What `check` finds outside of the resolver's own files: rollcall itself, the way to it, port 53, resolv.conf. */
import type { LookUp } from './lookup.ts';
import { newTestName } from './lookup.ts';
import {
  error,
  type Finding,
  isLoopback,
  ok,
  type Resolver,
  type Routing,
  warn,
} from './resolver.ts';
import type { RootFolder } from './root-folder.ts';
import { hears, type Listener, nameservers } from './sockets.ts';

const GIVE_ADDRESSES =
  'end the one that is not to answer, or give each an address of its own (bind-interfaces, interface:, listen-on)';

/** That rollcall answers at its address, for the domain. */
export async function serverFinding(routing: Routing, ask: LookUp): Promise<Finding> {
  const { domain, host, port } = routing;
  const test = newTestName(domain);
  const end = await ask(test);
  const place = `${host} port ${port}`;
  if (end.kind === 'found') return ok(`rollcall answers for ${domain} on ${place}`);
  const advice = /^(REFUSED|NXDOMAIN|SERVFAIL)$/.test(end.reason)
    ? `what answers there does not serve ${domain}: look at its "domain", or give -domain`
    : 'start rollcall, or say with -server where it answers';
  return error(`rollcall does not answer for ${domain} on ${place}: ${end.reason}`, advice);
}

/** That the resolver passes the domain on; `via` is what was asked, in words. */
export async function routeFinding(domain: string, via: string, ask: LookUp): Promise<Finding> {
  const test = newTestName(domain);
  const end = await ask(test);
  if (end.kind === 'found') return ok(`${via} resolves ${test.name} to ${test.address}`);
  return error(
    `${via} does not resolve ${test.name}: ${end.reason}`,
    'mend what is above, or run "rollcall resolver install", and have the resolver read its files again',
  );
}

/** Whether `listeners` on port 53 are one for each address, and the resolver's where resolv.conf asks. */
export function portFindings(
  root: RootFolder,
  resolver: Resolver,
  listeners: readonly Listener[],
): readonly Finding[] {
  const rivals = rivalFindings(listeners);
  const addresses = [...new Set(listeners.map(({ address }) => address))].join(', ');
  const by = listeners.some(({ process }) => process !== undefined)
    ? ` by ${processesOf(listeners)}`
    : '';
  const isPeaceful = listeners.length > 0 && rivals.length === 0;
  return [
    ...rivals,
    ...(isPeaceful ? [ok(`port 53 is listened on at ${addresses}${by}`)] : []),
    ...nameservers(root)
      .filter(isLoopback)
      .flatMap((address) => hearerFindings(root, resolver, listeners, address)),
  ];
}

function rivalFindings(listeners: readonly Listener[]): readonly Finding[] {
  return (['udp', 'tcp'] as const).flatMap((transport) => {
    const own = listeners.filter((one) => one.transport === transport);
    const rivals = own.filter((one, at) =>
      own.some((other, place) => place < at && isRival(one, other)),
    );
    return rivals.map(({ address, process }) =>
      warn(
        `port 53 has more than one listener at ${address} (${process}) over ${transport}`,
        GIVE_ADDRESSES,
      ),
    );
  });
}

/** That an address of resolv.conf is the resolver's: another that was there first keeps it from starting. */
function hearerFindings(
  root: RootFolder,
  resolver: Resolver,
  listeners: readonly Listener[],
  address: string,
): readonly Finding[] {
  const hearers = listeners.filter((one) => hears(one, address));
  if (hearers.length === 0) {
    if (!root.has('/proc/net/udp')) return [];
    return [
      error(
        `/etc/resolv.conf asks ${address}, and nothing listens there on port 53`,
        'start the resolver, or name another server in /etc/resolv.conf',
      ),
    ];
  }
  const isOthers = hearers.every(
    ({ process }) => process !== undefined && process !== resolver.process,
  );
  if (!isOthers || resolver.process === undefined) return [];
  return [
    warn(
      `port 53 of ${address} is ${processesOf(hearers)}, not ${resolver.process}, and /etc/resolv.conf asks it`,
      GIVE_ADDRESSES,
    ),
  ];
}

function processesOf(listeners: readonly Listener[]): string {
  const names = listeners.map(({ process }) => process).filter((name) => name !== undefined);
  return [...new Set(names)].join(', ');
}

/** Two processes at one address; threads of a process have a socket each. */
function isRival(one: Listener, other: Listener): boolean {
  const isAny = ({ address }: Listener): boolean => address === '0.0.0.0' || address === '::';
  const isSame = one.address === other.address || isAny(one) !== isAny(other);
  return isSame && one.process !== undefined && one.process !== other.process;
}

/** That programs of this system ask the resolver at all. */
export function resolvConfFindings(root: RootFolder, resolver: Resolver): readonly Finding[] {
  const servers = nameservers(root);
  if (servers.length === 0) return [];
  const [first = ''] = servers;
  if (!resolver.listensAt(first)) {
    return [
      warn(
        `/etc/resolv.conf asks ${first}, which does not look like ${resolver.name}`,
        resolver.name === 'systemd-resolved'
          ? 'ln -sf /run/systemd/resolve/stub-resolv.conf /etc/resolv.conf'
          : 'put "nameserver 127.0.0.1" first in /etc/resolv.conf',
      ),
    ];
  }
  const others = servers.filter((address) => !resolver.listensAt(address));
  if (others.length === 0) return [ok(`/etc/resolv.conf asks ${servers.join(', ')}`)];
  return [
    warn(
      `/etc/resolv.conf also names ${others.join(', ')}, which knows nothing of the domain`,
      `take it out: it is asked whenever ${resolver.name} is slow to answer`,
    ),
  ];
}
