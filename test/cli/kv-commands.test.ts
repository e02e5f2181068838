/** Goal: keys can be written, read and moved from a shell as with Consul. Method: the commands on a built agent. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bin, startAgentChild } from '../support/agent-child.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type Outcome, runCommand } from './run-command.ts';
import { runShell } from './run-shell.ts';

type Kv = (...argv: string[]) => Promise<Outcome>;

async function startKv(): Promise<{ readonly kv: Kv; readonly url: string }> {
  const { url } = await startAgentChild({ args: ['-dev'] });
  return { url, kv: (...argv) => runCommand(['kv', ...argv], { CONSUL_HTTP_ADDR: url }) };
}

const done = (stdout: string): Outcome => ({ exitCode: 0, stdout, stderr: '' });
const refused = (stderr: string): Outcome => ({ exitCode: 1, stdout: '', stderr: `${stderr}\n` });

describe('keys', () => {
  it('are written, read, listed and deleted', async () => {
    const { kv } = await startKv();
    expect(await kv('put', 'app/port', '8080')).toEqual(
      done('Success! Data written to: app/port\n'),
    );
    await kv('put', 'app/a/b', '-5');
    await kv('put', 'app/c/empty');
    expect((await kv('put', 'app/x/../b', '1')).stderr).toContain('response code: 301');
    expect(await kv('get', '/app/port')).toEqual(done('8080\n'));
    expect(await kv('get', '-base64', 'app/port')).toEqual(done('ODA4MA==\n'));
    expect(await kv('get', '-recurse', 'app/')).toEqual(
      done('app/a/b:-5\napp/c/empty:\napp/port:8080\n'),
    );
    expect(await kv('get', '-keys', 'app/')).toEqual(done('app/a/\napp/c/\napp/port\n'));
    expect(await kv('get', '-keys', '-separator=')).toEqual(
      done('app/a/b\napp/c/empty\napp/port\n'),
    );
    expect(await kv('get', '-recurse', 'none')).toEqual(done(''));
    expect(await kv('delete', 'app/a/b')).toEqual(done('Success! Deleted key: app/a/b\n'));
    expect(await kv('get', 'app/a/b')).toEqual(refused('Error! No key exists at: app/a/b'));
    expect(await kv('delete', '-recurse', 'app')).toEqual(
      done('Success! Deleted keys with prefix: app\n'),
    );
    expect(await kv('get', '-keys')).toEqual(done(''));
  });

  it('show all that is known of them, flags to the last bit', async () => {
    const { kv } = await startKv();
    await kv('put', '-flags=18446744073709551615', 'a', 'one');
    const { stdout } = await kv('get', '-detailed', 'a');
    expect(stdout.replaceAll(/(Index +)[1-9]\d*/g, '$1N')).toBe(
      `CreateIndex      N
Flags            18446744073709551615
Key              a
LockIndex        0
ModifyIndex      N
Session          -
Value            one
`,
    );
    await kv('put', 'b', 'two');
    const both = await kv('get', '-detailed', '-recurse', '-base64');
    expect(both.stdout).toMatch(/^Value {12}b25l\n\nCreateIndex {6}\d+$/m);
  });

  it('are written only at the index that is asked for', async () => {
    const { kv } = await startKv();
    const cas = (index: string, ...rest: string[]) =>
      kv('put', '-cas', `-modify-index=${index}`, ...rest);
    expect(await cas('0', 'a', '1')).toEqual(done('Success! Data written to: a\n'));
    expect(await cas('0', 'a', '2')).toEqual(
      refused('Error! Did not write to a: CAS performed with index=0 and key already exists.'),
    );
    expect(await cas('1', 'a', '2')).toEqual(refused('Error! Did not write to a: CAS failed'));
    expect(await kv('delete', '-cas', '-modify-index=1', 'a')).toEqual(
      refused('Error! Did not delete key a: CAS failed'),
    );
    const index = /ModifyIndex +(\d+)/.exec((await kv('get', '-detailed', 'a')).stdout)?.[1] ?? '';
    expect(await kv('delete', '-cas', `-modify-index=${index}`, 'a')).toMatchObject({
      exitCode: 0,
    });
  });

  it('are locked and unlocked by a session', async () => {
    const { kv, url } = await startKv();
    const reply = await fetch(`${url}/v1/session/create`, { method: 'PUT' });
    const { ID: session } = (await reply.json()) as { ID: string };
    const [acquire, release] = ['acquire', 'release'].map(
      (verb) => () => kv('put', `-${verb}`, `-session=${session}`, 'a'),
    ) as [() => Promise<Outcome>, () => Promise<Outcome>];
    expect(await acquire()).toEqual(done('Success! Lock acquired on: a\n'));
    expect((await kv('get', '-detailed', 'a')).stdout).toContain(`Session          ${session}\n`);
    expect(await release()).toEqual(done('Success! Lock released on: a\n'));
    expect(await release()).toEqual(refused('Error! Did not release lock'));
  });

  it.each([
    ['get', 'Error! Missing KEY argument'],
    ['get a b', 'Too many arguments (expected 1, got 2)'],
    ['put', 'Error! Missing KEY argument'],
    ['put a b c', 'Error! Too many arguments (expected 1 or 2, got 3)'],
    ['put /a b', "Error! Invalid key. Key must not begin with a '/': /a"],
    ['put -base64 a b', 'Error! Cannot base 64 decode data: illegal base64 data'],
    ['put -acquire a', 'Error! Missing -session (required with -acquire and -release)'],
    ['put -cas a b', 'Must specify -modify-index with -cas!'],
    [
      'delete -cas a',
      'Cannot delete a key that does not exist. Provide a -modify-index greater than than 0.',
    ],
    ['delete -modify-index=1 a', 'Cannot specify -modify-index without -cas!'],
    ['delete -cas -modify-index=1 -recurse a', 'Cannot specify both -cas and -recurse!'],
    ['import', 'Error! Missing DATA argument'],
    ['import {}', 'Cannot unmarshal data: it is no list'],
    [
      'import [{"key":"a","value":"x"}]',
      'Error base 64 decoding value for key a: illegal base64 data',
    ],
    ['import [{"key":"a"},{"value":""}]', 'Cannot unmarshal data: an entry without a key'],
    [
      'import [{"key":1}]',
      'Cannot unmarshal data: json: cannot unmarshal number into Go struct field Entry.key of type string',
    ],
    [
      'import [{"key":"a","flags":"1"}]',
      'Cannot unmarshal data: json: cannot unmarshal string into Go struct field Entry.flags of type uint64',
    ],
    [
      'import [{"key":"a","flags":1.50}]',
      'Cannot unmarshal data: json: cannot unmarshal number 1.50 into Go struct field Entry.flags of type uint64',
    ],
    [
      'import [{"key":"a","value":[]}]',
      'Cannot unmarshal data: json: cannot unmarshal array into Go struct field Entry.value of type string',
    ],
  ])('are not touched by "kv %s"', async (line, message) => {
    expect(await runCommand(['kv', ...line.split(' ')])).toEqual(refused(message));
  });
});

