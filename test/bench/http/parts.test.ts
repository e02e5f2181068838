// The parts of the HTTP benchmark that compute: the client that tells replies apart, and the tables. What it measures
// is never asserted.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';

/** The benchmark is plain JavaScript without declarations. */
const part = (name: string) => import(new URL(name, import.meta.url).href);

test('a reply is read to its end however it is cut, and anything but 200 is a failure', async () => {
  const { Connection } = await part('./connection.mjs');
  const replies = [
    'HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 11\r\n\r\nhello world',
    'HTTP/1.1 200 OK\r\n\r\n',
    'HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno',
  ];
  const received: string[] = [];
  const server = createServer((socket: Socket) => {
    socket.setNoDelay(true).on('data', (octets) => {
      received.push(octets.toString());
      const cut = Array.from(replies.shift() ?? '');
      const next = (): void => {
        const octet = cut.shift();
        if (octet !== undefined) socket.write(octet, () => setImmediate(next));
      };
      next();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connection = new Connection(`127.0.0.1:${(server.address() as AddressInfo).port}`);
  try {
    const first = await connection.ask('PUT', '/a', 'é');
    expect(first).toEqual({
      head: 'HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 11',
      body: 'hello world',
    });
    expect(received).toEqual([
      expect.stringMatching(/^PUT \/a HTTP.*Content-Length: 2\r\n\r\né$/s),
    ]);
    expect(await connection.ask('GET', '/b')).toEqual({ head: 'HTTP/1.1 200 OK', body: '' });
    await expect(connection.ask('GET', '/c')).rejects.toThrow('404 Not Found');
  } finally {
    connection.close();
    server.close();
  }
});

test('the table has the median of the runs, and whether it keeps the aim', async () => {
  const { formatResults } = await part('./table.mjs');
  const run = (perSecond: number) => ({ perSecond, perCpuSecond: 2e4, medianMs: 1, p99Ms: 2 });
  const aim = { of: 'perSecond', connections: 32, atLeast: 12_000 };
  const text = formatResults({
    date: '2000-01-01',
    machine: 'm',
    rounds: 3,
    seconds: 1,
    load: 0,
    syncMs: 0.5,
    rows: [{ id: 'put', title: 'of a key', connections: 32, runs: [1, 12_500, 9e9].map(run), aim }],
    facts: [{ what: 'last', value: 51, unit: 'ms', aim: { atMost: 50 } }],
  });
  expect(text).toContain('| 32 | 12,500 | 20,000 | 1.000 | 2.000 | ≥ 12000 ✓ |');
  expect(text).toContain('| last | 51.00 ms | ≤ 50 ✗ |');
});
