// rollcall as its users run it: the built agent, its catalog filled over HTTP and kept on disk. A set is loaded once;
// every start works on a copy of that store.
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ask } from '../asking.mjs';
import { registration } from '../catalog-set.mjs';
import { write } from '../http-writer.mjs';
import { cores, end, startOn } from '../machine.mjs';
import { versionOf } from '../tools.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../../..');
export const program = [process.execPath, join(root, 'bin/rollcall')];

/** As many as make up large groups in the store; the agent takes 200 from one address. */
const FILLING_CONNECTIONS = 180;

/**
 * Starts an agent over a store, with its configuration beside that.
 * @param options `{ coreList, dataDir, threads?, dnsPort?, env? }`
 * @returns `{ name, port, http, child, startMs }` once it is ready
 */
export async function startAgent({ coreList, dataDir, threads = 1, dnsPort = 0, env = {} }) {
  const started = performance.now();
  const ports = ['-http-port', '0', '-dns-port', String(dnsPort)];
  const config = `${dataDir}.json`;
  writeFileSync(config, JSON.stringify({ dns_config: { threads } }));
  const files = ['-data-dir', dataDir, '-config-file', config];
  const agent = [...program, 'agent', '-node', 'bench', '-log-level', 'error', ...files, ...ports];
  const child = startOn(coreList, agent, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const ready = await new Promise((found, failed) => {
    let text = '';
    child.once('exit', (code) => failed(new Error(`the agent ended with ${code}`)));
    child.stdout.on('data', (chunk) => {
      text += chunk;
      if (/^ready .*\n/m.test(text)) found(text);
    });
  });
  const http = /http=(\S+)/.exec(ready)[1];
  const port = Number(/dns=\S+:(\d+)/.exec(ready)?.[1]);
  return { name: rollcall.name, port, http, child, startMs: performance.now() - started };
}

/** The store of the set under `folder`, filled at the first call. */
export async function storeOf(folder, set) {
  const store = join(folder, 'stores', set.name);
  if (existsSync(store)) return store;
  const filling = `${store}.filling`;
  mkdirSync(filling, { recursive: true });
  const agent = await startAgent({ coreList: cores.all, dataDir: filling });
  const bodies = set.services.flatMap(({ service, instances }) =>
    instances.map((instance) => registration(service, instance)),
  );
  const request = (at) => ({ path: '/v1/catalog/register', body: bodies[at] });
  const { perSecond } = await write({
    http: agent.http,
    total: bodies.length,
    connections: FILLING_CONNECTIONS,
    request,
  });
  process.stdout.write(
    `  ${bodies.length} instances registered, ${Math.round(perSecond)} a second\n`,
  );
  await end(agent.child);
  renameSync(filling, store);
  return store;
}

/** A copy of a store, for one agent to write to. @returns its folder */
export function copyOf(folder, store) {
  const dataDir = join(mkdtempSync(join(folder, 'rollcall-')), 'data');
  cpSync(store, dataDir, { recursive: true });
  return dataDir;
}

export const rollcall = {
  name: 'rollcall',
  command: process.execPath,
  version: () => versionOf([...program, 'version'], /v?(\d+\.\d+\.\S+)/),

  /** `env` as the agent sees it besides ours. @returns as `startAgent` does */
  async start({ folder: parent, set, coreList, threads = 1, env }) {
    const store = await storeOf(parent, set);
    const agent = await startAgent({ coreList, dataDir: copyOf(parent, store), threads, env });
    const { service, instances } = set.services[0];
    const reply = ask(agent.port, {
      name: `${service}.service.consul`,
      type: 'A',
      ednsBytes: 4096,
    });
    if (reply?.answers !== instances.length) throw new Error(`rollcall: ${JSON.stringify(reply)}`);
    return agent;
  },
};
