/** The zone that ships, and what docs/dns.md says of it: each `$ dig` line prints the lines below it. */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { type AgentChild, startAgentChild } from '../support/agent-child.ts';
import { dig } from '../support/dig.ts';
import { zoneFolder } from '../support/zone-folder.ts';

const root = resolve(import.meta.dirname, '../..');

/** Commands of the section and what they are to print. */
function examples(): [command: string, printed: string[]][] {
  const section = /## Zone files\n([\s\S]*?)\n## /.exec(
    readFileSync(join(root, 'docs/dns.md'), 'utf8'),
  )?.[1];
  const blocks = [...(section ?? '').matchAll(/```\n([\s\S]*?)```/g)].map(
    (match) => match[1] ?? '',
  );
  return blocks
    .flatMap((block) => block.split(/^\$ /m).slice(1))
    .map((example) => {
      const [command = '', ...printed] = example.trimEnd().split('\n');
      return [command, printed];
    });
}

function run(command: string, { dns }: AgentChild): Promise<string[]> {
  const [program = '', ...args] = command
    .replace('@localhost -p 8600', `@${dns.host} -p ${dns.port}`)
    .split(' ');
  return new Promise((resolve, reject) => {
    execFile(program, args, (error, stdout) => {
      if (error !== null) reject(error);
      else resolve(stdout.trimEnd().replace(/\t+/g, ' ').split('\n'));
    });
  });
}

it('docs/dns.md shows what the zone that ships answers', async () => {
  const agent = await startAgentChild({ args: ['-dev'] });
  const found = examples();
  expect(found.length).toBeGreaterThan(5);
  for (const [command, printed] of found) {
    expect(await run(command, agent), command).toEqual(printed);
  }
  expect(await agent.stop()).toBe(0);
});

it('a record that is added without a new serial is served, and one line says so', async () => {
  const zones = zoneFolder({}, ['consul.zone', 'example.test.zone', 'example.test.hosts']);
  const agent = await startAgentChild({ args: ['-dev', '-log-json', '-zone-dir', zones] });
  const file = join(zones, 'example.test.zone');
  const text = readFileSync(file, 'utf8');
  const reload = async (next: string): Promise<number> => {
    writeFileSync(file, next);
    return (await fetch(`${agent.url}/v1/agent/reload`, { method: 'PUT' })).status;
  };
  expect(await reload(`${text}new IN A 192.0.2.200\n`)).toBe(200);
  expect((await dig(agent.dns, 'new.example.test')).answers).toHaveLength(1);
  expect(await reload(text.replace('2026010100', '2026010101'))).toBe(200);
  expect(await reload(text)).toBe(200);
  expect(await agent.stop()).toBe(0);

  const lines = agent.output().split('\n');
  const told = lines.filter((line) => line.includes('serial')).map((line) => JSON.parse(line));
  const slip = { zone: 'example.test.', file };
  expect(told).toMatchObject([
    {
      ...slip,
      serialBefore: 2026010100,
      serial: 2026010100,
      msg: 'the records of a zone changed and its serial did not',
    },
    {
      ...slip,
      serialBefore: 2026010101,
      serial: 2026010100,
      msg: 'the serial of a zone went back',
    },
  ]);
});
