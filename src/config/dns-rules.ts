/** Rules for the keys of the DNS side that go beyond the form of one text. */
import { lowerName, parseName } from '../dns/index.ts';
import { limits } from '../runtime/index.ts';
import { readRecursor } from './addresses.ts';
import { type Finding, NONE, type Rule, type RuleContext } from './rule.ts';

export const DNS_RULES: readonly Rule[] = [recursors, domains, locations, subnets];

function recursors({ settings }: RuleContext): Finding[] {
  return settings.list('recursors').flatMap((text) => {
    const address = readRecursor(text);
    if (typeof address !== 'string') return [];
    return [
      ['recursors', 'IP addresses, with or without a port', `recursors: ${address}`, text] as const,
    ];
  });
}

function domains({ settings }: RuleContext): Finding[] {
  const entries = Object.entries(settings.map<readonly string[]>('forward'));
  const wrong = (problem: string, text: string): Finding => [
    'forward',
    'domain names, each with a list of IP addresses',
    `forward: ${problem}`,
    text,
  ];
  const seen = new Set<string>();
  return entries.flatMap(([domain, servers]) => {
    const name = parseName(domain);
    if (domain === '' || name === undefined)
      return [wrong(`"${domain}" is not a domain name`, domain)];
    if (servers.length === 0) return [wrong(`"${domain}" has no servers`, domain)];
    // `corp.example` and `Corp.Example.` are one domain, and one list would hide the other.
    if (seen.has(lowerName(name))) return [wrong(`"${domain}" is there twice`, domain)];
    seen.add(lowerName(name));
    return servers.flatMap((text) => {
      const problem = readRecursor(text);
      return typeof problem === 'string' ? [wrong(problem, text)] : [];
    });
  });
}

function locations({ settings }: RuleContext): readonly Finding[] {
  if (!Object.hasOwn(settings.map('dns_config.near'), '')) return NONE;
  const message = 'dns_config.near: the name of a location cannot be empty';
  return [['dns_config.near', 'a name for each location', message]];
}

/** Every client is looked up in them. */
function subnets({ settings }: RuleContext): Finding[] {
  const near = Object.values(settings.map<readonly string[]>('dns_config.near')).flat();
  const exempt = settings.list('dns_config.rate_limit.exempt');
  const allowed = settings.list('dns_config.allow_recursion');
  const most = limits.configuredSubnets.default;
  const lists = {
    'dns_config.near': near,
    'dns_config.rate_limit.exempt': exempt,
    'dns_config.allow_recursion': allowed,
  };
  return Object.entries(lists)
    .filter(([, list]) => list.length > most)
    .map(([path, { length }]) => {
      const expected = `at most ${most} subnets`;
      return [path, expected, `${path}: expected ${expected}, received ${length}`];
    });
}
