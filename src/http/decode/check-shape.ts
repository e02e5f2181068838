/**
 * Checks as the agent takes them: within a service the identifier is `CheckID`, alone it is `ID` (Consul's two
 * structs). Both become the same CheckDefinition.
 */
import type { CheckDefinition, CheckStatus } from '../../agent/index.ts';
import { HttpError } from '../errors.ts';
import {
  boolean,
  type Decoded,
  duration,
  type FieldsShape,
  integer,
  text,
  textList,
} from './shape.ts';
import { isZero } from './zero.ts';

const commonFields = {
  Name: text,
  Notes: text,
  ServiceID: text,
  Status: text,
  Interval: duration,
  Timeout: duration,
  TTL: duration,
  DeregisterCriticalServiceAfter: duration,
  SuccessBeforePassing: integer,
  FailuresBeforeWarning: integer,
  FailuresBeforeCritical: integer,
  OutputMaxSize: integer,
  HTTP: text,
  Method: text,
  Header: { kind: 'map', of: textList, goType: 'map[string][]string' },
  Body: text,
  DisableRedirects: boolean,
  TLSServerName: text,
  TLSSkipVerify: boolean,
  TCP: text,
  TCPUseTLS: boolean,
  UDP: text,
  GRPC: text,
  GRPCUseTLS: boolean,
  H2PING: text,
  H2PingUseTLS: { kind: 'optional', of: boolean },
  AliasNode: text,
  AliasService: text,
  DockerContainerID: text,
  Shell: text,
  ScriptArgs: textList,
  OSService: text,
} as const;

const commonAliases = {
  args: 'ScriptArgs',
  script_args: 'ScriptArgs',
  deregister_critical_service_after: 'DeregisterCriticalServiceAfter',
  docker_container_id: 'DockerContainerID',
  tls_server_name: 'TLSServerName',
  tls_skip_verify: 'TLSSkipVerify',
  tcp_use_tls: 'TCPUseTLS',
  grpc_use_tls: 'GRPCUseTLS',
  h2ping_use_tls: 'H2PingUseTLS',
} as const;

/** An element of `Check` and `Checks` of a service. */
export const serviceCheckShape = {
  kind: 'fields',
  goType: 'structs.CheckType',
  fields: { CheckID: text, ...commonFields },
  aliases: commonAliases,
  ignored: ['ProxyHTTP', 'ProxyGRPC'],
  ownPath: true,
} as const satisfies FieldsShape;

/** The body of `/v1/agent/check/register`. */
export const agentCheckShape = {
  kind: 'fields',
  goType: 'structs.CheckDefinition',
  fields: { ID: text, ...commonFields },
  aliases: { ...commonAliases, service_id: 'ServiceID', disable_redirects: 'DisableRedirects' },
  ignored: ['Token'],
  ownPath: true,
} as const satisfies FieldsShape;

/** The body of `/v1/agent/check/update/:id`. */
export const checkUpdateShape = {
  kind: 'fields',
  goType: 'agent.checkUpdate',
  fields: { Status: text, Output: text },
} as const satisfies FieldsShape;

type CommonFields = Omit<Decoded<typeof agentCheckShape>, 'ID'>;

/** Consul's text for a status that is none, which differs between its endpoints. */
export type StatusText = (status: string) => string;

/** @throws HttpError `check_status_invalid` */
export function toServiceCheck(
  decoded: Decoded<typeof serviceCheckShape>,
  path: string,
): CheckDefinition {
  const status = checkStatus(
    decoded.Status,
    `${path}.Status`,
    () => "Status for checks must 'passing', 'warning', 'critical'",
  );
  return { checkId: decoded.CheckID, serviceId: '', ...toDefinition(decoded, status) };
}

/** @throws HttpError `check_status_invalid` */
export function toAgentCheck(decoded: Decoded<typeof agentCheckShape>): CheckDefinition {
  const status = checkStatus(decoded.Status, 'Status', () => 'Bad check status');
  return { checkId: decoded.ID, serviceId: decoded.ServiceID, ...toDefinition(decoded, status) };
}

/** Whether nothing was said: Consul takes an empty `Check` of a service for none. */
export function isEmptyCheck({ checkId, name, serviceId, ...rest }: CheckDefinition): boolean {
  return checkId === '' && name === '' && serviceId === '' && Object.keys(rest).length === 0;
}

/** @returns undefined for an empty text */
export function checkStatus(
  status: string,
  field: string,
  describe: StatusText,
): CheckStatus | undefined {
  switch (status) {
    case '':
      return undefined;
    case 'passing':
    case 'warning':
    case 'critical':
      return status;
    default:
      throw new HttpError('check_status_invalid', describe(status), field);
  }
}

type Definition = Omit<CheckDefinition, 'checkId' | 'serviceId'>;
/** A field that may be undefined, and then is left out. */
type Loose<Value> = { readonly [Name in keyof Value]: Value[Name] | undefined };

function toDefinition(check: CommonFields, status: CheckStatus | undefined): Definition {
  return withoutZeros({
    name: check.Name,
    notes: check.Notes,
    status,
    intervalMs: check.Interval,
    timeoutMs: check.Timeout,
    ttlMs: check.TTL,
    deregisterCriticalServiceAfterMs: check.DeregisterCriticalServiceAfter,
    successBeforePassing: check.SuccessBeforePassing,
    failuresBeforeWarning: check.FailuresBeforeWarning,
    failuresBeforeCritical: check.FailuresBeforeCritical,
    outputMaxSize: check.OutputMaxSize,
    http: check.HTTP,
    method: check.Method,
    header: check.Header,
    body: check.Body,
    disableRedirects: check.DisableRedirects,
    tlsServerName: check.TLSServerName,
    tlsSkipVerify: check.TLSSkipVerify,
    tcp: check.TCP,
    tcpUseTls: check.TCPUseTLS,
    udp: check.UDP,
    grpc: check.GRPC,
    grpcUseTls: check.GRPCUseTLS,
    h2ping: check.H2PING,
    h2pingUseTls: check.H2PING === '' ? undefined : check.H2PingUseTLS,
    aliasNode: check.AliasNode,
    aliasService: check.AliasService,
    dockerContainerId: check.DockerContainerID,
    shell: check.Shell,
    args: check.ScriptArgs,
    osService: check.OSService,
  });
}

/** Drops what says nothing, so that definitions compare and store small; the name stays. */
function withoutZeros(definition: Loose<Definition>): Definition {
  const kept = Object.entries(definition).filter(
    ([key, value]) => key === 'name' || key === 'h2pingUseTls' || !isZero(value),
  );
  return Object.fromEntries(
    kept.filter(([, value]) => value !== undefined),
  ) as unknown as Definition;
}
