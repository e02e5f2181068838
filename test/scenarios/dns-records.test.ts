/** Records through HTTP, with the built binary, real dig and a kill -9: what was acknowledged is answered, also after. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type AgentChild, startAgentChild } from '../support/agent-child.ts';
import { dig } from '../support/dig.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { zoneFolder } from '../support/zone-folder.ts';

const EXAMPLE = `$TTL 60
@    IN SOA ns host 10 1h 10m 1d 60
@    IN NS  ns
ns   IN A   192.0.2.53
www  IN A   192.0.2.1
www  IN TXT "file"
`;

const ZONES = { 'example.org.zone': EXAMPLE };

const send = async (
  { url }: AgentChild,
  method: string,
  path: string,
  records?: readonly string[],
): Promise<string> => {
  const body = records && JSON.stringify({ TTL: 60, Records: records });
  const reply = await fetch(`${url}/v1/dns/records/${path}`, { method, ...(body && { body }) });
  return `${reply.status} ${await reply.text()}`;
};

const rdata = async (agent: AgentChild, name: string, type: string): Promise<string[]> =>
  (await dig(agent.dns, name, type)).answers.map((line) => line.split(' ').slice(4).join(' '));

const serialOf = async (agent: AgentChild, zone: string): Promise<number> =>
  Number((await rdata(agent, zone, 'SOA'))[0]?.split(' ')[2]);

it('are answered once they are acknowledged, over the file, and survive kill -9', async () => {
  const zones = zoneFolder(ZONES);
  const args = ['-data-dir', temporaryFolder(), '-zone-dir', zones, '-log-level', 'warn'];
  const first = await startAgentChild({ args });
  expect(await serialOf(first, 'example.org')).toBe(10);

  expect(await send(first, 'PUT', 'example.org/www/A', ['192.0.2.9'])).toBe('200 true');
  expect(await rdata(first, 'www.example.org', 'A')).toEqual(['192.0.2.9']);
  expect(await rdata(first, 'www.example.org', 'TXT')).toEqual(['"file"']);
  const bad = await send(first, 'PUT', 'example.org/www/A', ['192.0.2.300']);
  expect(bad).toBe('400 "192.0.2.300" is not an IPv4 address');
  const alias = await send(first, 'PUT', 'example.org/www/CNAME', ['ns']);
  expect(alias).toMatch(/^409 "www\.example\.org\." has A records and so no CNAME/);
  expect(await send(first, 'PUT', 'example.org/@/SOA', ['a b 1 1 1 1 1'])).toMatch(
    /^409 the SOA of "example\.org\." is in .*example\.org\.zone$/,
  );
  expect(await rdata(first, 'www.example.org', 'A')).toEqual(['192.0.2.9']);

  // A zone of its own, and a name in the catalog's domain.
  expect(await send(first, 'PUT', 'new.test/www/A', ['192.0.2.7'])).toMatch(/^404 /);
  expect(await send(first, 'PUT', 'new.test/@/SOA', ['ns host 1 1h 10m 1d 60'])).toBe('200 true');
  expect(await send(first, 'PUT', 'new.test/*/A', ['192.0.2.7'])).toBe('200 true');
  expect(await rdata(first, 'anything.new.test', 'A')).toEqual(['192.0.2.7']);
  expect(await send(first, 'PUT', 'consul/vip/A', ['192.0.2.8'])).toBe('200 true');
  expect(await rdata(first, 'vip.consul', 'A')).toEqual(['192.0.2.8']);
  expect((await dig(first.dns, 'nobody.consul')).status).toBe('NXDOMAIN');
  const serial = await serialOf(first, 'example.org');
  expect(serial).toBeGreaterThan(10);

  expect(await first.stop('SIGKILL')).toBe('SIGKILL');
  const second = await startAgentChild({ args });
  expect(await rdata(second, 'www.example.org', 'A')).toEqual(['192.0.2.9']);
  expect(await rdata(second, 'anything.new.test', 'A')).toEqual(['192.0.2.7']);
  expect(await rdata(second, 'vip.consul', 'A')).toEqual(['192.0.2.8']);
  expect(await serialOf(second, 'example.org')).toBe(serial);

  // A reload lays them over the new file; the end of one brings the file's back.
  writeFileSync(join(zones, 'example.org.zone'), `${EXAMPLE}mail IN A 192.0.2.25\n`);
  expect((await fetch(`${second.url}/v1/agent/reload`, { method: 'PUT' })).status).toBe(200);
  expect(await rdata(second, 'mail.example.org', 'A')).toEqual(['192.0.2.25']);
  expect(await rdata(second, 'www.example.org', 'A')).toEqual(['192.0.2.9']);
  const explained = await fetch(`${second.url}/v1/dns/explain?name=www.example.org`);
  expect(await explained.json()).toMatchObject({
    Source: 'zone',
    Notes: ['the A records were written through HTTP'],
  });
  expect(await send(second, 'DELETE', 'example.org/www/A')).toBe('200 true');
  expect(await rdata(second, 'www.example.org', 'A')).toEqual(['192.0.2.1']);

  const moved = await serialOf(second, 'example.org');
  expect(moved).toBeGreaterThan(serial);
  expect(await second.stop('SIGKILL')).toBe('SIGKILL');
  const third = await startAgentChild({ args });
  expect(await serialOf(third, 'example.org')).toBe(moved);
  expect(await rdata(third, 'www.example.org', 'A')).toEqual(['192.0.2.1']);
  expect(await third.stop()).toBe(0);
});

it('of two writes at once that do not go together one is refused', async () => {
  const zones = zoneFolder(ZONES);
  const args = ['-data-dir', temporaryFolder(), '-zone-dir', zones, '-log-level', 'error'];
  const agent = await startAgentChild({ args });
  for (let round = 0; round < 10; round++) {
    const replies = await Promise.all([
      send(agent, 'PUT', `example.org/k.cut${round}/TXT`, ['"t"']),
      send(agent, 'PUT', `example.org/cut${round}/NS`, ['ns']),
    ]);
    const statuses = replies.map((reply) => reply.slice(0, 3)).sort();
    expect(statuses, replies.join('\n')).toEqual(['200', '409']);
  }
  expect(await agent.stop()).toBe(0);
});
