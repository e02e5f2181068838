/**
 * The settings that decide which instances of a service are answered, and in which order; made ready for use. A reload
 * makes new ones, and what was selected by the old is selected again.
 */
import type { AnswerOptions } from '../options.ts';
import { compilePatterns } from '../service-patterns.ts';
import { Locations } from './locations.ts';

export interface SelectionRules {
  /** Drop warning instances as well as critical ones. */
  readonly onlyPassing: boolean;
  readonly weighted: boolean;
  /** Things of other datacenters have their `wan` addresses. */
  readonly translateWan: boolean;
  /** Undefined when none are configured. */
  readonly locations: Pick<Locations, 'locate'> | undefined;
  /** Share of healthy instances below which all are answered, for a service name in lower case; 0 is never. */
  readonly minHealthyPercent: (service: string) => number;
}

type RuleOptions = Pick<
  AnswerOptions,
  'onlyPassing' | 'weighted' | 'translateWanAddresses' | 'near' | 'failOpen'
>;

export function compileRules(options: RuleOptions): SelectionRules {
  const { onlyPassing, weighted, translateWanAddresses, near, failOpen } = options;
  return {
    onlyPassing,
    weighted,
    translateWan: translateWanAddresses,
    locations: Object.keys(near).length === 0 ? undefined : new Locations(near),
    minHealthyPercent: compileFloor(failOpen),
  };
}

function compileFloor({ minHealthyPercent, services }: AnswerOptions['failOpen']) {
  if (minHealthyPercent === 0) return () => 0;
  const patterns = services.length === 0 ? ['*'] : services;
  const find = compilePatterns(patterns.map((pattern) => [pattern, minHealthyPercent] as const));
  return (service: string): number => find(service) ?? 0;
}
