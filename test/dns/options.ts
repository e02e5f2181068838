/** The options of the DNS side as they are when nothing is configured. */
import type { AnswerOptions, ProtocolOptions } from '../../src/dns/options.ts';

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
