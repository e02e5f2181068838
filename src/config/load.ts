/**
 * From a command line to a Config: files in their order, flags over files, defaults below, then the rules. Either
 * everything is right and there is a Config, or a ConfigError names all that is wrong and nothing is kept.
 */

import type { ServiceDefinition } from '../agent/index.ts';
import { isAnyAddress, isLocalAddress } from './addresses.ts';
import { buildConfig } from './build.ts';
import type { Config } from './config.ts';
import { ConfigError, shown } from './config-error.ts';
import { checksOfOthers } from './definition-rules.ts';
import { AGENT_FLAGS, type FlagValues, flagContent, parseAgentFlags } from './flags.ts';
import { type Host, systemHost } from './host.ts';
import { type Layer, readLayer } from './layer.ts';
import { brokenRules } from './rules.ts';
import { SCHEMA } from './schema.ts';
import { DEFAULT_LAYER, type Settings, settle } from './settings.ts';
import { readSources } from './sources.ts';

export interface LoadOptions {
  readonly flags: FlagValues;
  readonly host?: Host;
}

export interface LoadedConfig {
  readonly config: Config;
  /** For the log: what was read and has no effect. */
  readonly warnings: readonly string[];
}

export const NO_FLAGS: FlagValues = { given: new Map(), configPaths: [], rest: [] };

const COMMAND_LINE = 'command line';

/** What -dev sets before any file is read. */
const DEV_CONTENT = { bind_addr: '127.0.0.1', log_level: 'DEBUG', server: true };

/** Reads the flags of `agent` and all that they name. @throws ConfigError */
export function loadConfig({ flags, host = systemHost }: LoadOptions): LoadedConfig {
  const devMode = flags.given.get('dev')?.at(-1) === true;
  const format = String(flags.given.get('config-format')?.at(-1) ?? '');
  const { sources, problems, warnings } = readSources({ paths: flags.configPaths, format });
  const read = [
    ...sources.map(({ file, content }) => readLayer(content, file)),
    readLayer(flagContent(flags, AGENT_FLAGS), COMMAND_LINE),
  ];
  const dev: Layer[] = devMode ? [devLayer()] : [];
  const settings = settle([...dev, ...read.map(({ layer }) => layer)]);
  const all = [
    ...problems,
    ...read.flatMap((one) => one.problems),
    ...brokenRules({ settings, devMode, sources }),
  ];
  if (all.length > 0) throw new ConfigError(all);
  const config = buildConfig(settings, devMode, host);
  return {
    config,
    warnings: [
      ...warnings,
      ...withoutEffect(settings),
      ...namedTwice(settings),
      ...withoutRateLimit(config, host),
      ...checksOfOthers(settings),
    ],
  };
}

/** As `loadConfig`, from the words of a command line. @throws ConfigError, also for a flag that does not exist */
export function loadArguments(
  argv: readonly string[],
  options: Omit<LoadOptions, 'flags'> = {},
): LoadedConfig {
  const parsed = parseAgentFlags(argv);
  if (parsed.ok) return loadConfig({ ...options, flags: parsed.flags });
  const { message } = parsed;
  const problem = { path: '', expected: 'a flag', received: '', file: COMMAND_LINE, message };
  throw new ConfigError([{ kind: 'source', ...problem }]);
}

/** The values of -dev stand in no file, and so must not look as if they did. */
function devLayer(): Layer {
  return readLayer(DEV_CONTENT, '').layer;
}

function withoutEffect(settings: Settings): string[] {
  return SCHEMA.filter((row) => row.class === 'accepted')
    .filter(({ path }) => {
      const setting = settings.at(path);
      return shown(setting?.value) !== shown(DEFAULT_LAYER.get(path)?.value);
    })
    .map(({ path, description }) => `${path} has no effect: ${description}`);
}

/** A sender's address can be forged over UDP: an open server without a limit floods whom somebody else names. */
function withoutRateLimit({ dns, dnsEndpoints }: Config, host: Host): string[] {
  if (dns.protocol.rateLimit.responsesPerSecond > 0) return [];
  const open = dnsEndpoints
    .flatMap(({ address }) => (isAnyAddress(address) ? host.addresses() : [address]))
    .find((address) => !isLocalAddress(address));
  if (open === undefined) return [];
  return [
    `DNS listens on ${open} and dns_config.rate_limit.responses_per_second is 0: ` +
      'set it where the network is open, or replies can be used to flood others',
  ];
}

function namedTwice(settings: Settings): string[] {
  const seen = new Set<string>();
  return settings.list<ServiceDefinition>('services').flatMap((service) => {
    const id = service.id || service.name;
    if (seen.has(id)) return [`service ${shown(id)} is defined twice: the last definition counts`];
    seen.add(id);
    return [];
  });
}
