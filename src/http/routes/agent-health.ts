/**
 * `/v1/agent/health/service`: whether local instances should get traffic, told by the status code alone, for load
 * balancers that can read nothing else.
 */
import type { CheckRow, ServiceRow } from '../../catalog/index.ts';
import { type Answer, json, text } from '../answer.ts';
import type { HttpDeps } from '../deps.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { HttpError } from '../errors.ts';
import { agentHealthCheckJson } from '../json/check-json.ts';
import { agentServiceJson } from '../json/service-json.ts';

type Agent = HttpDeps['agent'];

export function agentHealth({ agent }: Pick<HttpDeps, 'agent'>): readonly Endpoint[] {
  return [
    {
      method: 'GET',
      path: '/v1/agent/health/service/id/',
      namespaced: true,
      handle: (call) => {
        if (call.name === '') throw new HttpError('health_target_missing', 'Missing serviceID');
        const row = agent.service(call.name);
        if (row === undefined) return unknownId(call);
        const health = healthOf(agent, row, agent.checks());
        return answer(call, health.AggregatedStatus, health);
      },
    },
    {
      method: 'GET',
      path: '/v1/agent/health/service/name/',
      namespaced: true,
      handle: (call) => {
        if (call.name === '') throw new HttpError('health_target_missing', 'Missing service Name');
        const checks = agent.checks();
        const instances = agent
          .services()
          .filter((row) => row.service === call.name)
          .map((row) => healthOf(agent, row, checks));
        const worst = WORST_FIRST.find((status) =>
          instances.some((instance) => instance.AggregatedStatus === status),
        );
        if (worst === undefined) return unknownName(call);
        return answer(call, worst, instances);
      },
    },
  ];
}

const WORST_FIRST = ['maintenance', 'critical', 'warning', 'passing'] as const;
type AggregatedStatus = (typeof WORST_FIRST)[number];

const STATUS_CODES: Readonly<Record<AggregatedStatus, number>> = {
  passing: 200,
  warning: 429,
  critical: 503,
  maintenance: 503,
};

function healthOf(agent: Agent, row: ServiceRow, all: readonly CheckRow[]) {
  const checks = all.filter(
    ({ serviceId }) => serviceId === '' || serviceId.toLowerCase() === row.id.toLowerCase(),
  );
  return {
    AggregatedStatus: aggregate(checks),
    Service: agentServiceJson(row, agent.identity.datacenter),
    Checks: checks.map(agentHealthCheckJson),
  };
}

/** The worst status of all checks; without checks a service is passing. */
function aggregate(checks: readonly CheckRow[]): AggregatedStatus {
  if (checks.some((check) => check.type === 'maintenance')) return 'maintenance';
  const worst = WORST_FIRST.find((status) => checks.some((check) => check.status === status));
  return worst ?? 'passing';
}

function answer(call: Call, status: AggregatedStatus, value: unknown): Answer {
  const headers = { 'X-Consul-Reason': status };
  const code = STATUS_CODES[status];
  return wantsText(call) ? text(status, headers, code) : json(value, headers, code);
}

function unknownId(call: Call): Answer {
  const reason = `ServiceId ${call.name} not found`;
  const value = { AggregatedStatus: 'critical', Service: null, Checks: null };
  return unknown(call, reason, value);
}

function unknownName(call: Call): Answer {
  return unknown(call, `ServiceName ${call.name} Not Found`, []);
}

function unknown(call: Call, reason: string, value: unknown): Answer {
  // A header takes no other characters than these.
  const headers = { 'X-Consul-Reason': reason.replace(/[^\x20-\x7e]/g, '?') };
  return wantsText(call) ? text(reason, headers, 404) : json(value, headers, 404);
}

function wantsText({ query, request }: Call): boolean {
  return query.get('format') === 'text' || (request.headers.accept ?? '').startsWith('text/plain');
}
