/**
 * The HTTP client of the commands: one request at a time to one agent, over TCP or a unix socket. Its errors
 * read as those of Consul's own client do; what they interrupt is the command's to say.
 */
import { Agent, request } from 'undici';
import { parseLossless } from '../runtime/index.ts';
import { type ClientSettings, clientSettings } from './client-settings.ts';
import { CommandError, type Invocation } from './command.ts';
import { textOf } from './json-value.ts';

export type Query = Readonly<Record<string, string | readonly string[]>>;

export interface ApiRequest {
  /** What is being done, for the error: `listing nodes` makes `Error listing nodes: …`. */
  readonly doing: string;
  /** From `/v1/`, already escaped. */
  readonly path: string;
  readonly query?: Query;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly octets?: Uint8Array;
  /** What is not there (404) is an error of a read, too. */
  readonly mustBeThere?: boolean;
  /** Ends the request early. */
  readonly signal?: AbortSignal;
}

/** What a read found, and when that last changed. */
export interface Reading {
  /** Whole numbers past 2^53 are bigints; undefined: it is not there (404). */
  readonly value: unknown;
  /** `X-Consul-Index`, which is what `index` takes to wait for a change. */
  readonly index: string;
  /** `X-Consul-ContentHash`, of what is known by it instead. */
  readonly hash: string;
}

/** The agent refused, or did not answer. */
export class ApiError extends CommandError {
  /** Undefined: no reply came. */
  readonly statusCode: number | undefined;

  constructor(message: string, statusCode?: number) {
    super(message);
    this.statusCode = statusCode;
  }
}

/** As Go's client names them in its errors. */
const OPERATIONS = { GET: 'Get', PUT: 'Put', DELETE: 'Delete' } as const;

type Method = keyof typeof OPERATIONS;

interface Reply {
  readonly statusCode: number;
  readonly index: string;
  readonly hash: string;
  readonly octets: Buffer;
}

export class ApiClient {
  readonly #settings: ClientSettings;
  readonly #dispatcher: Agent;

  constructor(settings: ClientSettings) {
    this.#settings = settings;
    const { socketPath } = settings;
    // A blocking query takes as long as the agent waits.
    const patient = { headersTimeout: 0, bodyTimeout: 0 };
    this.#dispatcher = new Agent(
      socketPath === undefined ? patient : { ...patient, connect: { socketPath } },
    );
  }

  /** The parsed body of a read. */
  async get(asked: ApiRequest): Promise<unknown> {
    return parseReply(await this.#send('GET', asked), asked);
  }

  /** A read of what may not be there, or that waits for a change. */
  async read(asked: ApiRequest): Promise<Reading> {
    const reply = await this.#exchange('GET', asked);
    const { statusCode, index, hash } = reply;
    const isMissing = statusCode === 404 && asked.mustBeThere !== true;
    if (isMissing) return { value: undefined, index, hash };
    return { value: parseReply(expectOk(reply, asked).toString(), asked), index, hash };
  }

  /** A read of what is no JSON. */
  async getOctets(asked: ApiRequest): Promise<Buffer> {
    return expectOk(await this.#exchange('GET', asked), asked);
  }

  /** A reply as it comes, until the agent ends it or is gone, or `signal` is aborted. */
  async *follow(asked: ApiRequest): AsyncGenerator<Buffer> {
    const { statusCode, body } = await this.#open('GET', asked).catch((error: unknown) => {
      throw this.#problem('GET', asked, error);
    });
    if (statusCode !== 200) {
      expectOk({ statusCode, octets: Buffer.from(await body.arrayBuffer()) }, asked);
    }
    try {
      for await (const chunk of body) yield chunk as Buffer;
    } catch {
      // Whatever it was, there is no more.
    }
  }

  /** The body of the reply, mostly empty. */
  put(asked: ApiRequest): Promise<string> {
    return this.#send('PUT', asked);
  }

  delete(asked: ApiRequest): Promise<string> {
    return this.#send('DELETE', asked);
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  async #send(method: Method, asked: ApiRequest): Promise<string> {
    return expectOk(await this.#exchange(method, asked), asked).toString();
  }

  async #exchange(method: Method, asked: ApiRequest): Promise<Reply> {
    try {
      const { statusCode, headers, body } = await this.#open(method, asked);
      return {
        statusCode,
        index: textOf(headers['x-consul-index']),
        hash: textOf(headers['x-consul-contenthash']),
        octets: Buffer.from(await body.arrayBuffer()),
      };
    } catch (error) {
      throw this.#problem(method, asked, error);
    }
  }

  /** Resolves with the head of the reply. */
  #open(method: Method, asked: ApiRequest) {
    const { body, octets, signal } = asked;
    return request(this.#target(asked), {
      dispatcher: this.#dispatcher,
      method,
      headers: {
        ...this.#settings.headers,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      body: octets ?? (body === undefined ? null : JSON.stringify(body)),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  #target({ path, query }: ApiRequest): string {
    return `${this.#settings.origin}${path}${formatQuery({ ...this.#settings.query, ...query })}`;
  }

  #problem(method: Method, asked: ApiRequest, error: unknown): ApiError {
    const reason = connectionProblem(error, this.#settings.socketPath);
    const request = `${OPERATIONS[method]} "${this.#target(asked)}"`;
    return new ApiError(`Error ${asked.doing}: ${request}: ${reason}`);
  }
}

