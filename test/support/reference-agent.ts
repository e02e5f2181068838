/**
 * One built agent for all tests of a file, with services and records of every kind that a reply can show, registered
 * over HTTP. Tests ask it and do not change it.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { bin } from './agent-child.ts';
import { type Dug, dig, digAll } from './dig.ts';
import { writeZones, type ZoneFiles } from './zone-folder.ts';

/** Instances of `db`, each on a node of its own: more than 1232 octets hold, whatever the type. */
export const DB_COUNT = 80;

/** TTL and MINIMUM of the SOA differ, so that a test sees which one a negative answer has. */
export const SOA_TTL = 90;
export const SOA_MINIMUM = 30;

const APEX_ZONE = `$TTL 60
@            ${SOA_TTL} IN SOA ns hostmaster 1 3600 600 86400 ${SOA_MINIMUM}
@            IN NS    ns
www          IN A     192.0.2.1
             IN A     192.0.2.2
             IN AAAA  2001:db8::1
Mixed.Case   IN A     192.0.2.3
mail         IN MX    10 www
             IN MX    20 mx.example.org.
alias        IN CNAME www
chain        IN CNAME alias
live         IN CNAME web.service
lost         IN CNAME nowhere.service
loop-a       IN CNAME loop-b
loop-b       IN CNAME loop-a
*.wild       IN A     192.0.2.42
a.b.deep     IN A     192.0.2.43
lab          IN NS    ns1.lab
ns1.lab      IN A     192.0.2.53
odd          IN TYPE65400 \\# 4 deadbeef
empty        IN TYPE65401 \\# 0
generic      IN TYPE1 \\# 4 c0000209
text         IN TXT   "one" "two words" "\\"quoted\\\\"
_ldap._tcp   IN SRV   0 5 389 www
caa          IN CAA   0 issue "ca.example.net"
naptr        IN NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:a@example.org!" .
https        IN HTTPS 1 . alpn=h2,h3 port=8443 ipv4hint=192.0.2.1
svcb         IN SVCB  1 www alpn=h2
tlsa         IN TLSA  3 1 1 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
hinfo        IN HINFO "CPU" "OS"
\\000\\255\\.x IN A     192.0.2.44
`;

const OTHER_ZONE = `$TTL 300
@    IN SOA ns1 hostmaster 7 3600 600 86400 900
@    IN NS  ns1
ns1  IN A   198.51.100.1
old  IN DNAME new
x.new IN A  198.51.100.2
t    IN DNAME ${'long'.repeat(15)}.new
`;

interface Registration {
  readonly path: string;
  readonly body: unknown;
}

const ofAgent = (body: object): Registration => ({ path: '/v1/agent/service/register', body });
const ofCatalog = (body: object): Registration => ({ path: '/v1/catalog/register', body });

const REGISTRATIONS: readonly Registration[] = [
  ofAgent({ Name: 'web', Port: 8080, Tags: ['v1', 'Blue'], Weights: { Passing: 5, Warning: 2 } }),
  ofAgent({ Name: 'own', Port: 81, Address: '192.0.2.10' }),
  ofAgent({ Name: 'own6', Port: 81, Address: '2001:db8::10' }),
  ofAgent({ Name: 'host', Port: 82, Address: 'www.consul' }),
  ofAgent({
    Name: 'shaky',
    Port: 83,
    Weights: { Passing: 7, Warning: 3 },
    Check: { TTL: '1h', Status: 'warning' },
  }),
  ofAgent({ Name: 'sick', Port: 84, Check: { TTL: '1h', Status: 'critical' } }),
  // Two instances at one address: their records are the same.
  ofAgent({ ID: 'twin-1', Name: 'twin', Port: 85, Address: '192.0.2.20' }),
  ofAgent({ ID: 'twin-2', Name: 'twin', Port: 85, Address: '192.0.2.20' }),
  ofAgent({ Name: 'web app', Port: 86 }),
  ofAgent({ Name: 'straße', Port: 87 }),
  ofAgent({ Name: 'edge', Port: 443, Meta: { 'dns-alpn': 'h2,h3', 'dns-port': '8443' } }),
  ofCatalog({
    Node: 'six',
    Address: '2001:db8::6',
    Service: { Service: 'six', Port: 90 },
  }),
  ofCatalog({
    Node: 'described',
    Address: '10.2.0.1',
    NodeMeta: { env: 'prod', 'rfc1035-note': 'as it is', key: 'a=b' },
    Service: { Service: 'described', Port: 91 },
  }),
  ofCatalog({ Node: 'my node', Address: '10.2.0.2', Service: { Service: 'spaced', Port: 92 } }),
  ofCatalog({ Node: 'n@me_x', Address: '10.2.0.3' }),
  ofCatalog({
    Node: 'l'.repeat(64),
    Address: '10.2.0.4',
    Service: { Service: 'long-node', Port: 93 },
  }),
  ...Array.from({ length: DB_COUNT }, (_, at) =>
    ofCatalog({
      Node: `db${at + 1}`,
      Address: `10.1.0.${at + 1}`,
      Service: { Service: 'db', Port: 8000 + at, Tags: ['v1'] },
    }),
  ),
];

