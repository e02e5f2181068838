import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { type CheckDefinition, PROBE_KINDS } from '../../src/checks/index.ts';
import { closedPort, httpServer, httpsServer, tcpServer } from './loopback.ts';

function look(
  fields: Partial<CheckDefinition>,
  options: { signal?: AbortSignal; max?: number } = {},
) {
  const definition = { checkId: 'c', name: 'c', serviceId: '', intervalMs: 1000, ...fields };
  return PROBE_KINDS.find((row) => row.kind === 'http')!
    .create(definition, options.max ?? 4096)
    .run(options.signal ?? new AbortController().signal);
}

describe('the status code is the verdict', () => {
  const table: [number, string, string][] = [
    [200, 'passing', '200 OK'],
    [204, 'passing', '204 No Content'],
    [299, 'passing', '299 Fine'],
    [429, 'warning', '429 Too Many Requests'],
    [304, 'critical', '304 Not Modified'],
    [404, 'critical', '404 Not Found'],
    [500, 'critical', '500 Internal Server Error'],
  ];
  it.each(table)('%d is %s', async (code, status, text) => {
    const address = await httpServer((_request, response) => {
      response.statusCode = code;
      if (code === 299) response.statusMessage = 'Fine';
      response.end(code === 204 || code === 304 ? undefined : 'hello');
    });
    const http = `http://${address}/health`;
    const body = code === 204 || code === 304 ? '' : 'hello';
    const result = await look({ http });
    expect(result.status).toBe(status);
    expect(result.output).toBe(`HTTP GET ${http}: ${text} Output: ${body}`);
  });
});

async function seen(fields: Partial<CheckDefinition>): Promise<IncomingMessage & { text: string }> {
  const requests: (IncomingMessage & { text: string })[] = [];
  const address = await httpServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    requests.push(Object.assign(request, { text }));
    response.end();
  });
  const scheme = fields.http ?? 'http://';
  await look({ ...fields, http: `${scheme}${address}/path?a=b` });
  return requests[0]!;
}

describe('what an HTTP check sends', () => {
  it('is a GET that says who asks, on a connection of its own', async () => {
    const request = await seen({});
    expect(request.method).toBe('GET');
    expect(request.url).toBe('/path?a=b');
    expect(request.headers['user-agent']).toBe('Consul Health Check');
    expect(request.headers.accept).toBe('text/plain, text/*, */*');
    expect(request.headers.connection).toBe('close');
  });

  it('has the method, body and headers of the definition', async () => {
    const header = {
      'X-Two': ['a', 'b'],
      Host: ['web.example'],
      'User-Agent': ['other'],
      Connection: ['upgrade'],
      'Content-Length': ['999'],
    };
    const request = await seen({ method: 'POST', body: '{"a":1}', header });
    expect(request.method).toBe('POST');
    expect(request.text).toBe('{"a":1}');
    expect(request.headers).toMatchObject({
      'x-two': 'a, b',
      host: 'web.example',
      'user-agent': 'other',
      connection: 'close',
      'content-length': '7',
    });
  });

  it('turns credentials in the URL into an Authorization header', async () => {
    const request = await seen({ http: 'http://user:p%40ss@' });
    expect(request.headers.authorization).toBe(
      `Basic ${Buffer.from('user:p@ss').toString('base64')}`,
    );
  });
});

describe('redirects', () => {
  const chain = (requests: string[], code = 302) =>
    httpServer((request, response) => {
      requests.push(`${request.method} ${request.url} ${request.headers.authorization ?? '-'}`);
      if (request.url === '/end') return void response.end('arrived');
      const location = request.url === '/loop' ? '/loop' : '/end';
      response.writeHead(code, { location }).end('moved');
    });

  it('are followed', async () => {
    const requests: string[] = [];
    const address = await chain(requests);
    const header = { Authorization: ['secret'] };
    const result = await look({
      http: `http://${address}/start`,
      method: 'POST',
      body: 'x',
      header,
    });
    expect(result).toEqual({
      status: 'passing',
      output: `HTTP POST http://${address}/start: 200 OK Output: arrived`,
    });
    expect(requests).toEqual(['POST /start secret', 'GET /end secret']);
  });

  it('of kind 307 repeat the method', async () => {
    const requests: string[] = [];
    const address = await chain(requests, 307);
    await look({ http: `http://${address}/start`, method: 'PUT', body: 'x' });
    expect(requests).toEqual(['PUT /start -', 'PUT /end -']);
  });

  it('to another host do not carry credentials along', async () => {
    const requests: string[] = [];
    const target = await chain(requests);
    const address = await httpServer((_request, response) => {
      response.writeHead(301, { location: `http://${target}/end` }).end();
    });
    const header = { Authorization: ['secret'] };
    await look({ http: `http://${address}/`, header });
    expect(requests).toEqual(['GET /end -']);
  });

  it('are the result when they are disabled', async () => {
    const address = await chain([]);
    const http = `http://${address}/start`;
    expect(await look({ http, disableRedirects: true })).toEqual({
      status: 'critical',
      output: `HTTP GET ${http}: 302 Found Output: moved`,
    });
  });

  it('end after ten', async () => {
    const requests: string[] = [];
    const address = await chain(requests);
    expect(await look({ http: `http://${address}/loop` })).toEqual({
      status: 'critical',
      output: `Get "http://${address}/loop": stopped after 10 redirects`,
    });
    expect(requests).toHaveLength(11);
  });

  it('to another scheme are refused', async () => {
    const address = await httpServer((_request, response) => {
      response.writeHead(302, { location: 'ftp://files.example/' }).end();
    });
    expect((await look({ http: `http://${address}/` })).output).toBe(
      'Get "ftp://files.example/": unsupported protocol scheme "ftp"',
    );
  });
});

