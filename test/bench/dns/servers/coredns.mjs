// CoreDNS with its file plugin, when it is on PATH; Debian has no package of it.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { untilAnswers } from '../asking.mjs';
import { freePort, startOn } from '../machine.mjs';
import { versionOf } from '../tools.mjs';
import { zoneFile } from './zone-file.mjs';

export const coredns = {
  name: 'CoreDNS',
  command: 'coredns',
  version: () => versionOf(['coredns', '-version'], /CoreDNS-(\S+)/),

  /** @returns `{ name, port, child }` once it answers */
  async start({ folder: parent, set, coreList, threads = 1 }) {
    const folder = mkdtempSync(join(parent, 'coredns-'));
    const port = await freePort();
    const file = join(folder, 'Corefile');
    const zone = zoneFile(parent, set);
    writeFileSync(
      file,
      `consul:${port} {\n  bind 127.0.0.1\n  file ${zone} {\n    reload 0\n  }\n}\n`,
    );
    const env = { ...process.env, GOMAXPROCS: String(threads) };
    const command = ['coredns', '-conf', file, '-quiet'];
    const child = startOn(coreList, command, { stdio: 'ignore', env });
    const server = { name: coredns.name, port, child };
    await untilAnswers(server);
    return server;
  },
};
