/** Goal: an event of the command line reaches those who list events. Method: the command on a built agent. */
import { expect, it } from 'vitest';
import { startAgentChild } from '../support/agent-child.ts';
import { runCommand } from './run-command.ts';

it('an event is fired with its payload and filters, and its id is printed', async () => {
  const { url } = await startAgentChild({ args: ['-dev'] });
  const argv = ['event', '-http-addr', url, '-name=deploy/v2', '-node=^n1$', '42'];
  const { exitCode, stdout, stderr } = await runCommand(argv);
  expect([exitCode, stderr]).toEqual([0, '']);
  const [listed] = (await (await fetch(`${url}/v1/event/list?name=deploy/v2`)).json()) as object[];
  expect(listed).toMatchObject({
    Name: 'deploy/v2',
    NodeFilter: '^n1$',
    Payload: Buffer.from('42').toString('base64'),
  });
  expect(stdout).toBe(`Event ID: ${(listed as { ID: string }).ID}\n`);
});

it.each([
  ['', /^Event name must be specified\n\nUsage: rollcall event/],
  ['-name=a b c', /^Too many command line arguments\.\n\nUsage: rollcall event/],
  ['-name=a -tag=b', /^Cannot provide tag filter without service filter\.\n$/],
  ['-name=a -service=(', /^Failed to compile service filter regexp: error parsing regexp: /],
])('"event %s" is refused', async (line, message) => {
  const { exitCode, stderr } = await runCommand(['event', ...line.split(' ').filter(Boolean)]);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(message);
});