describe('the body', () => {
  it('is kept to its last bytes', async () => {
    const address = await httpServer((_request, response) => {
      response.end(`${'a'.repeat(100_000)}tail`);
    });
    const { output } = await look({ http: `http://${address}/` }, { max: 8 });
    expect(output.endsWith('Output: aaaatail')).toBe(true);
  });

  it('that never ends is read only so far', async () => {
    const block = Buffer.alloc(1 << 20, 'x');
    const address = await httpServer((_request, response) => {
      const more = () => {
        while (response.writable && response.write(block));
        response.once('drain', more);
      };
      more();
    });
    const result = await look({ http: `http://${address}/` }, { max: 16 });
    expect(result.status).toBe('passing');
    expect(result.output.endsWith(`Output: ${'x'.repeat(16)}`)).toBe(true);
  });

  it('that trickles does not outlive the timeout, and the code still counts', async () => {
    const timeout = new AbortController();
    const address = await httpServer((_request, response) => {
      const trickle = setInterval(() => response.write('.'), 5);
      const timer = setTimeout(() => timeout.abort(), 250);
      response.on('close', () => {
        clearInterval(trickle);
        clearTimeout(timer);
      });
    });
    const result = await look({ http: `http://${address}/` }, { signal: timeout.signal });
    expect(result.status).toBe('passing');
    expect(result.output).toMatch(/: 200 OK Output: \.+$/);
  });

  it('that breaks off leaves the code standing', async () => {
    const address = await tcpServer((socket) => {
      socket.once('data', () =>
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf a bo'),
      );
    });
    expect((await look({ http: `http://${address}/` })).output).toMatch(
      /200 OK Output: half a bo$/,
    );
  });
});

describe('what goes wrong on the way', () => {
  it('names the URL and the refused address', async () => {
    const address = await closedPort();
    expect(await look({ http: `http://${address}` })).toEqual({
      status: 'critical',
      output: `Get "http://${address}": dial tcp ${address}: connect: connection refused`,
    });
  });

  it('is a timeout when no head arrives', async () => {
    const http = `http://${await tcpServer()}/`;
    expect(await look({ http }, { signal: AbortSignal.timeout(30) })).toEqual({
      status: 'critical',
      output: `Get "${http}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
    });
  });

  it('is the end of the connection when the server hangs up', async () => {
    const http = `http://${await tcpServer((socket) => socket.once('data', () => socket.end()))}/`;
    expect(await look({ http, method: 'POST' })).toEqual({
      status: 'critical',
      output: `Post "${http}": EOF`,
    });
  });

  it.each([
    ['example', 'Get "example": unsupported protocol scheme ""'],
    ['ftp://files.example/', 'Get "ftp://files.example/": unsupported protocol scheme "ftp"'],
  ])('is said of %s', async (http, output) => {
    expect(await look({ http })).toEqual({ status: 'critical', output });
  });

  it('never shows a password', async () => {
    const address = await closedPort();
    const { output } = await look({ http: `http://user:secret@${address}/` });
    expect(output).toContain(`Get "http://user:***@${address}/"`);
  });
});

describe('over TLS', () => {
  const ok = () => httpsServer((_request, response) => void response.end('safe'));

  it('an unknown certificate is critical', async () => {
    const http = `https://${await ok()}/`;
    expect(await look({ http })).toEqual({
      status: 'critical',
      output: `Get "${http}": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
    });
  });

  it('TLSSkipVerify takes any', async () => {
    const http = `https://${await ok()}/`;
    expect((await look({ http, tlsSkipVerify: true })).output).toBe(
      `HTTP GET ${http}: 200 OK Output: safe`,
    );
  });

  it('TLSServerName is the name that is asked for, whatever the Host header says', async () => {
    const names: unknown[] = [];
    const address = await httpsServer((request, response) => {
      names.push((request.socket as { servername?: unknown } & typeof request.socket).servername);
      response.end();
    });
    const fields = { tlsSkipVerify: true, header: { Host: ['other.test'] } };
    await look({ http: `https://${address}/`, tlsServerName: 'check.test', ...fields });
    await look({ http: `https://${address.replace('127.0.0.1', 'localhost')}/`, ...fields });
    expect(names).toEqual(['check.test', 'localhost']);
  });
});
