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
}

export interface Reply {
  readonly status: number;
  readonly contentType: string;
  /** Parsed where it is JSON, else the text. */
  readonly body: unknown;
}

const REPLY_TIMEOUT_MS = 10_000;

export function exchange({ address, port }: SocketAddress, asked: Exchange): Promise<Reply> {
  const { method, path, body = '' } = asked;
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
        ...(body === ''
          ? {}
          : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }),
      },
    });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      // A refusal may come, and the connection end, before the whole body is sent: the reply is what counts.
      outgoing.removeListener('error', reject).on('error', () => {});
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const contentType = incoming.headers['content-type'] ?? '';
        const text = Buffer.concat(chunks).toString();
        const parsed: unknown = /\bjson\b/.test(contentType) ? JSON.parse(text) : text;
        resolve({ status: incoming.statusCode ?? 0, contentType, body: parsed });
        outgoing.destroy();
      });
    });
    outgoing.end(body);
  });
}
