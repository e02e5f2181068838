/** `dns query`: what it sends, which message it takes for the reply, what it prints, and how it ends. */
import { describe, expect, it } from 'vitest';
import { formatName, formatType, parseName } from '../../src/dns/index.ts';
import { rr } from '../dns/records.ts';
import { type FakeDns, fakeDns, type Replier, replyTo } from './fake-dns.ts';
import { runCommand } from './run-command.ts';

const A = rr('web.example. 60 IN A 192.0.2.1');
const answering: Replier = (query) => [replyTo(query, { answers: [A], flags: 0x0400 })];

const query = ({ host, port }: FakeDns, ...argv: string[]) =>
  runCommand(['dns', 'query', '-server', host, '-port', `${port}`, ...argv]);

/** Asks once, and answers what was asked. */
async function sent(...argv: string[]) {
  const server = await fakeDns((asked) => [replyTo(asked)]);
  expect(await query(server, ...argv)).toMatchObject({ exitCode: 0, stderr: '' });
  const [first] = server.asked;
  if (first === undefined) throw new Error('nothing was asked');
  const { query: message, transport } = first;
  const { name, type, class: recordClass } = message.question ?? { name: '', type: 0, class: 0 };
  const options = message.edns?.options.map(({ code, data }) => ({
    code,
    data: Buffer.from(data).toString('hex'),
  }));
  const question = `${formatName(name)} ${formatType(type)} ${recordClass}`;
  return { question, transport, header: message.header, edns: message.edns, options };
}

describe('a query', () => {
  it('is one for A over UDP, with RD and EDNS', async () => {
    expect(await sent('web.example')).toMatchObject({
      question: 'web.example. A 1',
      transport: 'udp',
      header: { recursionDesired: true, response: false, opcode: 0 },
      edns: { version: 0, payloadBytes: 1232, dnssecOk: false },
      options: [],
    });
  });

  const questions: [argv: string[], question: string][] = [
    [['web.example', 'srv'], 'web.example. SRV 1'],
    [['web.example', 'TYPE65400'], 'web.example. TYPE65400 1'],
    [['-class', 'ch', 'version.bind', 'TXT'], 'version.bind. TXT 3'],
    [['a\\.b\\032c.Example.'], 'a\\.b\\032c.Example. A 1'],
    [['.', 'NS'], '. NS 1'],
    [['-x', '192.0.2.1'], '1.2.0.192.in-addr.arpa. PTR 1'],
    [['-x', '192.0.2.1', 'ANY'], '1.2.0.192.in-addr.arpa. ANY 1'],
    [
      ['-x=2001:db8::1'],
      '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. PTR 1',
    ],
  ];
  it.each(questions)('%j asks for %s', async (argv, question) => {
    expect(await sent(...argv)).toMatchObject({ question });
  });

  const flags: [argv: string[], shown: object][] = [
    [['-tcp'], { transport: 'tcp' }],
    [['--norecurse'], { header: expect.objectContaining({ recursionDesired: false }) }],
    [['-noedns'], { edns: undefined }],
    [
      ['-bufsize=4096', '-dnssec'],
      { edns: expect.objectContaining({ payloadBytes: 4096, dnssecOk: true }) },
    ],
    [['-nsid'], { options: [{ code: 3, data: '' }] }],
    [['-cookie'], { options: [{ code: 10, data: expect.stringMatching(/^[0-9a-f]{16}$/) }] }],
    [['-subnet', '10.31.2.3/12'], { options: [{ code: 8, data: '00010c000a10' }] }],
    [['-subnet', '192.0.2.1'], { options: [{ code: 8, data: '00012000c0000201' }] }],
    [['-subnet', '0.0.0.0/0'], { options: [{ code: 8, data: '00010000' }] }],
    [['-subnet', '2001:db8::/32'], { options: [{ code: 8, data: '0002200020010db8' }] }],
  ];
  it.each(flags)('%j is sent so', async (argv, shown) => {
    expect(await sent(...argv, 'web.example')).toMatchObject(shown);
  });

  it('has an id and a cookie that are new each time', async () => {
    const asked = [];
    for (let again = 0; again < 4; again++) {
      const { header, options } = await sent('-cookie', 'web.example');
      asked.push(`${header.id} ${options?.[0]?.data}`);
    }
    expect(new Set(asked).size).toBe(4);
  });

  it('goes to an IPv6 address', async () => {
    const server = await fakeDns(answering, '::1');
    const { exitCode, stdout } = await runCommand([
      'dns',
      'query',
      `-server=[::1]:${server.port}`,
      '-short',
      'web.example',
    ]);
    expect([exitCode, stdout]).toEqual([0, '192.0.2.1\n']);
  });
});

