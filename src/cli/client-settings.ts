/**
 * Where a command finds its agent and as whom: flags first, then Consul's environment variables, then the
 * default. Reads token files; opens no connection.
 */
import { readFileSync } from 'node:fs';
import { CommandError, type Flag } from './command.ts';
import type { FlagValues } from './flag-values.ts';

/** Flags of every command that talks to an agent. */
export const CLIENT_FLAGS: readonly Flag[] = [
  {
    name: 'http-addr',
    kind: 'text',
    value: 'address',
    help: 'Address of the agent: host:port, http://host:port or unix:///path. Also CONSUL_HTTP_ADDR; 127.0.0.1:8500 by default.',
  },
  {
    name: 'token',
    kind: 'text',
    value: 'value',
    help: 'ACL token of the request. Also CONSUL_HTTP_TOKEN.',
  },
  {
    name: 'token-file',
    kind: 'text',
    value: 'file',
    help: 'File that holds the ACL token. Also CONSUL_HTTP_TOKEN_FILE.',
  },
];

/** Flags of the commands whose request a server answers, in any datacenter. */
export const SERVER_FLAGS: readonly Flag[] = [
  {
    name: 'datacenter',
    kind: 'text',
    value: 'name',
    help: 'Datacenter to ask instead of the one of the agent.',
  },
  {
    name: 'stale',
    kind: 'boolean',
    help: 'Permit any server to answer, which may be a little behind.',
  },
];

/** The flags that usage and documentation explain once for all commands. */
export const SHARED_FLAGS: ReadonlySet<Flag> = new Set([...CLIENT_FLAGS, ...SERVER_FLAGS]);

export interface ClientSettings {
  /** Scheme and authority, e.g. `http://127.0.0.1:8500`. */
  readonly origin: string;
  /** Where the requests go instead when the agent listens on a unix socket. */
  readonly socketPath?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Query parameters of every request. */
  readonly query: Readonly<Record<string, string>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_ADDRESS = '127.0.0.1:8500';

export function clientSettings(flags: FlagValues, env: Environment): ClientSettings {
  const address = flags.text('http-addr') || env.CONSUL_HTTP_ADDR || DEFAULT_ADDRESS;
  const token = tokenOf(flags, env);
  const login = env.CONSUL_HTTP_AUTH ?? '';
  const datacenter = flags.text('datacenter');
  return {
    ...endpointOf(address, env),
    headers: {
      ...(token === '' ? {} : { 'X-Consul-Token': token }),
      ...(login === '' ? {} : { Authorization: `Basic ${Buffer.from(login).toString('base64')}` }),
    },
    query: {
      ...(datacenter === '' ? {} : { dc: datacenter }),
      ...(flags.boolean('stale') ? { stale: '' } : {}),
    },
  };
}

function endpointOf(
  address: string,
  env: Environment,
): Pick<ClientSettings, 'origin' | 'socketPath'> {
  const [, scheme, rest] = /^([a-z]+):\/\/(.*)$/s.exec(address) ?? [];
  if (scheme === 'unix') return { origin: 'http://127.0.0.1', socketPath: rest ?? '' };
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') {
    throw new CommandError(`Error connecting to the agent: unknown protocol scheme: ${scheme}`);
  }
  const secure = ['1', 'true'].includes(env.CONSUL_HTTP_SSL ?? '');
  const origin = `${scheme ?? (secure ? 'https' : 'http')}://${rest ?? address}`;
  if (!URL.canParse(origin)) {
    throw new CommandError(`Error connecting to the agent: invalid address "${address}"`);
  }
  return { origin: origin.replace(/\/+$/, '') };
}

/** A file names its token more narrowly than the other way of the same place, so it wins there. */
function tokenOf(flags: FlagValues, env: Environment): string {
  return (
    tokenFrom(flags.text('token-file')) ||
    flags.text('token') ||
    tokenFrom(env.CONSUL_HTTP_TOKEN_FILE ?? '') ||
    (env.CONSUL_HTTP_TOKEN ?? '')
  );
}

function tokenFrom(file: string): string {
  if (file === '') return '';
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(`Error loading token file "${file}": ${reason}`);
  }
}
