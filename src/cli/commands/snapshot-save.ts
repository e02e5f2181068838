/** `rollcall snapshot save`: all that the catalog holds, as a file that is whole or not there. */
import { rename, rm, writeFile } from 'node:fs/promises';
import { withClient } from '../client.ts';
import { CLIENT_FLAGS, SERVER_FLAGS } from '../client-settings.ts';
import { type Command, CommandError } from '../command.ts';
import { reasonOf, snapshotOperand, verifySnapshot } from '../snapshot-file.ts';

/** What is in it is for the eyes of who saved it. */
const FILE_MODE = 0o600;

export const command: Command = {
  takes: '[options] FILE',
  description:
    'Writes all that the catalog holds to a file, once what came from the agent is checked.',
  flags: [...CLIENT_FLAGS, ...SERVER_FLAGS],
  async run(invocation) {
    const file = snapshotOperand(invocation.operands);
    const octets = await withClient(invocation, (client) =>
      client.getOctets({ doing: 'saving snapshot', path: '/v1/snapshot' }),
    );
    const { index } = await verifySnapshot(octets);
    await writeWhole(file, octets);
    invocation.stdout.write(`Saved and verified snapshot to index ${index}\n`);
    return 0;
  },
};

async function writeWhole(file: string, octets: Buffer): Promise<void> {
  const unfinished = `${file}.${process.pid}.unfinished`;
  try {
    await writeFile(unfinished, octets, { mode: FILE_MODE, flush: true });
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw new CommandError(`Error writing snapshot file: ${reasonOf(error)}`);
  }
}