describe('what is refused', () => {
  const refused: [argv: string[], message: string][] = [
    [[], 'A name is needed, or an address with -x'],
    [['a', 'A', 'B'], 'Too many arguments (expected 2 at most, got 3)'],
    [['-x', '::1', 'A', 'B'], 'Too many arguments (expected 1 at most, got 2)'],
    [['a..b'], '"a..b" is no domain name'],
    [['a', 'FOO'], '"FOO" is no record type'],
    [['-class', 'X', 'a'], '"X" is no class, such as IN or CLASS65280'],
    [['-x', '1.2.3'], '"1.2.3" is no IP address'],
    [['-server', '1::2::3', 'a'], '"1::2::3" is no server, such as 127.0.0.1:8600 or [::1]:8600'],
    [
      ['-server', '[::1]:1', '-port', '2', 'a'],
      'Give the port with -server or with -port, not with both',
    ],
    [['-port', '65536', 'a'], '"65536" is no port'],
    [['-server', '127.0.0.1:0', 'a'], '"0" is no port'],
    [['-timeout', '5', 'a'], '"5" is no time to wait, such as 5s or 500ms'],
    [['-timeout', '0s', 'a'], '"0s" is no time to wait, such as 5s or 500ms'],
    [['-bufsize', '65536', 'a'], '"65536" is no number of octets from 0 to 65535'],
    [['-noedns', '-nsid', 'a'], '-noedns and -nsid exclude each other'],
    [['-short', '-json', 'a'], '-short and -json exclude each other'],
    [['-subnet', '10.0.0.0/33', 'a'], '"10.0.0.0/33" is no subnet, such as 10.1.0.0/16'],
    [['-subnet', '10.0.0.0/', 'a'], '"10.0.0.0/" is no subnet, such as 10.1.0.0/16'],
    [['-subnet', 'here/8', 'a'], '"here" is no IP address'],
  ];
  it.each(refused)('%j', async (argv, message) => {
    const { exitCode, stdout, stderr } = await runCommand(['dns', 'query', ...argv]);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/\n\nUsage: rollcall dns query /);
    expect(stderr.split('\n', 1)[0]).toBe(message);
  });
});

