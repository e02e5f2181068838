/** Every command against a real agent, each as a process of its own. */
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import type { Outcome } from './run-command.ts';
import { PROGRAM, type RunningAgent, runProgram, startAgent } from './run-program.ts';

async function agentWithCommands(): Promise<
  RunningAgent & { run(line: string): Promise<Outcome> }
> {
  const folder = temporaryFolder();
  const data = join(folder, 'data');
  const agent = await startAgent(['-server', '-bootstrap-expect=1', '-node=n1', '-data-dir', data]);
  // Scripts call it by the name that they know.
  const program = join(folder, 'consul');
  symlinkSync(PROGRAM, program);
  const env = { CONSUL_HTTP_ADDR: agent.httpAddress };
  return { ...agent, run: (line) => runProgram(line.split(' '), { env, program }) };
}

const done = (stdout: string): Outcome => ({ exitCode: 0, stdout, stderr: '' });

describe('against a running agent', () => {
  it('a service is registered, listed, put into maintenance and deregistered', async () => {
    const { run } = await agentWithCommands();
    const file = join(temporaryFolder(), 'db.json');
    writeFileSync(file, JSON.stringify({ service: { name: 'db', enable_tag_override: true } }));

    expect(await run('services register -name=web -port=8080 -tag=v1 -meta a=b')).toEqual(
      done('Registered service: web\n'),
    );
    expect(await run(`services register ${file}`)).toEqual(done('Registered service: db\n'));
    expect(await run('catalog services -tags')).toEqual(done('consul\ndb\nweb         v1\n'));
    expect(await run('catalog nodes -service web')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(
        /^Node +ID +Address +DC\nn1 +[0-9a-f]{8} +127\.0\.0\.1 +dc1\n$/,
      ),
    });
    expect(await run('maint -enable -service web -reason disks')).toEqual(
      done('Service maintenance is now enabled for "web"\n'),
    );
    expect(await run('maint')).toEqual(done('Service:\n  ID:     web\n  Reason: disks\n\n'));
    expect(await run('maint -disable -service web')).toMatchObject({ exitCode: 0 });
    expect(await run('maint')).toEqual(done(''));
    expect(await run('services deregister -id web')).toEqual(done('Deregistered service: web\n'));
    expect(await run('services deregister -id web')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(
        /^Error deregistering service "web": Unexpected response code: 404 \(Unknown service ID "web"\./,
      ),
    });
  });

  it('the agent is described, reloaded and ended', async () => {
    const { run, exited } = await agentWithCommands();
    expect(await run('catalog datacenters')).toEqual(done('dc1\n'));
    expect(await run('members')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(
        /^Node +Address +Status +Type +Build +Protocol +DC +Partition +Segment\nn1 +127\.0\.0\.1:8301 +alive +server +1\.16\.4 +2 +dc1 +default +<all>\n$/,
      ),
    });
    expect(await run('members -status=left')).toEqual({ exitCode: 2, stdout: '', stderr: '' });
    expect(await run('info')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^agent:\n\t/),
    });
    expect(await run('reload')).toEqual(done('Configuration reload triggered\n'));
    expect(await run('leave')).toEqual(done('Graceful leave complete\n'));
    expect(await exited).toBe(0);
  });
});