it('values come from files, standard input and base 64, octet for octet', async () => {
  const { kv, url } = await startKv();
  const file = join(temporaryFolder(), 'value');
  writeFileSync(file, Buffer.from([0, 255, 10]));
  await kv('put', 'file', `@${file}`);
  await kv('put', '-base64', 'base64', 'AP8K');
  const { stdout } = await runShell(
    `"$bin" kv put stdin - <"$file" && "$bin" kv get stdin | od -An -tx1`,
    { CONSUL_HTTP_ADDR: url, bin, file },
  );
  expect(stdout).toMatch(/ 00 ff 0a 0a\n$/);
  expect((await kv('get', '-recurse', '-base64')).stdout).toBe(
    'base64:AP8K\nfile:AP8K\nstdin:AP8K\n',
  );
  expect(await kv('put', 'x', `@${file}.none`)).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/^Error! Failed to read file: .*no such file or directory/),
  });
});

it('an export is what an import takes, in another folder, too', async () => {
  const { kv } = await startKv();
  await kv('put', '-flags=9007199254740993', 'app/a', 'one');
  await kv('put', 'app/folder/');
  const { stdout } = await kv('export', 'app/');
  expect(stdout).toBe(`[
\t{
\t\t"key": "app/a",
\t\t"flags": 9007199254740993,
\t\t"value": "b25l"
\t},
\t{
\t\t"key": "app/folder/",
\t\t"flags": 0,
\t\t"value": ""
\t}
]
`);
  expect(await kv('import', '-prefix=copy/', stdout)).toEqual(
    done('Imported: copy/app/a\nImported: copy/app/folder/\n'),
  );
  const copy = await kv('export', 'copy/');
  expect(copy.stdout).toBe(stdout.replaceAll('"app/', '"copy/app/'));
  expect(await kv('export', 'none')).toEqual(done('[]\n'));
});

it('an import matches names in any case, passes others over, and takes null for nothing', async () => {
  const { kv } = await startKv();
  const data = '[{"Key":"z","FLAGS":18446744073709551615,"Value":null,"namespace":1}]';
  expect(await kv('import', data)).toEqual(done('Imported: z\n'));
  expect((await kv('export', 'z')).stdout).toContain('"flags": 18446744073709551615,');
});
