/**
 * Network namespaces of the test: clients with addresses off loopback, without a change to this machine. Each is held by a
 * child that ends with the test, or with its standard input. Needs root, and a kernel that has veth.
 */
import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

export interface NetworkNamespace {
  readonly pid: number;
  /** What a command is preceded by to run in it. */
  readonly within: readonly string[];
}

const run = promisify(execFile);

/** One with its loopback up, or why there can be none. */
export async function startNamespace(): Promise<NetworkNamespace | { readonly reason: string }> {
  const held = 'ip link set lo up && echo held && exec cat';
  const child = spawn('unshare', ['-n', 'sh', '-c', held], { stdio: 'pipe' });
  let output = '';
  const ended = new Promise<void>((done) => {
    child.once('error', ({ message }) => {
      output += message;
      done();
    });
    child.once('close', () => done());
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const isHeld = new Promise<void>((done) => {
    child.stdout.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('held')) done();
    });
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  await Promise.race([isHeld, ended]);
  const { pid } = child;
  if (pid === undefined || child.exitCode !== null) {
    return { reason: `no network namespace can be made here: ${output.trim()}` };
  }
  return { pid, within: ['nsenter', '-t', String(pid), '-n'] };
}

/** Puts a cable between two, with these addresses (`192.0.2.1/24`) at its ends; false when the kernel has no veth. */
export async function connect(
  one: { readonly namespace: NetworkNamespace; readonly addresses: readonly string[] },
  other: { readonly namespace: NetworkNamespace; readonly addresses: readonly string[] },
): Promise<boolean> {
  const end = `veth${other.namespace.pid}`;
  try {
    const peer = ['peer', 'name', end, 'netns', String(other.namespace.pid)];
    await ip(one.namespace, 'link', 'add', 'name', end, 'type', 'veth', ...peer);
  } catch {
    return false;
  }
  for (const { namespace, addresses } of [one, other]) {
    for (const address of addresses) await ip(namespace, 'addr', 'add', address, 'dev', end);
    await ip(namespace, 'link', 'set', end, 'up');
  }
  return true;
}

async function ip(namespace: NetworkNamespace, ...args: readonly string[]): Promise<void> {
  const [program = '', ...rest] = [...namespace.within, 'ip', ...args];
  await run(program, rest);
}
