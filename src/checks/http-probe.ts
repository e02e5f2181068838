/**
 * The HTTP check: one request on a connection of its own, redirects followed unless forbidden, and the status code
 * as the verdict: 2xx passes, 429 warns, all else is critical. Of the body only the last bytes are ever held, and a
 * body that never ends costs no more than the check's timeout. Time limits come from the signal alone: undici's own
 * are too coarse. undici is loaded by the first run: it takes longer than all else an agent starts with.
 */
import { STATUS_CODES } from 'node:http';
import { isIP } from 'node:net';
import type { Agent, Dispatcher } from 'undici';
import { limits } from '../runtime/index.ts';
import { connectionErrorText } from './connection-error.ts';
import type { CheckDefinition, CheckStatus } from './definition.ts';
import type { ProbeKind, ProbeResult } from './probe.ts';

export const httpProbe: ProbeKind = {
  kind: 'http',
  create: (definition, outputBytesMax) => ({
    kind: 'http',
    run: (signal) => look(definition, outputBytesMax, signal),
  }),
};

type Headers = Readonly<Record<string, readonly string[]>>;

interface Connection {
  readonly dispatcher: Agent;
  readonly request: typeof import('undici').request;
}

interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string | null;
}

/** A failure that Go would report with the URL it happened at. */
class HopError extends Error {
  readonly hop: Hop;

  constructor(hop: Hop, message: string) {
    super(message);
    this.hop = hop;
  }
}

const AWAITING_HEADERS =
  'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';

/** Headers about the connection, which is ours, and the length, which follows from the body. */
const CONNECTION_HEADERS = new Set(
  'connection content-length expect keep-alive transfer-encoding upgrade'.split(' '),
);

/** Go drops these when a redirect leads to another host. */
const CREDENTIAL_HEADERS = new Set('authorization cookie cookie2 www-authenticate'.split(' '));

async function look(
  definition: CheckDefinition,
  outputBytesMax: number,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const target = definition.http ?? '';
  const method = definition.method || 'GET';
  const url = readUrl(target);
  if (typeof url === 'string') return critical(`${operation(method)} "${target}": ${url}`);

  const connection = await openConnection(definition);
  try {
    const body = definition.body || null;
    const first: Hop = { url, method, headers: headersOf(definition, url), body };
    const follow = definition.disableRedirects !== true;
    const { statusCode, statusText, body: stream } = await send(first, connection, signal, follow);
    const tail = await readTail(stream, outputBytesMax);
    const status = `${statusCode} ${statusText || STATUS_CODES[statusCode] || ''}`;
    const output = `HTTP ${method} ${target}: ${status} Output: ${tail}`;
    return { status: verdict(statusCode), output };
  } catch (error) {
    const { url: at, method: by } = error instanceof HopError ? error.hop : { url, method };
    const text = signal.aborted ? AWAITING_HEADERS : connectionErrorText(error);
    return critical(`${operation(by)} "${withoutPassword(at, target)}": ${text}`);
  } finally {
    // Whatever is still open, a half-read body included, ends with the run.
    connection.dispatcher.destroy().catch(() => {});
  }
}

function verdict(statusCode: number): CheckStatus {
  if (statusCode >= 200 && statusCode <= 299) return 'passing';
  return statusCode === 429 ? 'warning' : 'critical';
}

/** One connection a request and none kept: a check must see what a new client would. */
async function openConnection(definition: CheckDefinition): Promise<Connection> {
  const { Agent, buildConnector, request } = await import('undici');
  const connector = buildConnector({ rejectUnauthorized: definition.tlsSkipVerify !== true });
  const dispatcher = new Agent({
    pipelining: 0,
    headersTimeout: 0,
    bodyTimeout: 0,
    // The name to verify is that of the URL or of the definition, not that of a Host header.
    connect: (options, callback) => {
      const name = definition.tlsServerName || (isIP(options.hostname) ? '' : options.hostname);
      connector({ ...options, servername: name }, callback);
    },
  });
  return { dispatcher, request };
}

/** Sends the request and those that redirects ask for; resolves with the head of the last response. */
async function send(
  first: Hop,
  connection: Connection,
  signal: AbortSignal,
  follow: boolean,
): Promise<Dispatcher.ResponseData> {
  let hop = first;
  for (let redirects = 0; ; redirects++) {
    const response = await sendOnce(hop, connection, signal);
    // A body that is abandoned or cut off fails later, when nobody listens any more.
    response.body.on('error', () => {});
    const next = follow ? redirected(hop, response) : undefined;
    if (next === undefined) return response;
    response.body.destroy();
    if (redirects >= limits.checkRedirects.default) {
      throw new HopError(next, `stopped after ${limits.checkRedirects.default} redirects`);
    }
    hop = next;
  }
}