describe('the reply', () => {
  it('is any reply, an error too', async () => {
    const server = await fakeDns((asked) => [replyTo(asked, { rcode: 3 })]);
    const { exitCode, stdout } = await query(server, 'web.example');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('opcode: QUERY, status: NXDOMAIN, id: ');
  });

  it('may lack the question when it is an error', async () => {
    const server = await fakeDns((asked) => [replyTo(asked, { rcode: 1, question: undefined })]);
    expect((await query(server, 'web.example')).stdout).toContain('status: FORMERR');
  });

  it('may repeat the question in other letters', async () => {
    const server = await fakeDns(({ question, ...asked }) => {
      const upper = question && { ...question, name: parseName('WEB.example') ?? '' };
      return [replyTo({ ...asked, question }, { question: upper, answers: [A] })];
    });
    expect((await query(server, '-short', 'web.example')).stdout).toBe('192.0.2.1\n');
  });

  it('comes after forged and broken messages, which are ignored', async () => {
    const server = await fakeDns((asked) => [
      Buffer.from('nonsense'),
      replyTo(asked, { id: asked.header.id ^ 1 }),
      replyTo(asked, { question: { name: parseName('other.example') ?? '', type: 1, class: 1 } }),
      replyTo(asked, { question: undefined }),
      replyTo(asked, { flags: 4 << 11 }),
      replyTo(asked).subarray(0, 20),
      replyTo(asked, { edns: edns('ffffffffffffffff0102030405060708') }),
      replyTo(asked, { answers: [A] }),
    ]);
    const { exitCode, stdout } = await query(server, '-short', '-cookie', 'web.example');
    expect([exitCode, stdout]).toEqual([0, '192.0.2.1\n']);
  });

  it('is asked for again over TCP when it was truncated', async () => {
    const server = await fakeDns((asked, transport) => [
      replyTo(asked, transport === 'udp' ? { flags: 0x0200 } : { answers: [A] }),
    ]);
    const { stdout } = await query(server, 'web.example');
    expect(server.asked.map(({ transport }) => transport)).toEqual(['udp', 'tcp']);
    expect(stdout).toMatch(/^;; Truncated, retrying in TCP mode\.\n;; ->>HEADER/);
    expect(stdout).toContain(`;; SERVER: 127.0.0.1#${server.port}(127.0.0.1) (TCP)\n`);
    expect(stdout).toContain('web.example.\t\t60\tIN\tA\t192.0.2.1\n');
  });

  it('is kept truncated when it is to be', async () => {
    const server = await fakeDns((asked) => [replyTo(asked, { flags: 0x0200 })]);
    const { stdout } = await query(server, '-ignore', 'web.example');
    expect(stdout).toContain(';; flags: qr tc; QUERY: 1');
    expect(server.asked.length).toBe(1);
  });

  it('is shown as JSON', async () => {
    const server = await fakeDns((asked) => [
      replyTo(asked, { answers: [A], flags: 0x0400, edns: edns('0102030405060708') }),
    ]);
    const { stdout } = await query(server, '-json', 'web.example');
    expect(JSON.parse(stdout)).toEqual({
      Rcode: 'NOERROR',
      ID: expect.any(Number),
      Authoritative: true,
      Truncated: false,
      RecursionDesired: false,
      RecursionAvailable: false,
      AuthenticData: false,
      CheckingDisabled: false,
      EDNS: {
        Version: 0,
        PayloadBytes: 1232,
        DNSSECOK: false,
        Options: [{ Code: 10, Data: '0102030405060708' }],
      },
      Question: { Name: 'web.example.', Type: 'A', Class: 'IN' },
      Answer: [{ Name: 'web.example.', Type: 'A', Class: 'IN', TTL: 60, Data: '192.0.2.1' }],
      Authority: [],
      Additional: [],
      Server: '127.0.0.1',
      Port: server.port,
      Transport: 'udp',
      Bytes: expect.any(Number),
      ElapsedMs: expect.any(Number),
    });
  });
});

describe('without a reply the exit code is 2', () => {
  it('when the server is silent', async () => {
    const server = await fakeDns(() => []);
    const stderr = `no reply from 127.0.0.1#${server.port} within 50ms\n`;
    expect(await query(server, '-timeout=50ms', 'web.example')).toEqual({
      exitCode: 2,
      stdout: '',
      stderr,
    });
  });

  it('when all that came was ignored, and says why', async () => {
    const server = await fakeDns((asked) => [
      replyTo(asked, { id: asked.header.id ^ 1 }),
      replyTo(asked, { id: asked.header.id ^ 2 }),
      Buffer.from('?'),
    ]);
    const { exitCode, stderr } = await query(server, '-timeout=1s', 'web.example');
    expect([exitCode, stderr]).toEqual([
      2,
      `no reply from 127.0.0.1#${server.port} within 1s; ignored 2 (another id); ignored 1 ` +
        '(malformed message: short-message at octet 1)\n',
    ]);
  });

  it('when the server closes the connection', async () => {
    const server = await fakeDns(() => []);
    const stderr = `no reply from 127.0.0.1#${server.port}: the connection was closed\n`;
    expect(await query(server, '-tcp', 'web.example')).toMatchObject({ exitCode: 2, stderr });
  });

  it.each([[[]], [['-tcp']]])('when nobody listens %j', async (argv) => {
    const server: FakeDns = { host: '127.0.0.1', port: 1, asked: [] };
    const stderr = 'no reply from 127.0.0.1#1: connection refused\n';
    expect(await query(server, ...argv, 'web.example')).toMatchObject({ exitCode: 2, stderr });
  });

  it('when the server has no address', async () => {
    const argv = ['dns', 'query', '-server=a..b', 'web.example'];
    const stderr = 'no address of the server "a..b" is known\n';
    expect(await runCommand(argv)).toMatchObject({ exitCode: 2, stderr });
  });
});

/** An OPT with a cookie. */
function edns(cookie: string) {
  const options = [{ code: 10, data: Buffer.from(cookie, 'hex') }];
  return { version: 0, payloadBytes: 1232, dnssecOk: false, options };
}
