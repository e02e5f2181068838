/**
 * Resolvers as those of a whole machine, run by a script in network, mount and process namespaces of their own, which
 * end with it. Those that would take over this machine are unpacked instead of installed (support/system-tools.mjs).
 * What the script says is read here.
 */
import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, type TestContext } from 'vitest';
import { bin } from '../support/agent-child.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { programPath } from './resolver-daemons.ts';

/** Of the scripts: what they need is not to be had, from the kernel or in libraries. */
const EXIT_CANNOT_RUN = 3;
const CACHE = resolve(import.meta.dirname, '../../node_modules/.cache');
const NAMESPACES = ['-n', '-m', '-p', '-f', '--kill-child', '--mount-proc'];

/** More than a datagram takes. */
const LARGE = 90;
const SERVICES = [
  { name: 'web', address: '10.1.1.1', port: 80 },
  ...Array.from({ length: LARGE }, (_, at) => ({
    name: 'large',
    id: `large-${at}`,
    address: `10.2.0.${at + 1}`,
    port: 80,
  })),
];

export interface NamespaceRun {
  /** Debian's package, and the folder in the cache that it may be unpacked in. */
  readonly package: string;
  /** Path of the daemon in it. */
  readonly daemon: string;
  /** Other programs that the script runs. */
  readonly programs: readonly string[];
  readonly script: string;
  /** What the script takes besides. */
  readonly args?: readonly string[];
}

/** What the script printed below each of its titles; skips the test, with the reason, where it cannot run. */
export async function runInNamespace(
  context: TestContext,
  asked: NamespaceRun,
): Promise<Readonly<Record<string, string>>> {
  const found = find(asked);
  if ('reason' in found) return context.skip(found.reason);
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'agent.json'), JSON.stringify({ services: SERVICES }));
  const script = resolve(import.meta.dirname, asked.script);
  const { code, output } = await run([
    script,
    folder,
    found.root,
    process.execPath,
    bin,
    ...(asked.args ?? []),
  ]);
  if (code === EXIT_CANNOT_RUN || (code !== 0 && output === '')) {
    return context.skip(`${asked.package} cannot be run here: ${output}`);
  }
  const parts = output.split(/^== /m).slice(1);
  return Object.fromEntries(
    parts.map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)]),
  );
}

/** That every kind of answer came through, over a restart of the agent too. */
export function expectAnswers(said: Readonly<Record<string, string>>): void {
  expect(said.hit).toMatch(/web\.service\.consul\.\s+0\s+IN\s+A\s+10\.1\.1\.1\n/);
  expect(said.miss).toContain('status: NXDOMAIN');
  expect(said['no data']).toMatch(/status: NOERROR[\s\S]*ANSWER: 0/);
  expect(said.cut).toMatch(/flags: [a-z ]*\btc\b/);
  expect(said.whole?.match(/\sA\s+10\.2\.0\./g)).toHaveLength(LARGE);
  expect(said.restart).not.toContain('NXDOMAIN');
  expect(said.restart).not.toMatch(/status: NOERROR.*\n.*ANSWER: 0/);
  expect(said.restart).toMatch(/web\.service\.consul\.\s+0\s+IN\s+A\s+10\.1\.1\.1\s*$/);
}

/** Folder that the daemon is below: empty when it is installed. Or why there is none. */
function find({ package: name, daemon, programs }: NamespaceRun) {
  if (process.getuid?.() !== 0) return { reason: `${name} needs root for its namespaces` };
  const absent = ['unshare', 'ip', 'dig', ...programs].find(
    (program) => programPath(program) === undefined,
  );
  if (absent !== undefined) return { reason: `${absent} is not installed` };
  const root = ['', join(CACHE, name)].find((one) => existsSync(join(one, '/', daemon)));
  if (root !== undefined) return { root };
  return { reason: `${name} is not there: node test/support/system-tools.mjs gets it` };
}

function run(args: readonly string[]): Promise<{ code: number; output: string }> {
  const options = { timeout: 28_000, killSignal: 'SIGKILL' } as const;
  return new Promise((done) => {
    execFile('unshare', [...NAMESPACES, 'sh', ...args], options, (error, output) =>
      done({ code: error === null ? 0 : Number(error.code ?? 1), output }),
    );
  });
}
