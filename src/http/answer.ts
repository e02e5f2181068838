/**
 * What an endpoint answers, as a value: a status, headers and a body that is a JSON value, a text, octets or nothing.
 * `endpoint.ts` writes it; an endpoint never touches the reply.
 */
import type { Readable } from 'node:stream';

export type Answer =
  | {
      readonly kind: 'json';
      readonly status: number;
      readonly value: unknown;
      readonly headers: Headers;
    }
  | {
      readonly kind: 'text';
      readonly status: number;
      readonly text: string;
      readonly contentType: string;
      readonly headers: Headers;
    }
  | {
      readonly kind: 'octets';
      readonly octets: Buffer;
      readonly contentType: string;
      readonly headers: Headers;
    }
  /** Octets as they are made; what fails after the first cuts the reply off. */
  | {
      readonly kind: 'stream';
      readonly stream: Readable;
      readonly contentType: string;
      readonly headers: Headers;
    }
  /** Octets as they come, without an end: the headers go out before the first. */
  | {
      readonly kind: 'live';
      readonly stream: Readable;
      readonly contentType: string;
      readonly headers: Headers;
    }
  | { readonly kind: 'empty'; readonly status: number; readonly headers: Headers };

export type Headers = Readonly<Record<string, string>>;

const NO_HEADERS: Headers = {};

/** 200 without a body: how Consul acknowledges a write to the agent. */
export const EMPTY: Answer = { kind: 'empty', status: 200, headers: NO_HEADERS };

/** `value` is made of plain objects in the order of their keys, arrays and `GoMap`s. */
export function json(value: unknown, headers: Headers = NO_HEADERS, status = 200): Answer {
  return { kind: 'json', status, value, headers };
}

export function text(
  body: string,
  headers: Headers = NO_HEADERS,
  status = 200,
  contentType = 'text/plain; charset=utf-8',
): Answer {
  return { kind: 'text', status, text: body, contentType, headers };
}
