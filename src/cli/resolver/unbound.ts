/** Unbound: a drop-in with a stub zone, and what its defaults would do to it undone. */
import {
  bare,
  covers,
  error,
  type Finding,
  INSTALL_ADVICE,
  isLoopback,
  ok,
  ownFile,
  type Resolver,
  type Routing,
  warn,
} from './resolver.ts';
import type { RootFolder } from './root-folder.ts';
import { readUnbound, type UnboundClause } from './unbound-file.ts';

const MAIN_PATH = '/etc/unbound/unbound.conf';
const OWN_PATH = '/etc/unbound/unbound.conf.d/rollcall.conf';
/** Domains that Unbound answers itself unless told not to: unbound.conf(5), `local-zone`. */
const ANSWERED_ITSELF = ['localhost', 'test', 'invalid', 'onion', 'home.arpa'];

export const unbound: Resolver = {
  name: 'unbound',
  knownBy: MAIN_PATH,
  isFound: (root) => root.has(MAIN_PATH),
  edits: (routing) => [ownFile(OWN_PATH, '#', lines(routing))],
  syntaxChecks: (root) => [
    { program: 'unbound-checkconf', args: [root.at(root.isSystem ? MAIN_PATH : OWN_PATH)] },
  ],
  reloads: [
    { program: 'systemctl', args: ['reload-or-restart', 'unbound'] },
    { program: 'unbound-control', args: ['reload'] },
    { program: 'service', args: ['unbound', 'restart'] },
  ],
  process: 'unbound',
  listensAt: isLoopback,
  findings,
};

function lines(routing: Routing): readonly string[] {
  const { domain } = routing;
  const isOwn = ANSWERED_ITSELF.some((name) => covers(name, domain));
  return [
    'server:',
    ...(isLoopback(routing.host) ? ['    do-not-query-localhost: no'] : []),
    `    domain-insecure: "${domain}"`,
    `    private-domain: "${domain}"`,
    ...(isOwn ? [`    local-zone: "${domain}." nodefault`] : []),
    'stub-zone:',
    `    name: "${domain}"`,
    `    stub-addr: ${target(routing)}`,
  ];
}

function target({ host, port }: Routing): string {
  return `${host}@${port}`;
}

function findings(root: RootFolder, routing: Routing): readonly Finding[] {
  const clauses = readUnbound(root, MAIN_PATH);
  if (!isRead(root, clauses)) {
    const advice = `put include-toplevel: "/etc/unbound/unbound.conf.d/*.conf" into ${MAIN_PATH}`;
    return [error(`${OWN_PATH} is not included`, advice)];
  }
  return [
    ...routeFindings(clauses, routing),
    ...localhostFindings(clauses, routing),
    ...validationFindings(clauses, routing),
    ...privacyFindings(clauses, routing),
  ];
}

function isRead(root: RootFolder, clauses: readonly UnboundClause[]): boolean {
  return !root.has(OWN_PATH) || clauses.some(({ file }) => file === OWN_PATH);
}

/** Values of an option of `server:`, in order. */
function serverValues(clauses: readonly UnboundClause[], key: string): readonly string[] {
  return clauses
    .filter(({ section }) => section === 'server')
    .flatMap(({ options }) => options)
    .filter((option) => option.key === key)
    .map(({ value }) => value);
}

interface Zone {
  readonly kind: string;
  readonly name: string;
  readonly addresses: readonly string[];
}

function zonesOf(clauses: readonly UnboundClause[]): readonly Zone[] {
  return clauses
    .filter(({ section }) => section === 'stub-zone' || section === 'forward-zone')
    .map(({ section, options }) => ({
      kind: section,
      name: bare(options.find(({ key }) => key === 'name')?.value ?? ''),
      addresses: options
        .filter(({ key }) => key === 'stub-addr' || key === 'forward-addr')
        .map(({ value }) => (value.includes('@') ? value : `${value}@53`)),
    }));
}

function routeFindings(clauses: readonly UnboundClause[], routing: Routing): readonly Finding[] {
  const zones = zonesOf(clauses);
  const found: Finding[] = [];
  const ours = zones.filter(({ name }) => name === routing.domain);
  const routed = ours.find(({ addresses }) => addresses.includes(target(routing)));
  if (routed !== undefined) {
    found.push(ok(`a ${routed.kind} sends ${routing.domain} to ${target(routing)}`));
  } else {
    const says = `no stub-zone or forward-zone sends ${routing.domain} to ${target(routing)}`;
    found.push(error(says, INSTALL_ADVICE));
  }
  const others = ours
    .flatMap(({ addresses }) => addresses)
    .filter((one) => one !== target(routing));
  if (others.length > 0) {
    found.push(error(`${routing.domain} is sent to ${others.join(' ')} too`, 'take that out'));
  }
  if (zones.some(({ name, addresses }) => name === '' && addresses.includes(target(routing)))) {
    found.push(
      error(
        'a forward-zone "." sends every name to rollcall',
        `name the zone "${routing.domain}"; or give rollcall recursors that are not this unbound`,
      ),
    );
  }
  const blocked = serverValues(clauses, 'local-zone').filter(
    (value) =>
      covers(value.split(/\s+/)[0] ?? '', routing.domain) &&
      !/\s(nodefault|transparent|typetransparent)$/.test(value),
  );
  for (const value of blocked) {
    found.push(error(`local-zone: ${value} answers the domain without rollcall`, 'take it out'));
  }
  return found;
}

function localhostFindings(
  clauses: readonly UnboundClause[],
  routing: Routing,
): readonly Finding[] {
  if (!isLoopback(routing.host)) return [];
  const value = serverValues(clauses, 'do-not-query-localhost').at(-1) ?? 'yes';
  if (value === 'no') return [ok('do-not-query-localhost: no')];
  return [
    error(
      'do-not-query-localhost: yes (the default) keeps unbound from asking 127.0.0.1',
      'write "do-not-query-localhost: no" into server:; "rollcall resolver install" does',
    ),
  ];
}

const ANCHORS = [
  'auto-trust-anchor-file',
  'trust-anchor-file',
  'trust-anchor',
  'trusted-keys-file',
];

function validationFindings(
  clauses: readonly UnboundClause[],
  { domain }: Routing,
): readonly Finding[] {
  const modules = serverValues(clauses, 'module-config').at(-1) ?? 'validator iterator';
  const isValidating =
    /\bvalidator\b/.test(modules) && ANCHORS.some((key) => serverValues(clauses, key).length > 0);
  if (!isValidating) return [];
  const isExempt = serverValues(clauses, 'domain-insecure').some((name) => covers(name, domain));
  if (isExempt) return [ok(`DNSSEC is validated, ${domain} left out (domain-insecure)`)];
  return [
    error(
      `DNSSEC is validated, and the root says that there is no ${domain}: its answers are bogus`,
      `write "domain-insecure: ${domain}" into server:; "rollcall resolver install" does`,
    ),
  ];
}

function privacyFindings(
  clauses: readonly UnboundClause[],
  { domain }: Routing,
): readonly Finding[] {
  if (serverValues(clauses, 'private-address').length === 0) return [];
  const isExempt = serverValues(clauses, 'private-domain').some((name) => covers(name, domain));
  if (isExempt) return [ok(`private-address lets ${domain} pass (private-domain)`)];
  return [
    warn(
      'private-address takes private addresses out of the answers',
      `write "private-domain: ${domain}" into server:; "rollcall resolver install" does`,
    ),
  ];
}
