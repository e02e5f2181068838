/** Goal: install asks, and anything but a yes changes nothing. Method: the built command on a terminal of `script`. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bin } from '../support/agent-child.ts';
import { rootWith } from './resolver-root.ts';

/** What the terminal showed after `keys`, and whether the file was written. */
async function answerWith(keys: string) {
  const root = rootWith({ '/etc/dnsmasq.conf': '' });
  const command = `'${process.execPath}' '${bin}' resolver install -root '${root}'`;
  const child = spawn('script', ['-qec', command, '/dev/null'], { stdio: 'pipe' });
  let shown = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const asked = shown.includes('[y/N]');
    shown += chunk.toString();
    if (!asked && shown.includes('[y/N]')) child.stdin.write(keys);
  });
  const exitCode = await new Promise<number | null>((done) => child.once('close', done));
  const after = shown.slice(shown.indexOf('[y/N]'));
  return { exitCode, after, isThere: existsSync(join(root, 'etc/dnsmasq.d/rollcall.conf')) };
}

it('a yes applies the change that was shown', async () => {
  expect(await answerWith('y\n')).toEqual({
    exitCode: 0,
    after: expect.stringContaining('Installed: dnsmasq sends consul to rollcall'),
    isThere: true,
  });
});

const noes: [name: string, keys: string][] = [
  ['no', 'n\n'],
  ['an empty line', '\n'],
  ['control-C', '\x03'],
  ['control-D', '\x04'],
];
it.each(noes)('%s changes nothing', async (_, keys) => {
  expect(await answerWith(keys)).toEqual({
    exitCode: 1,
    after: expect.stringMatching(/^\[y\/N\][^a-z]*n?\s+Nothing was changed\r?\n$/),
    isThere: false,
  });
});