function expectOk(
  { statusCode, octets }: Pick<Reply, 'statusCode' | 'octets'>,
  { doing }: ApiRequest,
): Buffer {
  if (statusCode === 200) return octets;
  const refusal = `Unexpected response code: ${statusCode} (${octets.toString().trim()})`;
  throw new ApiError(`Error ${doing}: ${refusal}`, statusCode);
}

function parseReply(text: string, { doing }: ApiRequest): unknown {
  try {
    return parseLossless(text);
  } catch {
    throw new CommandError(`Error ${doing}: the agent did not answer with JSON`);
  }
}

/** Runs `use` with a client of this invocation's settings, and closes it. */
export async function withClient<T>(
  { flags, env }: Invocation,
  use: (client: ApiClient) => Promise<T>,
): Promise<T> {
  const client = new ApiClient(clientSettings(flags, env));
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

function formatQuery(query: Query): string {
  const parts = Object.entries(query).flatMap(([name, value]) =>
    (typeof value === 'string' ? [value] : value).map((one) =>
      one === '' ? name : `${name}=${encodeURIComponent(one)}`,
    ),
  );
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connect: connection refused',
  ENOENT: 'connect: no such file or directory',
  EACCES: 'connect: permission denied',
  EHOSTUNREACH: 'connect: no route to host',
  ENETUNREACH: 'connect: network is unreachable',
};

/** One line in the words of Go's package net. */
function connectionProblem(error: unknown, socketPath: string | undefined): string {
  const { code, address, port, hostname, message } = detailsOf(error);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return `dial tcp: lookup ${hostname}: no such host`;
  }
  const words = SYSTEM_ERRORS[code];
  if (words !== undefined && socketPath !== undefined) return `dial unix ${socketPath}: ${words}`;
  if (words !== undefined) {
    return `dial tcp ${address.includes(':') ? `[${address}]` : address}:${port}: ${words}`;
  }
  return message.split('\n', 1)[0] ?? code;
}

function detailsOf(error: unknown): Record<string, string> & {
  code: string;
  address: string;
  port: string;
  hostname: string;
  message: string;
} {
  // A name with several addresses fails with one error for each; the last tried says enough.
  const one: unknown = error instanceof AggregateError ? error.errors.at(-1) : error;
  const fields: Record<string, unknown> = typeof one === 'object' && one !== null ? { ...one } : {};
  const text = (name: string): string => String(fields[name] ?? '');
  return {
    code: text('code'),
    address: text('address'),
    port: text('port'),
    hostname: text('hostname'),
    message: one instanceof Error ? one.message : String(one),
  };
}
