/**
 * What settings must keep to beyond the type of each: an array of rules, each of which says what it finds wrong, in
 * Consul's words where it has any. All of them are asked, so that all mistakes are found at once.
 */

import { metaProblem } from '../agent/index.ts';
import { isAnyAddress, isIpAddress, splitAddresses } from './addresses.ts';
import { type ConfigProblem, shown, shownAt } from './config-error.ts';
import { DEFINITION_RULES, nameProblem } from './definition-rules.ts';
import { DNS_RULES } from './dns-rules.ts';
import { HTTP_RULES } from './http-rules.ts';
import { type Finding, NONE, type Rule, type RuleContext } from './rule.ts';
import { SCHEMA } from './schema.ts';
import type { Source } from './sources.ts';

const RULES: readonly Rule[] = [
  refused,
  dataDirectory,
  nodeName,
  nodeId,
  datacenter,
  roles,
  singleAddresses,
  listeners,
  nodeMeta,
  altDomain,
  ...HTTP_RULES,
  ...DNS_RULES,
  ...DEFINITION_RULES,
];

/** Where a text stands below a key; nothing when no file has it. */
function placeOf(
  path: string,
  wrong: string | undefined,
  sources: readonly Source[],
): { readonly place?: string } {
  if (wrong === undefined) return {};
  const key = JSON.stringify(path.split('.').at(-1));
  for (const { file, text } of sources) {
    const keyAt = text.toLowerCase().indexOf(key);
    const at = keyAt < 0 ? -1 : text.indexOf(JSON.stringify(wrong), keyAt);
    if (at >= 0) return { place: `${file}:${text.slice(0, at).split('\n').length}` };
  }
  return {};
}

export function brokenRules(context: RuleContext): ConfigProblem[] {
  const { settings } = context;
  return RULES.flatMap((rule) => rule(context)).map(([path, expected, message, wrong]) => ({
    kind: 'rule',
    path,
    expected,
    received: shownAt(path, settings.at(path)?.value ?? ''),
    file: settings.fileOf(path),
    message,
    ...placeOf(path, wrong, context.sources),
  }));
}

/** Keys that it would be unsafe to ignore. */
function refused({ settings }: RuleContext): Finding[] {
  return SCHEMA.filter((row) => row.class === 'refused')
    .filter((row) => shown(settings.at(row.path)?.value) !== shown(row.default))
    .map(({ path, default: allowed, description }) => [
      path,
      shown(allowed),
      `${path} is not supported yet: ${description}`,
    ]);
}

function dataDirectory({ settings, devMode }: RuleContext): readonly Finding[] {
  if (devMode || settings.text('data_dir') !== '') return NONE;
  return [['data_dir', 'a directory', 'data_dir cannot be empty']];
}

function nodeName({ settings }: RuleContext): readonly Finding[] {
  if (settings.at('node_name')?.value === '') {
    return [['node_name', 'a name', 'node_name cannot be empty']];
  }
  const problem = nameProblem('Node', settings.text('node_name'));
  return problem === undefined
    ? NONE
    : [['node_name', 'a shorter name', `node_name invalid: ${problem}`]];
}

function nodeId({ settings }: RuleContext): readonly Finding[] {
  const id = settings.text('node_id');
  if (id === '' || /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) return NONE;
  return [['node_id', 'a UUID', `node_id must be a UUID. received: ${shown(id)}`]];
}

function datacenter({ settings }: RuleContext): readonly Finding[] {
  const name = settings.text('datacenter').toLowerCase();
  if (name === '') return [['datacenter', 'a name', 'datacenter cannot be empty']];
  if (/^[a-z0-9_-]+$/.test(name)) return NONE;
  const rule = 'can only contain lowercase alphanumeric, - or _ characters';
  return [['datacenter', 'a-z, 0-9, - and _', `datacenter ${rule}. received: ${shown(name)}`]];
}

function roles({ settings, devMode }: RuleContext): Finding[] {
  const server = settings.flag('server');
  const bootstrap = settings.flag('bootstrap');
  const expecting = settings.count('bootstrap_expect') > 0;
  const findings: (Finding | false)[] = [
    bootstrap && !server && ['bootstrap', 'false', "'bootstrap = true' requires 'server = true'"],
    expecting &&
      !server && ['bootstrap_expect', '0', "'bootstrap_expect > 0' requires 'server = true'"],
    expecting &&
      devMode && ['bootstrap_expect', '0', "'bootstrap_expect > 0' not allowed in dev mode"],
    expecting &&
      bootstrap && [
        'bootstrap_expect',
        '0',
        "'bootstrap_expect > 0' and 'bootstrap = true' are mutually exclusive",
      ],
  ];
  return findings.filter((finding) => finding !== false);
}

function singleAddresses({ settings }: RuleContext): Finding[] {
  const findings: Finding[] = [];
  for (const path of ['bind_addr', 'advertise_addr', 'advertise_addr_wan']) {
    const address = settings.text(path);
    if (address === '') {
      // An advertised address that is empty is none, so that scripts may pass an empty variable.
      if (path === 'bind_addr') findings.push([path, 'an IP address', `${path} cannot be empty`]);
    } else if (path !== 'bind_addr' && isAnyAddress(address)) {
      const label = path === 'advertise_addr' ? 'Advertise' : 'Advertise WAN';
      findings.push([
        path,
        'the address of one host',
        `${label} address cannot be 0.0.0.0, :: or [::]`,
      ]);
    } else if (!isIpAddress(address)) findings.push(invalidAddress(path, address));
  }
  return findings;
}

function listeners({ settings }: RuleContext): Finding[] {
  return ['client_addr', 'addresses.dns', 'addresses.http'].flatMap((path) => {
    const addresses = splitAddresses(settings.text(path));
    if (path === 'client_addr' && addresses.length === 0) {
      return [[path, 'IP addresses', `${path} cannot be empty`] as const];
    }
    return addresses
      .filter((address) => !isIpAddress(address))
      .map((address) => invalidAddress(path, address));
  });
}

function invalidAddress(path: string, address: string): Finding {
  if (address.startsWith('unix:')) {
    return [path, 'an IP address', `${path}: unix sockets are not supported yet: ${address}`];
  }
  return [path, 'an IP address', `${path}: invalid ip address: ${address}`];
}

function nodeMeta({ settings }: RuleContext): readonly Finding[] {
  const problem = metaProblem(settings.map('node_meta'));
  if (problem === undefined) return NONE;
  return [['node_meta', 'metadata', `node_meta invalid: ${problem}`]];
}

/** Names below the primary domain that would be hidden by an alternative domain that begins like them. */
function altDomain({ settings }: RuleContext): readonly Finding[] {
  const labels = ['service', 'connect', 'node', 'query', 'addr', settings.text('datacenter')];
  const taken = labels.map((label) => label.toLowerCase());
  const domain = settings.text('alt_domain').toLowerCase();
  const [first = '', ...others] = domain.split('.');
  if (others.length === 0 || !taken.includes(first)) return NONE;
  const message = `alt_domain cannot start with {${taken.join(',')}}`;
  return [['alt_domain', 'another domain', message]];
}
