/** An HTTP server that answers with recorded bodies of the API and keeps what it was asked. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly token: string;
  readonly authorization: string;
  readonly body: unknown;
}

export interface FakeAgent {
  /** As CONSUL_HTTP_ADDR takes it. */
  readonly address: string;
  readonly asked: Asked[];
}

/** A reply by `METHOD /path` without its query; a text is a refusal with its status in front. */
export type Replies = Readonly<Record<string, unknown>>;

/** Listens on a free port of loopback, or on `socketPath`. */
export async function fakeAgent(replies: Replies, socketPath?: string): Promise<FakeAgent> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const url = request.url ?? '';
    asked.push({
      method: request.method ?? '',
      url,
      token: String(request.headers['x-consul-token'] ?? ''),
      authorization: request.headers.authorization ?? '',
      body: text === '' ? undefined : JSON.parse(text),
    });
    const reply = replies[`${request.method} ${url.split('?', 1)[0]}`];
    const refusal = /^(\d{3}) (.*)$/s.exec(typeof reply === 'string' ? reply : '');
    if (refusal !== null) response.writeHead(Number(refusal[1])).end(refusal[2]);
    else if (reply === undefined) response.writeHead(404).end('Invalid URL path');
    else response.end(reply === null ? '' : JSON.stringify(reply));
  });
  await new Promise<void>((ready) => {
    if (socketPath === undefined) server.listen(0, '127.0.0.1', ready);
    else server.listen(socketPath, ready);
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  if (socketPath !== undefined) return { address: `unix://${socketPath}`, asked };
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}
