/**
 * What the launcher of Consul's own Go client tests does with an executable called `consul`: asks for its version, writes
 * a file, starts an agent with it, asks until it is ready for a test, and interrupts it.
 */
import { execFile, spawn } from 'node:child_process';
import { randomUUID, X509Certificate } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../interop/resolver-daemons.ts';
import { bin } from '../support/agent-child.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const CLUSTER_ID = '11111111-2222-3333-4444-555555555555';

let folder: string;
let env: NodeJS.ProcessEnv;
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(join(folder, 'path'));
  symlinkSync(bin, join(folder, 'path', 'consul'));
  env = { PATH: `${join(folder, 'path')}:${process.env.PATH}`, HOME: folder };
});

async function version(): Promise<string> {
  const { stdout } = await promisify(execFile)('consul', ['version', '-format=json'], { env });
  return JSON.parse(stdout).Version;
}

/** As the launcher marshals it, for a test that asks for nothing more. */
async function configuration() {
  const names = ['dns', 'http', 'https', 'serf_lan', 'serf_wan', 'server', 'grpc', 'grpc_tls'];
  const ports: Record<string, number> = {};
  for (const name of names) ports[name] = await freePort();
  return {
    node_name: `node-${randomUUID()}`,
    node_id: randomUUID(),
    performance: { raft_multiplier: 1 },
    bootstrap: true,
    server: true,
    data_dir: join(folder, 'data'),
    segments: null,
    disable_update_check: true,
    log_level: 'debug',
    bind_addr: '127.0.0.1',
    addresses: {},
    ports,
    acl: { tokens: {} },
    connect: { enabled: true, ca_config: { cluster_id: CLUSTER_ID } },
    skip_leave_on_interrupt: true,
    peering: { enabled: true },
    version: await version(),
  };
}

interface Server {
  readonly name: string;
  /** Asks again until the agent answers 200 and `holds`. */
  until(path: string, holds?: (reply: Response, body: unknown) => boolean): Promise<unknown>;
  interrupt(): Promise<number | null>;
}

async function start(): Promise<Server> {
  const config = await configuration();
  const file = join(folder, 'config.json');
  writeFileSync(file, JSON.stringify(config));
  const child = spawn('consul', ['agent', '-config-file', file], { env, stdio: 'ignore' });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return {
    name: config.node_name,
    async until(path, holds = () => true) {
      const url = `http://127.0.0.1:${config.ports.http}${path}`;
      const asked = async (): Promise<unknown> => {
        const reply = await fetch(url);
        const body: unknown = await reply.json();
        if (reply.status === 200 && holds(reply, body)) return body;
        throw new Error(`${path} is ${reply.status}: ${JSON.stringify(body)}`);
      };
      let body: unknown;
      await expect
        .poll(
          async () => {
            body = await asked();
          },
          { interval: 25, timeout: 15_000 },
        )
        .toBeUndefined();
      return body;
    },
    interrupt() {
      child.kill('SIGINT');
      return exited;
    },
  };
}

describe('an executable called consul', () => {
  it('has a version that clients can read', async () => {
    expect(await version()).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('starts with the file of the launcher, becomes ready for a test, and ends on SIGINT', async () => {
    const server = await start();
    await server.until('/v1/status/leader', (_reply, leader) => leader !== '');
    const nodes = await server.until(
      '/v1/catalog/nodes',
      ({ headers }) =>
        headers.get('x-consul-knownleader') === 'true' &&
        Number(headers.get('x-consul-index')) >= 2,
    );
    expect(nodes).toMatchObject([{ Node: server.name, Address: '127.0.0.1' }]);
    const checks = await server.until(`/v1/health/node/${server.name}`);
    expect(checks).toMatchObject([{ CheckID: 'serfHealth', Status: 'passing' }]);
    const roots = (await server.until('/v1/agent/connect/ca/roots')) as {
      readonly ActiveRootID: string;
      readonly TrustDomain: string;
      readonly Roots: readonly { readonly ID: string; readonly RootCert: string }[];
    };
    expect(roots.TrustDomain).toBe(`${CLUSTER_ID}.consul`);
    const [root] = roots.Roots;
    expect(roots.ActiveRootID).toBe(root?.ID);
    const leaf = await server.until('/v1/agent/connect/ca/leaf/web');
    const { CertPEM } = leaf as { readonly CertPEM: string };
    const { publicKey } = new X509Certificate(root?.RootCert ?? '');
    expect(new X509Certificate(CertPEM).verify(publicKey)).toBe(true);
    expect(await server.interrupt()).toBe(0);
  });

  it('comes back with the root that it had', async () => {
    const first = await start();
    const before = await first.until('/v1/connect/ca/roots');
    await first.interrupt();
    const second = await start();
    expect(await second.until('/v1/connect/ca/roots')).toEqual(before);
  });
});
