/** Master files beside the live catalog, with the built binary and real dig: who answers which name, and reloads. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runRollcall, startAgentChild } from '../support/agent-child.ts';
import { dig } from '../support/dig.ts';
import { zoneFolder } from '../support/zone-folder.ts';

const RECORDS = `
www          60 IN A     192.0.2.1
api          60 IN CNAME web.service
_dmarc       60 IN TXT   "v=DMARC1"
_ldap._tcp   60 IN SRV   0 5 389 www
_443._tcp.www 60 IN TLSA 3 1 0 00ff
dc1          60 IN A     192.0.2.77
lab          60 IN NS    ns1.lab
ns1.lab      60 IN A     192.0.2.53
dc2          60 IN NS    ns1.dc2
ns1.dc2      60 IN A     192.0.2.54
web.service  60 IN A     192.0.2.99
spare.service 60 IN A    192.0.2.98
*            60 IN A     192.0.2.42
`;

/** The shipped apex with `records` below it. */
function zonesWith(records: string): string {
  const folder = zoneFolder();
  writeFileSync(join(folder, 'consul.zone'), records, { flag: 'a' });
  return folder;
}

async function withWeb(zones: string) {
  const agent = await startAgentChild({ args: ['-dev', '-zone-dir', zones] });
  const body = JSON.stringify({ Name: 'web', Port: 80, Address: '192.0.2.10' });
  await fetch(`${agent.url}/v1/agent/service/register`, { method: 'PUT', body });
  return agent;
}

describe('master files beside the catalog', () => {
  it('answer what nothing live has', async () => {
    const agent = await withWeb(zonesWith(RECORDS));
    const rdata = async (name: string, type: string): Promise<string[]> =>
      (await dig(agent.dns, name, type)).answers.map((line) => line.split(' ').slice(3).join(' '));

    expect(await rdata('www.consul', 'A')).toEqual(['A 192.0.2.1']);
    expect(await rdata('_dmarc.consul', 'TXT')).toEqual(['TXT "v=DMARC1"']);
    expect(await rdata('_ldap._tcp.consul', 'SRV')).toEqual(['SRV 0 5 389 www.consul.']);
    expect(await rdata('_443._tcp.www.consul', 'TLSA')).toEqual(['TLSA 3 1 0 00FF']);
    expect(await rdata('dc1.consul', 'A')).toEqual(['A 192.0.2.77']);
    expect(await rdata('spare.service.consul', 'A')).toEqual(['A 192.0.2.98']);
    // A live name wins, and an alias leads to it.
    expect(await rdata('web.service.consul', 'A')).toEqual(['A 192.0.2.10']);
    expect(await rdata('api.consul', 'A')).toEqual(['CNAME web.service.consul.', 'A 192.0.2.10']);
    // A wildcard stands for no name of the catalog.
    expect(await rdata('nobody.consul', 'A')).toEqual(['A 192.0.2.42']);
    expect((await dig(agent.dns, 'nobody.service.consul')).status).toBe('NXDOMAIN');
    expect(await rdata('service.consul', 'A')).toEqual([]);
    expect(await agent.stop()).toBe(0);
  });

  it('delegate names of any form', async () => {
    const agent = await withWeb(zonesWith(RECORDS));
    for (const [name, server] of [
      ['www.lab.consul', 'lab.consul. 60 IN NS ns1.lab.consul.'],
      ['x.node.lab.consul', 'lab.consul. 60 IN NS ns1.lab.consul.'],
      ['_sip._tcp.lab.consul', 'lab.consul. 60 IN NS ns1.lab.consul.'],
      ['web.service.dc2.consul', 'dc2.consul. 60 IN NS ns1.dc2.consul.'],
    ] as const) {
      const referral = await dig(agent.dns, name, 'SRV', '+norec');
      expect(referral, name).toMatchObject({ status: 'NOERROR', answers: [], authority: [server] });
      expect(referral.flags).not.toContain('aa');
      expect(referral.additional[0]).toMatch(/^ns1\.\w+\.consul\. 60 IN A /);
    }
    expect(await agent.stop()).toBe(0);
  });

  it('are read again at a reload, and a bad one changes nothing', async () => {
    const zones = zonesWith(RECORDS);
    const agent = await withWeb(zones);
    const file = join(zones, 'consul.zone');
    const reload = (): Promise<Response> =>
      fetch(`${agent.url}/v1/agent/reload`, { method: 'PUT' });

    writeFileSync(file, 'new 60 IN A 192.0.2.5\n', { flag: 'a' });
    expect((await reload()).status).toBe(200);
    expect((await dig(agent.dns, 'new.consul')).answers).toEqual(['new.consul. 60 IN A 192.0.2.5']);

    writeFileSync(file, 'bad 60 IN A 300.1.1.1\n', { flag: 'a' });
    const refused = await reload();
    expect(refused.status).toBe(500);
    expect(await refused.text()).toMatch(/consul\.zone:\d+: "300\.1\.1\.1" is not an IPv4 address/);
    expect((await dig(agent.dns, 'new.consul')).answers).toHaveLength(1);
    expect((await dig(agent.dns, 'web.service.consul')).answers).toHaveLength(1);
    expect(await agent.stop()).toBe(0);
  });

  it('end a start when they are bad, with file, line and reason', async () => {
    const zones = zonesWith('www IN A nonsense\n');
    const ended = await runRollcall([
      'agent',
      '-dev',
      '-zone-dir',
      zones,
      '-http-port',
      '0',
      '-dns-port',
      '0',
    ]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/consul\.zone:\d+: "nonsense" is not an IPv4 address/);
    expect(ended.stdout).not.toContain('ready');
  });
});
