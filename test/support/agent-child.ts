/** The built agent as a process of its own: real sockets, real disk, real signals. Run `npm run build` first. */
import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { onTestFinished } from 'vitest';

export const bin = resolve(import.meta.dirname, '../../bin/rollcall');

export interface AgentChild {
  readonly child: ChildProcess;
  /** Base URL of the HTTP API. */
  readonly url: string;
  readonly http: { readonly host: string; readonly port: number };
  readonly dns: { readonly host: string; readonly port: number };
  /** Everything it wrote to standard output so far. */
  output(): string;
  /** Sends `signal` and resolves with the exit code, or the signal's name. */
  stop(signal?: NodeJS.Signals): Promise<number | string>;
}

export interface AgentChildOptions {
  readonly args?: readonly string[];
  /** Largest file that it may write, in blocks of 512 bytes: what a full disk is to the store. */
  readonly fileBlocksMax?: number;
  /** Ports of an earlier run, to come back on. */
  readonly ports?: { readonly http: number; readonly dns: number };
  /** What the command is preceded by, to run in another network namespace. */
  readonly within?: readonly string[];
  /** Whoever starts it stops it: for several tests. */
  readonly isShared?: boolean;
}

/** Starts `rollcall agent` on free ports and resolves once it is ready. It is ended with the test, if not shared. */
export async function startAgentChild(options: AgentChildOptions = {}): Promise<AgentChild> {
  const { http: httpPort, dns: dnsPort } = options.ports ?? { http: 0, dns: 0 };
  const ports = ['-http-port', String(httpPort), '-dns-port', String(dnsPort)];
  const args = ['agent', '-node', 'n1', ...ports, ...(options.args ?? [])];
  const command = [...(options.within ?? []), process.execPath, bin, ...args];
  const limited = `ulimit -f ${options.fileBlocksMax} && exec "$@"`;
  const [program = '', ...rest] =
    options.fileBlocksMax === undefined ? command : ['sh', '-c', limited, 'sh', ...command];
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | string>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 0));
  });
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  if (options.isShared !== true) onTestFinished(kill);
  let output = '';
  const ready = await new Promise<RegExpExecArray>((resolve, reject) => {
    const take = (chunk: Buffer): void => {
      output += chunk.toString();
      const line = /^ready .*?http=(\S+):(\d+) .*?dns=(\S+):(\d+)/m.exec(output);
      if (line !== null) resolve(line);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    void ended.then((code) => reject(new Error(`the agent ended with ${code}:\n${output}`)));
  });
  const [, host = '', port = '', dnsHost = '', dns = ''] = ready;
  return {
    child,
    url: `http://${host}:${port}`,
    http: { host, port: Number(port) },
    dns: { host: dnsHost, port: Number(dns) },
    output: () => output,
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

/** Runs the binary to its end. */
export function runRollcall(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [bin, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
}
