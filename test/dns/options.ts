/** The options of the DNS side as they are when nothing is configured. */
import type { AnswerOptions, ProtocolOptions } from '../../src/dns/options.ts';
import { compileRules, type SelectionRules } from '../../src/dns/view/selection-rules.ts';

export const ANSWER_OPTIONS: AnswerOptions = {
  onlyPassing: false,
  nodeTtlSeconds: 0,
  serviceTtlSeconds: {},
  aRecordLimit: 0,
  udpAnswerLimit: 0,
  additionalNodeMetaTxt: true,
  disableCompression: false,
  truncate: true,
  weighted: true,
  minimalAny: true,
  translateWanAddresses: false,
  failOpen: { minHealthyPercent: 0, services: [] },
  near: {},
  soa: {},
};

export const PROTOCOL_OPTIONS: ProtocolOptions = {
  identity: '',
  version: '',
  nsid: '',
  cookies: true,
  cookieSecrets: [],
  rateLimit: { responsesPerSecond: 0, slip: 2, exempt: [] },
};

const compiled = new Map<boolean, SelectionRules>();

/** The rules of selection by default, but for `only_passing`; the same ones for the same value. */
export function rules(onlyPassing = false): SelectionRules {
  const known = compiled.get(onlyPassing) ?? compileRules({ ...ANSWER_OPTIONS, onlyPassing });
  compiled.set(onlyPassing, known);
  return known;
}
