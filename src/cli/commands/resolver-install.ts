/** `rollcall resolver install`: has the resolver of this machine send a domain to rollcall. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Command, CommandError } from '../command.ts';
import { makeChange } from '../resolver/change.ts';
import { installChanges } from '../resolver/file-change.ts';
import { type LookUp, lookUpAt } from '../resolver/lookup.ts';
import type { Finding } from '../resolver/resolver.ts';
import { CHANGE_FLAGS, type Place, readPlace } from '../resolver/resolver-flags.ts';
import { type ResolverPorts, SYSTEM_PORTS } from '../resolver/resolver-ports.ts';
import { routeFinding, serverFinding } from '../resolver/system-findings.ts';

/** A daemon needs a moment after its restart. */
const TRIES = 5;
const PAUSE_MS = 500;

export function installCommand(ports: ResolverPorts): Command {
  return {
    takes: '[options]',
    description:
      'Shows what is to change in the configuration of the resolver, asks, changes it as a whole with a backup, has ' +
      'the resolver check and read it, and looks a name up to see that it works. Done twice, it changes nothing.',
    flags: [
      ...CHANGE_FLAGS,
      { name: 'no-verify', kind: 'boolean', help: 'Look nothing up afterwards.' },
    ],
    async run(invocation) {
      const { flags, stdout } = invocation;
      const place = readPlace(invocation);
      const changes = installChanges(place.root, place.resolver.edits(place.routing));
      const end = await makeChange(place, changes, invocation, ports);
      if (end === 'shown') return 0;
      if (end === 'refused') return 1;
      const { name } = place.resolver;
      const { domain } = place.routing;
      if (end === 'unchanged')
        stdout.write(`Nothing to change: ${name} sends ${domain} to rollcall\n`);
      else stdout.write(`Installed: ${name} sends ${domain} to rollcall\n`);
      const isRunning = end === 'unchanged' || !flags.boolean('no-reload');
      if (place.root.isSystem && isRunning && !flags.boolean('no-verify')) {
        stdout.write(`Verified: ${await verify(place, ports.lookUpBySystem)}\n`);
      }
      return 0;
    },
  };
}

/** @throws CommandError when rollcall, or the way to it, does not answer */
async function verify({ routing }: Place, lookUp: LookUp): Promise<string> {
  const direct = await serverFinding(routing, lookUpAt(routing));
  if (direct.severity !== 'ok') throw failure(direct);
  let route = await routeFinding(routing.domain, 'this system', lookUp);
  for (let tried = 1; tried < TRIES && route.severity !== 'ok'; tried++) {
    await pause(PAUSE_MS);
    route = await routeFinding(routing.domain, 'this system', lookUp);
  }
  if (route.severity !== 'ok') throw failure(route);
  return route.says;
}

function failure({ says }: Finding): CommandError {
  return new CommandError(
    `The files are in place, but ${says}\n"rollcall resolver check" says why, "rollcall resolver remove" undoes it`,
  );
}

export const command = installCommand(SYSTEM_PORTS);