async function sendOnce(
  hop: Hop,
  { dispatcher, request }: Connection,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  try {
    return await request(hop.url, {
      dispatcher,
      signal,
      method: hop.method as Dispatcher.HttpMethod,
      headers: wireHeaders(hop.headers),
      body: hop.body,
    });
  } catch (error) {
    throw new HopError(hop, connectionErrorText(error));
  }
}

/** The request that a redirect asks for; undefined when the response is the last one. */
function redirected(hop: Hop, response: Dispatcher.ResponseData): Hop | undefined {
  const { statusCode } = response;
  if (![301, 302, 303, 307, 308].includes(statusCode)) return undefined;
  const [location] = [response.headers.location ?? []].flat();
  if (location === undefined || !URL.canParse(location, hop.url.href)) return undefined;

  const url = new URL(location, hop.url);
  const unsupported = unsupportedScheme(url);
  if (unsupported !== undefined) throw new HopError({ ...hop, url }, unsupported);
  const sameHost = url.host === hop.url.host;
  const kept = Object.entries(hop.headers).filter(
    ([name]) => name !== 'host' && (sameHost || !CREDENTIAL_HEADERS.has(name)),
  );
  const headers = Object.fromEntries(kept);
  // RFC 9110 §15.4: 307 and 308 repeat the request; the older ones become a GET, as every client does it.
  if (statusCode === 307 || statusCode === 308) return { ...hop, url, headers };
  const method = hop.method === 'HEAD' ? 'HEAD' : 'GET';
  return { url, method, headers, body: null };
}

/** The definition's headers under lower-case names, and those that Consul sends unless told otherwise. */
function headersOf(definition: CheckDefinition, url: URL): Headers {
  const headers: Record<string, readonly string[]> = {
    'user-agent': ['Consul Health Check'],
    accept: ['text/plain, text/*, */*'],
  };
  if (url.username !== '' || url.password !== '') {
    const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers.authorization = [`Basic ${Buffer.from(credentials).toString('base64')}`];
  }
  for (const [name, values] of Object.entries(definition.header ?? {})) {
    if (!CONNECTION_HEADERS.has(name.toLowerCase())) headers[name.toLowerCase()] = values;
  }
  return headers;
}

/** undici takes a list only for headers that may repeat; Host, for one, may not. */
function wireHeaders(headers: Headers): Record<string, string | string[]> {
  const flat = ([name, values]: [string, readonly string[]]): [string, string | string[]] => {
    const [only = ''] = values;
    return [name, values.length > 1 ? [...values] : only];
  };
  return Object.fromEntries(Object.entries(headers).map(flat));
}

/** The last `bytesMax` bytes of a body, or of what came before it broke off: the status line has already decided. */
async function readTail(body: AsyncIterable<Buffer>, bytesMax: number): Promise<string> {
  let tail: Buffer = Buffer.alloc(0);
  let bytesRead = 0;
  try {
    for await (const chunk of body) {
      tail = Buffer.concat([tail, chunk]).subarray(-bytesMax);
      bytesRead += chunk.length;
      if (bytesRead >= limits.checkBodyBytes.default) break;
    }
  } catch {
    // Timed out or cut off: Consul, too, keeps the status and what it has read.
  }
  return tail.toString();
}

function readUrl(target: string): URL | string {
  if (!URL.canParse(target)) return 'unsupported protocol scheme ""';
  const url = new URL(target);
  return unsupportedScheme(url) ?? url;
}

function unsupportedScheme(url: URL): string | undefined {
  if (url.protocol === 'http:' || url.protocol === 'https:') return undefined;
  return `unsupported protocol scheme "${url.protocol.slice(0, -1)}"`;
}

/** Go capitalises the method in front of the URL of a failed request. */
function operation(method: string): string {
  return method.slice(0, 1).toUpperCase() + method.slice(1).toLowerCase();
}

/** The URL as the definition spells it, while that is where the failure was; never with a password. */
function withoutPassword(at: URL, target: string): string {
  if (at.password !== '') {
    const masked = new URL(at);
    masked.password = '***';
    return masked.href;
  }
  return at.href === new URL(target).href ? target : at.href;
}

function critical(output: string): ProbeResult {
  return { status: 'critical', output };
}
