/**
 * An agent as a process of its own, for a demonstration: started from `bin/rollcall` on free ports, known by its
 * `ready` line, ended by its id.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export interface SocketAddress {
  readonly address: string;
  readonly port: number;
}

export interface AgentProcessOptions {
  readonly dataDirectory: string;
  /** 0: any free port. */
  readonly httpPort: number;
  readonly dnsPort: number;
}

export interface AgentProcess {
  readonly http: SocketAddress;
  readonly dns: SocketAddress;
  /** Ends it as a crash would, and returns when it is gone; a second call does nothing. */
  kill(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('../../../bin/rollcall', import.meta.url));
const READY_TIMEOUT_MS = 20_000;
const LINES_KEPT = 20;

type Child = ChildProcessByStdio<null, Readable, Readable>;

/** Starts an agent and resolves once it is ready; `track` gets its end before that, to clean up at any moment. */
export async function startAgentProcess(
  options: AgentProcessOptions,
  track: (kill: () => Promise<void>) => void,
): Promise<AgentProcess> {
  const child = spawn(process.execPath, [PROGRAM, ...agentArguments(options)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: withoutConsulSettings(process.env),
  });
  const exited = once(child, 'exit');
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await exited;
  };
  track(kill);
  const [http, dns] = await readyAddresses(child);
  return { http, dns, kill };
}

function agentArguments({ dataDirectory, httpPort, dnsPort }: AgentProcessOptions): string[] {
  return [
    'agent',
    '-server',
    '-bootstrap-expect=1',
    '-node=demo',
    '-bind=127.0.0.1',
    '-client=127.0.0.1',
    `-data-dir=${dataDirectory}`,
    `-http-port=${httpPort}`,
    `-dns-port=${dnsPort}`,
    '-log-level=error',
  ];
}

/** Reads the `ready` line; what was printed instead is in the error when none comes. */
function readyAddresses(child: Child): Promise<[SocketAddress, SocketAddress]> {
  const said: string[] = [];
  const keep = (line: string): void => {
    said.push(line);
    if (said.length > LINES_KEPT) said.shift();
  };
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => {
      clearTimeout(late);
      reject(new Error([`the agent ${reason}`, ...said].join('\n')));
    };
    const late = setTimeout(() => fail('is not ready in time'), READY_TIMEOUT_MS);
    createInterface(child.stderr).on('line', keep);
    createInterface(child.stdout).on('line', (line) => {
      keep(line);
      const [, http, dns] = /^ready\b.*\bhttp=(\S+).*\bdns=(\S+)/.exec(line) ?? [];
      if (http === undefined || dns === undefined) return;
      clearTimeout(late);
      resolve([socketAddress(http), socketAddress(dns)]);
    });
    child.on('error', (error) => fail(`did not start: ${error.message}`));
    child.on('close', (code, signal) => fail(`ended before it was ready (${signal ?? code})`));
  });
}

function socketAddress(text: string): SocketAddress {
  const at = text.lastIndexOf(':');
  return { address: text.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(text.slice(at + 1)) };
}

function withoutConsulSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('CONSUL_')));
}