export interface ReferenceAgent {
  readonly dns: { readonly host: string; readonly port: number };
  /** Real dig against it; `args` as one line: `'web.service.consul SRV +tcp'`. */
  dig(args: string): Promise<Dug>;
  /** As `dig`, for several questions at once. */
  digAll(...lines: readonly string[]): Promise<readonly Dug[]>;
}

export interface ReferenceAgentOptions {
  /** Added to the configuration, e.g. `{ dns_config: { … } }`; a function is called before the start. */
  readonly config?: object | (() => Promise<object>);
  /** Added to the zone folder: `{ 'example.zone': '$TTL …' }`. */
  readonly zones?: ZoneFiles;
}

/** Starts the agent before the tests of the file and ends it after them. */
export function referenceAgent(options: ReferenceAgentOptions = {}): ReferenceAgent {
  let dns = { host: '', port: 0 };
  let end = async (): Promise<void> => {};
  beforeAll(async () => {
    const started = await start(options);
    dns = started.dns;
    end = started.end;
    await Promise.all(REGISTRATIONS.map((one) => register(started.url, one)));
    await shown(dns);
  });
  afterAll(() => end());
  return {
    get dns() {
      return dns;
    },
    dig: (args) => dig(dns, ...args.split(' ')),
    digAll: (...lines) => digAll(dns, ...lines.map((line) => line.split(' '))),
  };
}

async function register(url: string, { path, body }: Registration): Promise<void> {
  const reply = await fetch(url + path, { method: 'PUT', body: JSON.stringify(body) });
  if (reply.status !== 200) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
}

/** Until the answer thread has all that was registered; the hook's own timeout ends the wait. */
async function shown(dns: ReferenceAgent['dns']): Promise<void> {
  for (;;) {
    const { answers } = await dig(dns, 'db.service.consul', '+tcp', '+noedns');
    if (answers.length === DB_COUNT) return;
  }
}

async function start({ config = {}, zones = {} }: ReferenceAgentOptions) {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-conformance-'));
  writeZones(join(folder, 'zones'), {
    'consul.zone': APEX_ZONE,
    'example.org.zone': OTHER_ZONE,
    ...zones,
  });
  const given = typeof config === 'function' ? await config() : config;
  writeFileSync(join(folder, 'agent.json'), JSON.stringify(given));
  const ports = ['-http-port', '0', '-dns-port', '0'];
  const files = ['-zone-dir', join(folder, 'zones'), '-config-file', join(folder, 'agent.json')];
  const child = spawn(process.execPath, [bin, 'agent', '-dev', '-node', 'n1', ...ports, ...files], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let output = '';
  const [, url = '', host = '', port = ''] = await new Promise<RegExpExecArray>(
    (resolve, reject) => {
      const take = (chunk: Buffer): void => {
        output += chunk.toString();
        const line = /^ready .*?http=(\S+) .*?dns=(\S+):(\d+)/m.exec(output);
        if (line !== null) resolve(line);
      };
      child.stdout.on('data', take);
      child.stderr.on('data', take);
      void ended.then(() => reject(new Error(`the agent ended:\n${output}`)));
    },
  );
  return {
    url: `http://${url}`,
    dns: { host, port: Number(port) },
    async end(): Promise<void> {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
