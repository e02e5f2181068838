/** What a daemon is too old for. Only systemd-resolved is: before version 246 its `DNS=` takes no port. */
import { formatCall, type RunProgram } from './programs.ts';
import { error, type Finding, ok, type Resolver, warn } from './resolver.ts';

const VERSION_CALL = { program: 'systemctl', args: ['--version'] };
const WITH_PORTS = 246;

export async function versionFindings(
  { name }: Resolver,
  run: RunProgram,
): Promise<readonly Finding[]> {
  if (name !== 'systemd-resolved') return [];
  const end = await run(VERSION_CALL);
  const version = end.kind === 'ended' ? /^systemd (\d+)/.exec(end.output)?.[1] : undefined;
  if (version === undefined) {
    const advice = `${WITH_PORTS} is needed for the port in DNS=`;
    return [warn(`${formatCall(VERSION_CALL)} says no version`, advice)];
  }
  if (Number(version) >= WITH_PORTS) return [ok(`systemd ${version} takes a port in DNS=`)];
  return [
    error(
      `systemd ${version} takes no port in DNS= (${WITH_PORTS} does)`,
      'have rollcall listen on port 53 of an address of its own, such as 127.0.0.2, and give that with -server',
    ),
  ];
}
