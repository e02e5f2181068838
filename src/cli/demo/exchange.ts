/**
 * One HTTP request to the agent of a demonstration and what came back, refusals included. Unlike the client of
 * the commands it asks for structured errors and throws for none.
 */
import { request } from 'node:http';
import type { SocketAddress } from './agent-process.ts';

export interface Exchange {
  readonly method: string;
  readonly path: string;
  /** As it goes over the wire. */
  readonly body?: string;
  /**
   * Content-Length of a body that is announced and then held back. A refusal that closes the connection on a body
   * under way can be lost to the reset, so what is to be refused for its size is not sent.
   */
  readonly announcedBytes?: number;
}

export interface Reply {
  readonly status: number;
  readonly contentType: string;
  /** Parsed where it is JSON, else the text. */
  readonly body: unknown;
}

const REPLY_TIMEOUT_MS = 10_000;

export async function exchange(to: SocketAddress, asked: Exchange): Promise<Reply> {
  const { status, contentType, text } = await roundTrip(to, asked);
  const body: unknown = /\bjson\b/.test(contentType) ? JSON.parse(text) : text;
  return { status, contentType, body };
}

type RawReply = Omit<Reply, 'body'> & { readonly text: string };

function roundTrip({ address, port }: SocketAddress, asked: Exchange): Promise<RawReply> {
  const { method, path, body = '', announcedBytes } = asked;
  const length = announcedBytes ?? Buffer.byteLength(body);
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: address,
      port,
      method,
      path,
      agent: false,
      signal: AbortSignal.timeout(REPLY_TIMEOUT_MS),
      headers: {
        Accept: 'application/problem+json, application/json',
        ...(length === 0 ? {} : { 'Content-Type': 'application/json', 'Content-Length': length }),
      },
    });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const { statusCode: status = 0, headers } = incoming;
        const contentType = headers['content-type'] ?? '';
        resolve({ status, contentType, text: Buffer.concat(chunks).toString() });
        outgoing.destroy();
      });
    });
    if (announcedBytes === undefined) outgoing.end(body);
    else outgoing.flushHeaders();
  });
}
