/**
 * Service definitions from configuration files, in the form of the agent's HTTP API. Only keys are translated
 * (`enable_tag_override` to `EnableTagOverride`); what is right is the agent's to say.
 */
import { readFileSync } from 'node:fs';
import { CommandError } from './command.ts';
import { type JsonObject, listOf, objectOf, textOf } from './json-value.ts';

const SERVICE_FIELDS = [
  'ID',
  'Name',
  'Tags',
  'Address',
  'TaggedAddresses',
  'Meta',
  'Port',
  'SocketPath',
  'Kind',
  'Weights',
  'EnableTagOverride',
  'Check',
  'Checks',
  'Token',
  'Connect',
  'Proxy',
  'Locality',
] as const;

const CHECK_FIELDS = [
  'CheckID',
  'Name',
  'Notes',
  'Status',
  'ServiceID',
  'Interval',
  'Timeout',
  'TTL',
  'DeregisterCriticalServiceAfter',
  'SuccessBeforePassing',
  'FailuresBeforeWarning',
  'FailuresBeforeCritical',
  'OutputMaxSize',
  'HTTP',
  'Method',
  'Header',
  'Body',
  'DisableRedirects',
  'TLSServerName',
  'TLSSkipVerify',
  'TCP',
  'TCPUseTLS',
  'UDP',
  'GRPC',
  'GRPCUseTLS',
  'H2PING',
  'H2PingUseTLS',
  'AliasNode',
  'AliasService',
  'DockerContainerID',
  'Shell',
  'Args',
  'ScriptArgs',
  'OSService',
] as const;

const SERVICE_NAMES = namesByFold(SERVICE_FIELDS);
/** A file calls a check's identifier `id`, the API calls it `CheckID`. */
const CHECK_NAMES = namesByFold(CHECK_FIELDS).set('id', 'CheckID');
const CONNECT_NAMES = namesByFold(['Native', 'SidecarService']);

/** Every definition of `files`, in order: under `service` or `services`, or the body of an API call. */
export function readServiceFiles(files: readonly string[]): readonly JsonObject[] {
  return files.flatMap((file) => {
    const content = renamed(
      readJson(file),
      new Map([
        ['service', 'service'],
        ['services', 'services'],
      ]),
    );
    const found = [content.service, content.services].flatMap((value) =>
      Array.isArray(value) ? value : value === undefined ? [] : [value],
    );
    const bare = found.length === 0 && renamed(content, SERVICE_NAMES).Name !== undefined;
    const definitions = bare ? [content] : found;
    if (definitions.length === 0) {
      throw new CommandError(
        `Error: ${file}: no service is defined, expected "service" or "services"`,
      );
    }
    return definitions.map((value) => toService(value));
  });
}

export function serviceIdOf(service: JsonObject): string {
  return textOf(service.ID) || textOf(service.Name);
}

function readJson(file: string): JsonObject {
  try {
    return objectOf(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const doing = cause instanceof SyntaxError ? 'failed to parse' : 'failed to read';
    throw new CommandError(`Error: ${doing} ${file}: ${reason}`);
  }
}

function toService(value: unknown): JsonObject {
  const service = renamed(objectOf(value), SERVICE_NAMES);
  return {
    ...service,
    ...('Check' in service ? { Check: toCheck(service.Check) } : {}),
    ...('Checks' in service ? { Checks: listOf(service.Checks).map(toCheck) } : {}),
    ...('Connect' in service ? { Connect: toConnect(service.Connect) } : {}),
  };
}

function toCheck(value: unknown): unknown {
  return isObject(value) ? renamed(value, CHECK_NAMES) : value;
}

function toConnect(value: unknown): unknown {
  if (!isObject(value)) return value;
  const connect = renamed(value, CONNECT_NAMES);
  const sidecar = connect.SidecarService;
  return isObject(sidecar) ? { ...connect, SidecarService: toService(sidecar) } : connect;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Keys that are not in `names` stay as they are, for the agent to refuse by that name. */
function renamed(value: JsonObject, names: ReadonlyMap<string, string>): JsonObject {
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [names.get(fold(key)) ?? key, one]),
  );
}

function namesByFold(names: readonly string[]): Map<string, string> {
  return new Map(names.map((name) => [fold(name), name]));
}

function fold(key: string): string {
  return key.replaceAll('_', '').toLowerCase();
}
