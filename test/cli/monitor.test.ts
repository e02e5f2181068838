/** Goal: the log is on the screen while it is written. Method: the built program beside a built agent. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { bin, startAgentChild } from '../support/agent-child.ts';
import { runCommand } from './run-command.ts';

async function startMonitor(url: string, ...argv: string[]) {
  const child = spawn(process.execPath, [bin, 'monitor', '-http-addr', url, ...argv]);
  onTestFinished(() => void child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<number | null>((done) => child.once('close', done));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  /** The next line that matches; something is logged until there is one. */
  async function line(pattern: RegExp): Promise<string> {
    const ask = setInterval(() => void fetch(`${url}/v1/status/leader`), 50);
    try {
      for (;;) {
        const { value, done } = await lines.next();
        if (done === true) throw new Error(`the monitor ended: ${stderr}`);
        if (pattern.test(value)) return value;
      }
    } finally {
      clearInterval(ask);
    }
  }
  return { child, ended, line, stderr: () => stderr };
}

it('lines below the level of the log are printed until a signal', async () => {
  const { url, output } = await startAgentChild({ args: ['-dev', '-log-level=warn'] });
  const { child, ended, line } = await startMonitor(url, '-log-level=debug');
  expect(await line(/request/)).toMatch(
    /^\d{4}-\d\d-\d\dT[\d:.]{12}Z \[DEBUG\] agent\.http: request: .* url=\/v1\/status\/leader /,
  );
  child.kill('SIGINT');
  expect(await ended).toBe(0);
  expect(output()).not.toContain('status/leader');
});

it('lines are JSON on request, and the end of the agent ends them', async () => {
  const agent = await startAgentChild({ args: ['-dev'] });
  const { ended, line, stderr } = await startMonitor(agent.url, '-log-json', '-log-level=trace');
  expect(JSON.parse(await line(/request/))).toMatchObject({
    '@level': 'debug',
    '@module': 'agent.http',
  });
  expect(await agent.stop()).toBe(0);
  expect(await ended).toBe(1);
  expect(stderr()).toMatch(/^Remote side ended the monitor! /);
});

it.each([
  [
    '-log-level=zz',
    /^Error starting monitor: Unexpected response code: 400 \(Unknown log level: zz\)$/m,
  ],
  ['more', /^Too many arguments \(expected 0, got 1\)$/m],
])('"monitor %s" is refused', async (argument, message) => {
  const { url } = await startAgentChild({ args: ['-dev'] });
  const { exitCode, stderr } = await runCommand(['monitor', '-http-addr', url, argument]);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(message);
});
