/** The commands about stored DNS records: what they send, and what they print of the reply. */
import { describe, expect, it } from 'vitest';
import { fakeAgent } from './fake-agent.ts';
import { runCommand } from './run-command.ts';

const WWW = {
  Zone: 'example.org.',
  Name: 'www',
  Type: 'A',
  TTL: 300,
  Records: ['192.0.2.1', '192.0.2.2'],
  CreateIndex: 5,
  ModifyIndex: 7,
};
const MX = { ...WWW, Name: '@', Type: 'MX', Records: ['10 mail.example.org.'] };

const REPLIES = {
  'GET /v1/dns/records/': [MX, WWW],
  'GET /v1/dns/records/example.org': [MX, WWW],
  'GET /v1/dns/records/example.org/www': [WWW],
  'GET /v1/dns/records/none.test': [],
  'GET /v1/dns/records/example.org/www/A': WWW,
  'GET /v1/dns/records/example.org/www/MX': '404 no MX records of "www" in "example.org."',
  'PUT /v1/dns/records/example.org/www/A': true,
  'PUT /v1/dns/records/example.org/%40/MX': true,
  'PUT /v1/dns/records/2.0.192.in-addr.arpa/0%2F25/NS': true,
  'PUT /v1/dns/records/%40/com/NS': true,
  'PUT /v1/dns/records/example.org/old/A': false,
  'PUT /v1/dns/records/example.org/www/CNAME': '409 "www" has A records',
  'DELETE /v1/dns/records/example.org/www/A': true,
  'DELETE /v1/dns/records/example.org/old/A': false,
};

async function run(...words: readonly string[]) {
  const agent = await fakeAgent(REPLIES);
  const env = { CONSUL_HTTP_ADDR: agent.address };
  const { exitCode, stdout, stderr } = await runCommand(['dns', 'record', ...words], env);
  const asked = agent.asked.map(({ method, url, body }) => ({ method, url, body }));
  return { exitCode, stdout, stderr, asked };
}

const WWW_ROWS = `example.org.  www   300  A     192.0.2.1
example.org.  www   300  A     192.0.2.2
`;
const HEADER = 'Zone          Name  TTL  Type  Data\n';
const TABLE = `${HEADER}example.org.  @     300  MX    10 mail.example.org.\n${WWW_ROWS}`;

describe('dns record list', () => {
  it.each([
    [[], '/v1/dns/records/', TABLE],
    [['example.org'], '/v1/dns/records/example.org', TABLE],
    [['example.org', 'www'], '/v1/dns/records/example.org/www', `${HEADER}${WWW_ROWS}`],
  ])('%j asks for %s', async (words, url, stdout) => {
    expect(await run('list', ...words)).toEqual({
      exitCode: 0,
      stdout,
      stderr: '',
      asked: [{ method: 'GET', url, body: undefined }],
    });
  });

  it('prints the JSON of the API, also when it is empty', async () => {
    const { stdout } = await run('list', '-format=json', 'example.org');
    expect(JSON.parse(stdout)).toEqual([MX, WWW]);
    expect((await run('list', '-format=json', 'none.test')).stdout).toBe('[]\n');
  });

  it('says on stderr that nothing is stored', async () => {
    expect(await run('list', 'none.test')).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: 'No DNS records are stored there.\n',
    });
  });
});

describe('dns record get', () => {
  it('prints a row a record, or the JSON of the API', async () => {
    const table = await run('get', 'example.org', 'www', 'A');
    expect(table).toMatchObject({ exitCode: 0, stdout: `${HEADER}${WWW_ROWS}` });
    const json = await run('get', '-format', 'json', 'example.org', 'www', 'A');
    expect(JSON.parse(json.stdout)).toEqual(WWW);
  });

  it('fails for what is not stored', async () => {
    expect(await run('get', 'example.org', 'www', 'MX')).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr:
        'Error reading www MX in example.org: Unexpected response code: 404 (no MX records of "www" in "example.org.")\n',
    });
  });
});

describe('dns record put', () => {
  const puts: readonly [words: string[], url: string, body: unknown][] = [
    [
      ['-ttl=300', 'example.org', 'www', 'A', '192.0.2.1', '192.0.2.2'],
      '/v1/dns/records/example.org/www/A',
      { TTL: 300, Records: ['192.0.2.1', '192.0.2.2'] },
    ],
    [
      ['-cas', '0', 'example.org', '@', 'MX', '10 mail'],
      '/v1/dns/records/example.org/%40/MX?cas=0',
      { TTL: 0, Records: ['10 mail'] },
    ],
    [
      ['2.0.192.in-addr.arpa', '0/25', 'NS', 'ns.test.'],
      '/v1/dns/records/2.0.192.in-addr.arpa/0%2F25/NS',
      { TTL: 0, Records: ['ns.test.'] },
    ],
    [
      ['.', 'com', 'NS', 'ns.test.'],
      '/v1/dns/records/%40/com/NS',
      { TTL: 0, Records: ['ns.test.'] },
    ],
  ];
  it.each(puts)('%j writes %s', async (words, url, body) => {
    const done = await run('put', ...words);
    expect(done).toMatchObject({ exitCode: 0, asked: [{ method: 'PUT', url, body }] });
    expect(done.stdout).toMatch(/^Stored: .* in /);
  });

  it('fails when the index is another, and with what the agent says', async () => {
    const old = await run('put', '-cas=3', 'example.org', 'old', 'A', '192.0.2.1');
    expect(old).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: 'Error storing old A in example.org: the RRset was changed at another index\n',
    });
    const alias = await run('put', 'example.org', 'www', 'CNAME', 'a');
    expect(alias.exitCode).toBe(1);
    expect(alias.stderr).toContain('409 ("www" has A records)');
  });
});

describe('dns record delete', () => {
  it('says what it deleted', async () => {
    expect(await run('delete', '-cas=7', 'example.org', 'www', 'A')).toMatchObject({
      exitCode: 0,
      stdout: 'Deleted: www A in example.org\n',
      asked: [{ method: 'DELETE', url: '/v1/dns/records/example.org/www/A?cas=7' }],
    });
  });

  it('fails when the index is another', async () => {
    expect(await run('delete', '-cas=1', 'example.org', 'old', 'A')).toMatchObject({
      exitCode: 1,
      stderr: 'Error deleting old A in example.org: the RRset was changed at another index\n',
    });
  });
});

it.each([
  ['get', 'example.org', 'www'],
  ['put', 'example.org', 'www', 'A'],
  ['delete', 'example.org', 'www', 'A', 'x'],
  ['list', 'example.org', 'www', 'A'],
])('%s %s %s asks nothing with too few or too many words', async (...words) => {
  expect(await run(...words)).toMatchObject({ exitCode: 1, stdout: '', asked: [] });
});
