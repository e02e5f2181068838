/** Rules for the services and checks of the configuration: what the agent would refuse when it starts with them. */
import {
  SERVER_SERVICE,
  type ServiceDefinition,
  serviceChecks,
  serviceIdOf,
  serviceProblem,
} from '../agent/index.ts';
import { type CheckDefinition, kindOf, unbuiltKind, validateCheck } from '../checks/index.ts';
import { limits } from '../runtime/index.ts';
import { shown } from './config-error.ts';
import type { Finding, Rule, RuleContext } from './rule.ts';
import type { Settings } from './settings.ts';

export const DEFINITION_RULES: readonly Rule[] = [services, checks];

function services({ settings }: RuleContext): Finding[] {
  return settings.list<ServiceDefinition>('services').flatMap((service) => {
    const named = `service ${shown(service.name)}`;
    const messages = [serviceProblem(service), ...serviceNameProblems(service)];
    for (const check of service.checks) {
      const problem = checkProblem(check, settings);
      if (problem !== undefined) messages.push(`Invalid check: ${problem}`);
    }
    return messages
      .filter((message) => message !== undefined)
      .map((message): Finding => ['services', 'a valid service', `${named}: ${message}`]);
  });
}

function checks({ settings }: RuleContext): Finding[] {
  return settings.list<CheckDefinition>('checks').flatMap((check) => {
    const name = check.name || check.checkId;
    const problems =
      name === ''
        ? ['Missing check name']
        : [checkProblem(check, settings), nameProblem('Check.CheckID', check.checkId || name)];
    return problems
      .filter((problem) => problem !== undefined)
      .map((problem): Finding => ['checks', 'a valid check', `check ${shown(name)}: ${problem}`]);
  });
}

/** Ids of the services that there will be, folded as the agent compares them. */
function serviceIds(settings: Settings): ReadonlySet<string> {
  const configured = settings.list<ServiceDefinition>('services').map(serviceIdOf);
  const own = settings.flag('server') ? [SERVER_SERVICE] : [];
  return new Set([...configured, ...own].map((id) => id.toLowerCase()));
}

/** Checks whose service no file defines: they work only where it was registered before, which the store knows. */
export function checksOfOthers(settings: Settings): string[] {
  const ids = serviceIds(settings);
  return settings
    .list<CheckDefinition>('checks')
    .filter(({ serviceId }) => serviceId !== '' && !ids.has(serviceId.toLowerCase()))
    .map(({ checkId, name, serviceId }) => {
      const check = `check ${shown(name || checkId)}`;
      return `${check} is of service "${serviceId}", which no file defines: it must be registered before the start`;
    });
}

function serviceNameProblems(service: ServiceDefinition): (string | undefined)[] {
  const id = serviceIdOf(service);
  const checks = serviceChecks(service);
  return [
    nameProblem('Service.Service', service.name),
    service.id === '' ? undefined : nameProblem('Service.ID', id),
    ...checks.map(({ checkId }) => nameProblem('Check.CheckID', checkId)),
  ];
}

/** In the words of the catalog, whose keys are made of names. */
export function nameProblem(field: string, name: string): string | undefined {
  if (name.includes('\0')) return `${field} must not contain a NUL character`;
  const bytes = Buffer.byteLength(name);
  const most = limits.nameBytes.default;
  return bytes > most ? `${field} is too long (${bytes} > ${most} bytes)` : undefined;
}

const SCRIPTS_DISABLED =
  'Scripts are disabled on this agent; to enable, configure ' +
  "'enable_script_checks' or 'enable_local_script_checks' to true";

function checkProblem(check: CheckDefinition, settings: Settings): string | undefined {
  const broken = validateCheck(check);
  if (broken !== undefined) return broken;
  const enabled =
    settings.flag('enable_script_checks') || settings.flag('enable_local_script_checks');
  const isScript = kindOf(check) === 'script' || kindOf(check) === 'docker';
  return isScript && !enabled ? SCRIPTS_DISABLED : unbuiltKind(check);
}
