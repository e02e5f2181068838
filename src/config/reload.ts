/** What a reload may change, and what it leaves for the next start. */
import { isDeepStrictEqual } from 'node:util';
import type { Config } from './config.ts';
import { SCHEMA } from './schema.ts';

/** The part of a Config that takes effect at a reload. */
export type Reloadable = Pick<Config, 'services' | 'checks'> & {
  readonly logLevel: Config['log']['level'];
  readonly dns: Pick<Config['dns'], 'answer' | 'protocol' | 'forward'>;
  readonly http: Pick<Config['http'], 'connectionsPerClientMax'>;
};

export function reloadable({ services, checks, log, dns, http }: Config): Reloadable {
  const { answer, protocol, forward } = dns;
  const { connectionsPerClientMax } = http;
  return {
    services,
    checks,
    logLevel: log.level,
    dns: { answer, protocol, forward },
    http: { connectionsPerClientMax },
  };
}

export interface ConfigDifference {
  /** Changed keys that are applied now. */
  readonly applied: readonly string[];
  /** Changed keys that need a restart. */
  readonly restart: readonly string[];
}

/** The keys whose values differ, in the order of the schema. */
export function diffConfig(before: Config, after: Config): ConfigDifference {
  const changed = SCHEMA.filter(
    ({ path }) => !isDeepStrictEqual(before.settings[path], after.settings[path]),
  );
  return {
    applied: changed.filter((row) => row.reloadable).map((row) => row.path),
    restart: changed.filter((row) => !row.reloadable).map((row) => row.path),
  };
}
