import { describe, expect, it } from 'vitest';
import { type CheckDefinition, PROBE_KINDS } from '../../src/checks/index.ts';
import { closedPort, tcpServer, tlsServer } from './loopback.ts';

function look(fields: Partial<CheckDefinition>, signal = new AbortController().signal) {
  const definition = { checkId: 'c', name: 'c', serviceId: '', intervalMs: 1000, ...fields };
  return PROBE_KINDS.find((row) => row.kind === 'tcp')!
    .create(definition, 4096)
    .run(signal);
}

describe('a TCP check', () => {
  it('passes when the connection is made', async () => {
    const tcp = await tcpServer();
    expect(await look({ tcp })).toEqual({
      status: 'passing',
      output: `TCP connect ${tcp}: Success`,
    });
  });

  it('names the refused address', async () => {
    const tcp = await closedPort();
    expect(await look({ tcp })).toEqual({
      status: 'critical',
      output: `dial tcp ${tcp}: connect: connection refused`,
    });
  });

  it('reads a port without a host as one of this machine', async () => {
    const port = (await tcpServer()).split(':')[1];
    expect((await look({ tcp: `:${port}` })).output).toBe(`TCP connect :${port}: Success`);
  });

  it('says that it timed out', async () => {
    const tcp = await tcpServer();
    expect(await look({ tcp, tcpUseTls: true }, AbortSignal.timeout(20))).toEqual({
      status: 'critical',
      output: `dial tcp ${tcp}: i/o timeout`,
    });
  });

  const mistakes: [string, string][] = [
    ['localhost', 'dial tcp: address localhost: missing port in address'],
    ['[::1]', 'dial tcp: address [::1]: missing port in address'],
    ['::1', 'dial tcp: address ::1: too many colons in address'],
    ['localhost:http-alt', 'dial tcp: lookup tcp/http-alt: unknown port'],
    ['localhost:70000', 'dial tcp: address 70000: invalid port'],
  ];
  it.each(mistakes)('explains what is wrong with %s', async (tcp, output) => {
    expect(await look({ tcp })).toEqual({ status: 'critical', output });
  });

  it('with TLS refuses a certificate nobody vouches for', async () => {
    const result = await look({ tcp: await tlsServer(), tcpUseTls: true });
    expect(result.status).toBe('critical');
    expect(result.output).toContain('x509: certificate signed by unknown authority');
  });

  it('with TLS and TLSSkipVerify takes it', async () => {
    const tcp = await tlsServer();
    const fields = { tcp, tcpUseTls: true, tlsSkipVerify: true, tlsServerName: 'check.test' };
    expect((await look(fields)).output).toBe(`TCP+TLS connect ${tcp}: Success`);
  });

  it('with TLS fails where the other end hangs up', async () => {
    const tcp = await tcpServer((socket) => socket.end());
    expect((await look({ tcp, tcpUseTls: true })).status).toBe('critical');
  });
});
