/** BIND as Debian sets it up: a forward zone in a file of its own, included, and left out of DNSSEC validation. */
import { CommandError } from '../command.ts';
import { type BindStatement, readBind } from './bind-file.ts';
import {
  bare,
  covers,
  type Edit,
  error,
  type Finding,
  INSTALL_ADVICE,
  isLoopback,
  ok,
  ownFile,
  type Resolver,
  type Routing,
} from './resolver.ts';
import type { RootFolder } from './root-folder.ts';

const MAIN_PATH = '/etc/bind/named.conf';
const LOCAL_PATH = '/etc/bind/named.conf.local';
const OPTIONS_PATH = '/etc/bind/named.conf.options';
const OWN_PATH = '/etc/bind/named.conf.rollcall';
const INCLUDE = `include "${OWN_PATH}"; // rollcall resolver\n`;

export const bind: Resolver = {
  name: 'bind',
  knownBy: MAIN_PATH,
  isFound: (root) => root.has(MAIN_PATH),
  edits: (routing) => [
    ownFile(OWN_PATH, '//', zoneLines(routing)),
    includeEdit,
    validationEdit(routing),
  ],
  syntaxChecks: (root) =>
    root.isSystem
      ? [{ program: 'named-checkconf', args: [MAIN_PATH] }]
      : [OWN_PATH, OPTIONS_PATH].map((path) => ({
          program: 'named-checkconf',
          args: [root.at(path)],
        })),
  reloads: [
    { program: 'rndc', args: ['reconfig'] },
    { program: 'systemctl', args: ['reload-or-restart', 'named'] },
    { program: 'service', args: ['named', 'restart'] },
  ],
  process: 'named',
  listensAt: isLoopback,
  findings,
};

function zoneLines({ domain, host, port }: Routing): readonly string[] {
  return [
    `zone "${domain}" {`,
    '    type forward;',
    '    forward only;',
    `    forwarders { ${host} port ${port}; };`,
    '};',
  ];
}

const includeEdit: Edit = {
  path: LOCAL_PATH,
  write(current = '') {
    if (current.includes(INCLUDE)) return current;
    return `${current}${current === '' || current.endsWith('\n') ? '' : '\n'}${INCLUDE}`;
  },
  unwrite: (current) => (current === INCLUDE ? undefined : current.replace(INCLUDE, '')),
};

/** `validate-except` is an option of the one `options` statement, so it cannot be in a file of ours. */
function validationEdit({ domain }: Routing): Edit {
  const word = ` "${domain}"; /* rollcall resolver */`;
  const line = `    validate-except { "${domain}"; }; // rollcall resolver\n`;
  return {
    path: OPTIONS_PATH,
    write(current = '') {
      const statements = readBind(current);
      const options = statements.find(({ words }) => words[0] === 'options');
      if (options?.body === undefined) {
        throw new CommandError(
          `${OPTIONS_PATH} has no options { }: put validate-except { "${domain}"; }; into it by hand`,
        );
      }
      const list = options.body.find(({ words }) => words[0] === 'validate-except');
      if (list?.body?.some(({ words }) => covers(words[0] ?? '', domain))) return current;
      const [at, text] =
        list?.bodyStart === undefined ? [options.bodyEnd, line] : [list.bodyStart, word];
      return `${current.slice(0, at)}${text}${current.slice(at)}`;
    },
    unwrite: (current) =>
      current
        .replace(/^ {4}validate-except \{ "[^"]*"; \}; \/\/ rollcall resolver\n/m, '')
        .replace(/ "[^"]*"; \/\* rollcall resolver \*\//, ''),
  };
}

function findings(root: RootFolder, routing: Routing): readonly Finding[] {
  const statements = withIncludes(root, MAIN_PATH);
  const options = statements.find(({ words }) => words[0] === 'options')?.body ?? [];
  return [
    ...routeFindings(statements, options, routing),
    ...validationFindings(options, routing.domain),
  ];
}

const DEPTH_MAX = 10;

function withIncludes(root: RootFolder, path: string, depth = 0): readonly BindStatement[] {
  if (depth > DEPTH_MAX) return [];
  return readBind(root.read(path) ?? '').flatMap((statement) =>
    statement.words[0] === 'include'
      ? withIncludes(root, statement.words[1] ?? '', depth + 1)
      : [statement],
  );
}

function routeFindings(
  statements: readonly BindStatement[],
  options: readonly BindStatement[],
  { domain, host, port }: Routing,
): readonly Finding[] {
  const forwardersOf = (body: readonly BindStatement[] = []): readonly string[] =>
    (body.find(({ words }) => words[0] === 'forwarders')?.body ?? []).map(({ words }) =>
      words[1] === 'port' ? `${words[0]} port ${words[2]}` : `${words[0]} port 53`,
    );
  const target = `${host} port ${port}`;
  const found: Finding[] = [];
  const zones = statements.filter(
    ({ words }) => words[0] === 'zone' && bare(words[1] ?? '') === domain,
  );
  if (zones.some(({ body }) => forwardersOf(body).includes(target))) {
    found.push(ok(`a zone "${domain}" forwards to ${target}`));
  } else found.push(error(`no zone "${domain}" forwards to ${target}`, INSTALL_ADVICE));
  if (statements.some(({ words }) => words[0] === 'view')) {
    found.push(
      error(
        'views are used, and with them every zone has to be in a view',
        `include "${OWN_PATH}" inside of each view instead of in ${LOCAL_PATH}`,
      ),
    );
  }
  if (forwardersOf(options).includes(target)) {
    found.push(
      error(
        'forwarders of the options send every name to rollcall',
        'take it out there; or give rollcall recursors that are not this BIND',
      ),
    );
  }
  return found;
}

function validationFindings(options: readonly BindStatement[], domain: string): readonly Finding[] {
  const mode = options.find(({ words }) => words[0] === 'dnssec-validation')?.words[1] ?? 'auto';
  if (mode === 'no') return [ok('dnssec-validation no')];
  const list = options.find(({ words }) => words[0] === 'validate-except')?.body ?? [];
  if (list.some(({ words }) => covers(words[0] ?? '', domain))) {
    return [ok(`DNSSEC is validated, ${domain} left out (validate-except)`)];
  }
  return [
    error(
      `dnssec-validation ${mode}, and the root says that there is no ${domain}: its answers are bogus`,
      `write validate-except { "${domain}"; }; into options; "rollcall resolver install" does`,
    ),
  ];
}
