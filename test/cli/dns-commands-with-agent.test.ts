/**
 * Goal: `dns query` shows what dig shows, and `dns explain` tells why. Method: a built agent with a zone that has
 * every record type and a service of three instances; the built program and real dig ask it.
 */
import { describe, expect, it } from 'vitest';
import { type AgentChild, runRollcall, startAgentChild } from '../support/agent-child.ts';
import { dig } from '../support/dig.ts';
import { zoneFolder } from '../support/zone-folder.ts';
import { runCommand } from './run-command.ts';

const SHA256 = '0123456789ABCDEF'.repeat(4);
const RECORDS = [
  'A 192.0.2.1',
  'AAAA 2001:db8::1',
  'CNAME a\\.b.test.',
  'PTR host.test.',
  'MX 10 mail.test.',
  'SRV 1 2 8080 web.test.',
  'RP admin.test. info.test.',
  'AFSDB 1 afs.test.',
  'TXT "a b" "c;\\"\\\\\\007"',
  'SPF "v=spf1 -all"',
  'HINFO "PDP-11" "UNIX V7"',
  'CAA 128 issue "ca.test; x=y"',
  'URI 10 1 "ftp://x/y"',
  'NAPTR 100 10 "S" "SIP+D2U" "!^.*$!sip:a@b!" _sip._udp.test.',
  'LOC 42 21 54 N 71 06 18 W -24m 30m',
  `DS 60485 13 2 ${SHA256}`,
  `SSHFP 4 2 ${SHA256}`,
  `TLSA 3 1 1 ${SHA256}`,
  'DNSKEY 257 3 13 AQIDBA==',
  'RRSIG A 5 3 86400 20030322173103 20030220173103 2642 test. AQID',
  'NSEC host.test. A MX TYPE1234',
  'NSEC3PARAM 1 0 12 AABB',
  'OPENPGPKEY AQID',
  'HTTPS 0 foo.test.',
  'SVCB 1 . mandatory=port alpn="h2,h\\\\,3" port=8443 ipv4hint=192.0.2.1 key667="x\\210"',
  'TYPE65400 \\# 2 beef',
] as const;

async function agentWithZones(): Promise<AgentChild> {
  const head = ['$TTL 60', '@ IN SOA ns.zoo.test. host.zoo.test. 1 2 3 4 5', '@ IN NS ns.test.'];
  const records = RECORDS.map((record, index) => {
    // A DS is about a delegation.
    const delegation = record.startsWith('DS ') ? `r${index} IN NS ns.test.\n` : '';
    return `${delegation}r${index} IN ${record}`;
  });
  const folder = zoneFolder({ 'zoo.test.zone': [...head, ...records, ''].join('\n') });
  return startAgentChild({ args: ['-dev', '-zone-dir', folder] });
}

const server = ({ dns }: AgentChild) => ['-server', dns.host, '-port', `${dns.port}`];

/** What both print, without what differs from run to run or is said by dig alone. */
function comparable(text: string): string[] {
  return text
    .replace(/, id: \d+/, '')
    .split('\n')
    .filter((line) => line !== '' && !/^; |^;; (global|Got|WHEN|Query time|WARNING)/.test(line));
}

describe('dns query', () => {
  it('shows every record type as dig does', async () => {
    const agent = await agentWithZones();
    for (const [index, record] of RECORDS.entries()) {
      const asked = [`r${index}.zoo.test`, record.split(' ')[0] as string];
      const { stdout } = await runCommand(['dns', 'query', ...server(agent), ...asked]);
      const { text } = await dig(agent.dns, ...asked, '+nosplit', '+nocookie');
      // RFC 3597 leaves the letters of hexadecimal open.
      const shown = comparable(text).map((line) => line.replace('BEEF', 'beef'));
      expect(comparable(stdout)).toEqual(shown);
    }
  });

  it('shows what the catalog answers, from the program itself', async () => {
    const agent = await agentWithZones();
    await register(agent);
    const { code, stdout } = await runRollcall([
      'dns',
      'query',
      ...server(agent),
      '-short',
      'v1.web.service.consul',
      'SRV',
    ]);
    expect(code).toBe(0);
    expect(stdout.split('\n').sort()).toEqual([
      '',
      expect.stringMatching(/^1 1 8081 \S+\.$/),
      expect.stringMatching(/^1 1 8082 \S+\.$/),
    ]);
  });
});

describe('dns explain', () => {
  it('tells who is in the answer and who is not', async () => {
    const agent = await agentWithZones();
    await register(agent);
    const explain = (...argv: string[]) =>
      runRollcall([
        'dns',
        'explain',
        '-http-addr',
        agent.url,
        ...argv,
        'web.service.consul',
        'SRV',
      ]);
    const { code, stdout, stderr } = await explain('-bufsize=0', '-client', '192.0.2.99');
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.split('\n');
    expect(lines.slice(0, 5)).toEqual([
      'Asked    web.service.consul. SRV, by 192.0.2.99 over udp',
      'Read as  service "web", domain "consul."',
      'Answer   NOERROR from catalog: 2 of 3 instances may be answered',
      expect.stringMatching(/^TTL {6}0 s, from /),
      expect.stringMatching(/^Size {5}\d+ of 512 octets$/),
    ]);
    expect(lines.slice(6, 10).map((line) => line.split(/ {2,}/))).toEqual([
      ['Node', 'Service ID', 'Address', 'Port', 'Status', 'Weight', 'Kept', 'Why'],
      ['n1', 'web-1', '192.0.2.1', '8081', 'passing', '1', 'yes', expect.any(String)],
      ['n1', 'web-2', '192.0.2.2', '8082', 'passing', '1', 'yes', expect.any(String)],
      ['n1', 'web-3', '192.0.2.3', '8083', 'critical', '1', 'no', expect.stringContaining('web-3')],
    ]);
    expect(lines).toContain('  ;web.service.consul.\t\tIN\tSRV');

    const json = await explain('-format=json', '-tcp');
    expect(JSON.parse(json.stdout)).toMatchObject({ Transport: 'tcp', BytesMax: 65535 });
  });

  it('passes on what the agent refuses', async () => {
    const agent = await agentWithZones();
    const argv = ['dns', 'explain', '-http-addr', agent.url, 'web', 'FOO'];
    const { code, stderr } = await runRollcall(argv);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Error explaining the answer: .*400 \("FOO" is not a record type\)\n$/);
  });
});

/** Three instances of `web`; a TTL check that nobody feeds keeps the third out. */
async function register({ url }: AgentChild): Promise<void> {
  for (const number of [1, 2, 3]) {
    const body = {
      ID: `web-${number}`,
      Name: 'web',
      Address: `192.0.2.${number}`,
      Port: 8080 + number,
      Tags: ['v1'],
      ...(number === 3 ? { Check: { TTL: '10m' } } : {}),
    };
    const target = `${url}/v1/agent/service/register`;
    const { status } = await fetch(target, { method: 'PUT', body: JSON.stringify(body) });
    expect(status).toBe(200);
  }
}
