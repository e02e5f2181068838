/** Every resolver that can be set up; a new one is a file here and a line below. */
import { CommandError } from '../command.ts';
import { bind } from './bind.ts';
import { dnsmasq } from './dnsmasq.ts';
import { macos } from './macos.ts';
import { networkManager } from './network-manager.ts';
import type { Resolver } from './resolver.ts';
import type { RootFolder } from './root-folder.ts';
import { systemdResolved } from './systemd-resolved.ts';
import { unbound } from './unbound.ts';

export const RESOLVERS: readonly Resolver[] = [
  systemdResolved,
  networkManager,
  dnsmasq,
  unbound,
  bind,
  macos,
];

/** The one of that name, or without a name the only one that is there. @throws CommandError */
export function chooseResolver(root: RootFolder, name: string): Resolver {
  const names = RESOLVERS.map((resolver) => resolver.name).join(', ');
  if (name !== '') {
    const named = RESOLVERS.find((resolver) => resolver.name === name.toLowerCase());
    if (named !== undefined) return named;
    throw new CommandError(`"${name}" is no resolver that is known: ${names}`);
  }
  const found = RESOLVERS.filter((resolver) => resolver.isFound(root));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (only === undefined) {
    const signs = RESOLVERS.map((resolver) => `  ${resolver.name}: ${resolver.knownBy}`);
    throw new CommandError(
      `no resolver found in "${root.path}"; say which with -resolver. Looked for:\n${signs.join('\n')}`,
    );
  }
  const all = found.map((resolver) => resolver.name).join(', ');
  throw new CommandError(
    `several resolvers found: ${all}; say which one /etc/resolv.conf leads to with -resolver`,
  );
}
