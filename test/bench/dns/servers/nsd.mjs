// NSD with one process a thread, set to what it is fastest with: minimal responses wherever nothing is added, no rate
// limit (Debian's build limits answers to 200 a second), no rotation of records.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { untilAnswers } from '../asking.mjs';
import { freePort, startOn } from '../machine.mjs';
import { versionOf } from '../tools.mjs';
import { zoneFile } from './zone-file.mjs';

/** `additional`: the workload asks for what minimal responses leave out. */
function configuration({ folder, port, zone, threads, additional }) {
  return `server:
  server-count: ${threads}
  reuseport: ${threads > 1 ? 'yes' : 'no'}
  ip-address: 127.0.0.1@${port}
  username: ""
  chroot: ""
  database: ""
  pidfile: ""
  zonelistfile: "${join(folder, 'zone.list')}"
  xfrdfile: "${join(folder, 'xfrd.state')}"
  xfrdir: "${folder}"
  logfile: "${join(folder, 'log')}"
  minimal-responses: ${additional ? 'no' : 'yes'}
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
  tcp-count: 1000
remote-control:
  control-enable: no
zone:
  name: consul.
  zonefile: "${zone}"
`;
}

export const nsd = {
  name: 'NSD',
  command: 'nsd',
  version: () => versionOf(['nsd', '-v'], /version (\S+)/),

  /** @returns `{ name, port, child }` once it answers */
  async start({ folder: parent, set, coreList, threads = 1, additional = false }) {
    const folder = mkdtempSync(join(parent, 'nsd-'));
    const port = await freePort();
    const zone = zoneFile(parent, set);
    const file = join(folder, 'nsd.conf');
    writeFileSync(file, configuration({ folder, port, zone, threads, additional }));
    const server = { name: nsd.name, port, child: startOn(coreList, ['nsd', '-d', '-c', file]) };
    await untilAnswers(server);
    return server;
  },
};
