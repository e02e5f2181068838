/** Rules for the keys of the DNS side that go beyond the form of one text. */
import { limits } from '../runtime/index.ts';
import { readRecursor } from './addresses.ts';
import { type Finding, NONE, type Rule, type RuleContext } from './rule.ts';

export const DNS_RULES: readonly Rule[] = [recursors, locations, subnets];

function recursors({ settings }: RuleContext): Finding[] {
  return settings.list('recursors').flatMap((text) => {
    const address = readRecursor(text);
    if (typeof address !== 'string') return [];
    return [
      ['recursors', 'IP addresses, with or without a port', `recursors: ${address}`] as const,
    ];
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
  const most = limits.configuredSubnets.default;
  return Object.entries({ 'dns_config.near': near, 'dns_config.rate_limit.exempt': exempt })
    .filter(([, list]) => list.length > most)
    .map(([path, { length }]) => {
      const expected = `at most ${most} subnets`;
      return [path, expected, `${path}: expected ${expected}, received ${length}`];
    });
}
