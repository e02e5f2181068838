/**
 * The HTTP client of the commands: one request at a time to one agent, over TCP or a unix socket. Its errors
 * read as those of Consul's own client do; what they interrupt is the command's to say.
 */
import { Agent, request } from 'undici';
import { type ClientSettings, clientSettings } from './client-settings.ts';
import { CommandError, type Invocation } from './command.ts';

export type Query = Readonly<Record<string, string | readonly string[]>>;

export interface ApiRequest {
  /** What is being done, for the error: `listing nodes` makes `Error listing nodes: …`. */
  readonly doing: string;
  /** From `/v1/`, already escaped. */
  readonly path: string;
  readonly query?: Query;
  readonly body?: unknown;
}

/** As Go's client names them in its errors. */
const OPERATIONS = { GET: 'Get', PUT: 'Put', DELETE: 'Delete' } as const;

export class ApiClient {
  readonly #settings: ClientSettings;
  readonly #dispatcher: Agent;

  constructor(settings: ClientSettings) {
    this.#settings = settings;
    const { socketPath } = settings;
    this.#dispatcher = new Agent(socketPath === undefined ? {} : { connect: { socketPath } });
  }

  /** The parsed body of a read. */
  async get(asked: ApiRequest): Promise<unknown> {
    const body = await this.#send('GET', asked);
    try {
      return JSON.parse(body);
    } catch {
      throw new CommandError(`Error ${asked.doing}: the agent did not answer with JSON`);
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

  async #send(method: keyof typeof OPERATIONS, asked: ApiRequest): Promise<string> {
    const { origin, headers, query } = this.#settings;
    const target = `${origin}${asked.path}${formatQuery({ ...query, ...asked.query })}`;
    try {
      const response = await request(target, {
        dispatcher: this.#dispatcher,
        method,
        headers: {
          ...headers,
          ...(asked.body === undefined ? {} : { 'Content-Type': 'application/json' }),
        },
        body: asked.body === undefined ? null : JSON.stringify(asked.body),
      });
      const text = await response.body.text();
      if (response.statusCode === 200) return text;
      const refusal = `Unexpected response code: ${response.statusCode} (${text.trim()})`;
      throw new CommandError(`Error ${asked.doing}: ${refusal}`);
    } catch (error) {
      if (error instanceof CommandError) throw error;
      const reason = connectionProblem(error, this.#settings.socketPath);
      throw new CommandError(`Error ${asked.doing}: ${OPERATIONS[method]} "${target}": ${reason}`);
    }
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
