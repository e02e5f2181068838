/** `rollcall resolver remove`: takes back what `install` did, to the octet unless others wrote there since. */
import type { Command } from '../command.ts';
import { makeChange } from '../resolver/change.ts';
import { removeChanges } from '../resolver/file-change.ts';
import { CHANGE_FLAGS, readPlace } from '../resolver/resolver-flags.ts';
import { type ResolverPorts, SYSTEM_PORTS } from '../resolver/resolver-ports.ts';

export function removeCommand(ports: ResolverPorts): Command {
  return {
    takes: '[options]',
    description:
      'Shows what is to change, asks, and puts the configuration of the resolver back as it was before the install. ' +
      'In a file that others have changed since, only what the install wrote is taken out.',
    flags: CHANGE_FLAGS,
    async run(invocation) {
      const place = readPlace(invocation);
      const changes = removeChanges(place.root, place.resolver.edits(place.routing));
      const end = await makeChange(place, changes, invocation, ports);
      const { name } = place.resolver;
      if (end === 'unchanged') {
        invocation.stdout.write(`Nothing to remove: ${name} has nothing of rollcall\n`);
      }
      if (end === 'applied') invocation.stdout.write(`Removed: ${name} is as it was\n`);
      return end === 'refused' ? 1 : 0;
    },
  };
}

export const command = removeCommand(SYSTEM_PORTS);
