/** macOS: a file of `/etc/resolver` sends the domain of its name to a server. It is read when it changes. */
import {
  error,
  type Finding,
  INSTALL_ADVICE,
  ok,
  ownFile,
  type Resolver,
  type Routing,
} from './resolver.ts';
import type { RootFolder } from './root-folder.ts';

export const macos: Resolver = {
  name: 'macos',
  knownBy: '/System/Library/CoreServices/SystemVersion.plist',
  isFound: (root) => root.has('/System/Library/CoreServices/SystemVersion.plist'),
  edits: (routing) => [
    ownFile(pathOf(routing), '#', lines(routing), {
      folderIsReadWhole: true,
      folderComesAndGoes: true,
    }),
  ],
  syntaxChecks: () => [],
  reloads: [],
  process: undefined,
  listensAt: () => true,
  findings,
};

function pathOf({ domain }: Routing): string {
  return `/etc/resolver/${domain}`;
}

function lines({ host, port }: Routing): readonly string[] {
  return [`nameserver ${host}`, `port ${port}`];
}

function findings(root: RootFolder, routing: Routing): readonly Finding[] {
  const path = pathOf(routing);
  const text = root.read(path);
  if (text === undefined) return [error(`there is no ${path}`, INSTALL_ADVICE)];
  const words = text.split('\n').map((line) => line.trim().replace(/\s+/g, ' '));
  const missing = lines(routing).filter((line) => !words.includes(line));
  return missing.length === 0
    ? [ok(`${path} names ${routing.host} port ${routing.port}`)]
    : [error(`${path} has no "${missing.join('", "')}"`, INSTALL_ADVICE)];
}
