// Knot DNS with one UDP worker and one TCP worker a thread.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { untilAnswers } from '../asking.mjs';
import { freePort, startOn } from '../machine.mjs';
import { versionOf } from '../tools.mjs';
import { zoneFile } from './zone-file.mjs';

function configuration({ folder, port, zone, threads }) {
  return `server:
  rundir: "${folder}"
  listen: 127.0.0.1@${port}
  udp-workers: ${threads}
  tcp-workers: ${threads}
  background-workers: 1
  tcp-max-clients: 1000
database:
  storage: "${folder}"
log:
  - target: stderr
    any: error
template:
  - id: default
    semantic-checks: off
    zonefile-sync: -1
    journal-content: none
zone:
  - domain: consul.
    file: "${zone}"
`;
}

export const knot = {
  name: 'Knot',
  command: 'knotd',
  version: () => versionOf(['knotd', '--version'], /version (\S+)/),

  /** @returns `{ name, port, child }` once it answers */
  async start({ folder: parent, set, coreList, threads = 1 }) {
    const folder = mkdtempSync(join(parent, 'knot-'));
    const port = await freePort();
    const file = join(folder, 'knot.conf');
    writeFileSync(file, configuration({ folder, port, zone: zoneFile(parent, set), threads }));
    const server = { name: knot.name, port, child: startOn(coreList, ['knotd', '-c', file]) };
    await untilAnswers(server);
    return server;
  },
};
