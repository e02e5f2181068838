/** What every kind of probe promises to the runner, run over all of them. */
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type CheckDefinition, PROBE_KINDS } from '../../src/checks/index.ts';
import { closedPort, tcpServer, tlsServer } from './loopback.ts';

interface Subject {
  readonly kind: string;
  /** A definition that looks at `address`. */
  at(address: string): CheckDefinition;
  /** A thing that accepts a connection and then leaves the probe waiting. */
  hang(onConnection: (socket: Socket) => void): Promise<string>;
}

const base = { checkId: 'c', name: 'c', serviceId: '', intervalMs: 1000 };

const SUBJECTS: readonly Subject[] = [
  { kind: 'http', at: (address) => ({ ...base, http: `http://${address}/` }), hang: tcpServer },
  {
    kind: 'tcp',
    at: (address) => ({ ...base, tcp: address, tcpUseTls: true }),
    hang: tcpServer,
  },
];

it('every kind of probe keeps the contract below', () => {
  expect(SUBJECTS.map((subject) => subject.kind)).toEqual(PROBE_KINDS.map((row) => row.kind));
});

describe.each(SUBJECTS)('a probe of kind $kind', (subject) => {
  const row = PROBE_KINDS.find((candidate) => candidate.kind === subject.kind)!;
  const probeAt = (address: string) => row.create(subject.at(address), 4096);

  it('names its kind', () => {
    expect(probeAt('127.0.0.1:1').kind).toBe(subject.kind);
  });

  it('says that a refused connection is critical', async () => {
    const address = await closedPort();
    const result = await probeAt(address).run(new AbortController().signal);
    expect(result.status).toBe('critical');
    expect(result.output).toContain(`dial tcp ${address}: connect: connection refused`);
  });

  it('settles as critical when it is aborted, and closes its connection', async () => {
    const controller = new AbortController();
    const closed = deferred();
    const address = await subject.hang((socket) => {
      socket.on('error', () => {});
      socket.on('close', () => closed.resolve());
      socket.resume();
      controller.abort();
    });
    const result = await probeAt(address).run(controller.signal);
    expect(result.status).toBe('critical');
    await closed.promise;
  });

  it('settles at once when it is aborted before it starts', async () => {
    const address = await tlsServer();
    const result = await probeAt(address).run(AbortSignal.abort());
    expect(result.status).toBe('critical');
  });

  it('calls nonsense critical instead of rejecting', async () => {
    for (const address of ['', ':', 'a b:1', '[::1', '127.0.0.1:99999', '127.0.0.1:x']) {
      const result = await probeAt(address).run(new AbortController().signal);
      expect(result.status).toBe('critical');
    }
  });
});

function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve: () => resolve() };
}
