/** The flags that the resolver commands share, and what they say. */
import { isIP } from 'node:net';
import { parseName } from '../../dns/index.ts';
import { type Flag, type Invocation, UsageError } from '../command.ts';
import { readServer } from '../dns-query-flags.ts';
import type { FlagValues } from '../flag-values.ts';
import type { Resolver, Routing } from './resolver.ts';
import { chooseResolver, RESOLVERS } from './resolvers.ts';
import { RootFolder } from './root-folder.ts';

const DEFAULT_DOMAIN = 'consul';
const NAMES = RESOLVERS.map(({ name }) => name).join(', ');

export const PLACE_FLAGS: readonly Flag[] = [
  {
    name: 'resolver',
    kind: 'text',
    value: 'name',
    help: `Which resolver: ${NAMES}. By default the one that is found.`,
  },
  { name: 'domain', kind: 'text', value: 'domain', help: 'Domain of rollcall, consul by default.' },
  {
    name: 'server',
    kind: 'text',
    value: 'address[:port]',
    help: 'Where rollcall answers, 127.0.0.1:8600 by default.',
  },
  {
    name: 'root',
    kind: 'text',
    value: 'folder',
    help: 'Folder that stands for /: an image, a test. Nothing is reloaded or looked up then.',
  },
];

export const CHANGE_FLAGS: readonly Flag[] = [
  ...PLACE_FLAGS,
  { name: 'yes', kind: 'boolean', help: 'Do not ask.' },
  { name: 'dry-run', kind: 'boolean', help: 'Print the change and stop.' },
  { name: 'no-reload', kind: 'boolean', help: 'Leave the running resolver as it is.' },
];

export interface Place {
  readonly root: RootFolder;
  readonly routing: Routing;
  readonly resolver: Resolver;
}

/** @throws UsageError, CommandError */
export function readPlace({ flags, operands }: Invocation): Place {
  if (operands.length > 0) {
    throw new UsageError(`Too many arguments (expected 0, got ${operands.length})`);
  }
  const { host, port } = readServer(flags);
  if (isIP(host) === 0) throw new UsageError(`"${host}" is no IP address, which resolvers need`);
  const root = new RootFolder(flags.text('root') || '/');
  if (!root.has('/')) throw new UsageError(`"${root.path}" is no folder`);
  return {
    root,
    routing: { domain: readDomain(flags), host, port },
    resolver: chooseResolver(root, flags.text('resolver')),
  };
}

/** The name ends up in files of many grammars: letters, digits, `-` and `_` mean the same in all of them. */
function readDomain(flags: FlagValues): string {
  const domain = (flags.text('domain') || DEFAULT_DOMAIN).toLowerCase().replace(/\.$/, '');
  const isPlain = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(domain) && parseName(domain) !== undefined;
  if (isPlain) return domain;
  throw new UsageError(`"${flags.text('domain')}" is no domain that resolvers can be given`);
}
