/**
 * Goal: a command runs only while its lock is held. Method: the built program beside a built agent; `cat` as the command
 * runs until its standard input ends, and the keys say who holds what.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { expect, it, onTestFinished } from 'vitest';
import { bin, runRollcall, startAgentChild } from '../support/agent-child.ts';
import type { Outcome } from './run-command.ts';

interface Locking {
  readonly child: ChildProcess;
  readonly ended: Promise<Outcome>;
}

function startLock(url: string, ...argv: string[]): Locking {
  const child = spawn(process.execPath, [bin, 'lock', '-http-addr', url, ...argv]);
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    said.stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said.stderr += chunk.toString();
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = new Promise<Outcome>((done) => {
    child.once('close', (code) => done({ exitCode: code ?? -1, ...said }));
  });
  return { child, ended };
}

/** A lock whose command is `cat`, once it is held and the command runs. */
async function holdLock(url: string, ...argv: string[]): Promise<Locking> {
  const locking = startLock(url, '-pass-stdin', '-verbose', ...argv, 'job', 'echo held; cat');
  await new Promise<void>((held, failed) => {
    locking.child.stdout?.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('held\n')) held();
    });
    void locking.ended.then(({ stderr }) => failed(new Error(stderr)));
  });
  return locking;
}

async function keys(url: string): Promise<unknown> {
  const reply = await fetch(`${url}/v1/kv/job?keys`);
  return reply.status === 404 ? [] : await reply.json();
}

it('the exit code of the command is told when it is asked for, and nothing is left', async () => {
  const { url } = await startAgentChild({ args: ['-dev'] });
  const lock = (...argv: string[]) => runRollcall(['lock', '-http-addr', url, ...argv]);
  const script = 'echo $CONSUL_LOCK_HELD; exit 3';
  const stderr = 'Error running handler: exit status 3\n';
  expect(await lock('job', script)).toEqual({ code: 0, stdout: 'true\n', stderr });
  expect(await lock('-child-exit-code', '/job/', script)).toMatchObject({ code: 2 });
  expect(await lock('-shell=false', 'job', 'echo', '-n', '$HOME')).toMatchObject({
    stdout: '$HOME',
  });
  expect(await keys(url)).toEqual([]);
  expect(await (await fetch(`${url}/v1/session/list`)).json()).toEqual([]);
});

it('one waits for the other, as long as it may', async () => {
  const { url } = await startAgentChild({ args: ['-dev'] });
  const first = await holdLock(url);
  expect(await keys(url)).toEqual(['job/.lock']);
  const impatient = await startLock(url, '-timeout=200ms', 'job', 'echo never').ended;
  expect(impatient).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: 'Shutdown triggered or timeout during lock acquisition\n',
  });
  const second = startLock(url, 'job', 'echo second');
  first.child.stdin?.end();
  expect(await first.ended).toMatchObject({ exitCode: 0 });
  expect(await second.ended).toMatchObject({ exitCode: 0, stdout: 'second\n' });
});

it.each(['SIGTERM', 'SIGHUP'] as const)(
  '%s ends the command and gives the lock back',
  async (signal) => {
    const { url } = await startAgentChild({ args: ['-dev'] });
    const { child, ended } = await holdLock(url);
    child.kill(signal);
    expect((await ended).stdout.replace(/pid \d+/, 'pid 1')).toBe(
      [
        'Setting up lock at path: job/.lock',
        'Attempting lock acquisition',
        'Starting handler',
        'Stdin passed to handler process',
        'held',
        'Shutdown triggered, killing child',
        'Terminating child pid 1',
        'Child terminated',
        'Cleanup succeeded',
        '',
      ].join('\n'),
    );
    expect(await keys(url)).toEqual([]);
  },
);

it('a lost lock ends the command', async () => {
  const { url } = await startAgentChild({ args: ['-dev'] });
  const { ended } = await holdLock(url);
  const [entry] = (await (await fetch(`${url}/v1/kv/job/.lock`)).json()) as { Session: string }[];
  // The session lives on, so that only a look at the key can tell.
  await fetch(`${url}/v1/kv/job/.lock?release=${entry?.Session}`, { method: 'PUT' });
  expect((await ended).stdout).toContain('Lock lost, killing child\n');
});

it('as many hold a semaphore as its limit says, and all have to agree on it', async () => {
  const { url } = await startAgentChild({ args: ['-dev'] });
  const holders = [await holdLock(url, '-n=2'), await holdLock(url, '-n=2')];
  const third = (limit: number) =>
    startLock(url, `-n=${limit}`, '-timeout=200ms', 'job', 'echo never').ended;
  expect(await third(2)).toMatchObject({ exitCode: 1, stdout: '' });
  expect((await third(3)).stderr).toBe(
    'Lock acquisition failed: semaphore limit conflict (lock: 2, local: 3)\n',
  );
  expect((await third(1)).stderr).toBe(
    'Lock acquisition failed: Existing key does not match lock use\n',
  );
  for (const { child } of holders) child.stdin?.end();
  const stdout = expect.stringContaining('Setting up semaphore (limit 2) at prefix: job\n');
  for (const { ended } of holders) expect(await ended).toMatchObject({ exitCode: 0, stdout });
  expect(await keys(url)).toEqual([]);
});
