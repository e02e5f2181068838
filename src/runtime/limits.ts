/**
 * Every bound on something that a client, a peer or the wire can make grow: default, least, most, and why.
 * A queue, a table fed from outside or a loop over wire data without a row here is a defect. This file only puts
 * the tables together: a row is added to the table of its area in `limits/`, and read as `limits.<row>`.
 */
import { catalogLimits } from './limits/catalog.ts';
import { checkLimits } from './limits/checks.ts';
import { dnsLimits } from './limits/dns.ts';
import { forwardLimits } from './limits/forward.ts';
import { httpLimits } from './limits/http.ts';
import { transportLimits } from './limits/transports.ts';
import { zoneLimits } from './limits/zones.ts';

export type { Limit } from './limits/limit.ts';

/** The rows of all areas, by name. */
export const limits = {
  ...catalogLimits,
  ...checkLimits,
  ...httpLimits,
  ...dnsLimits,
  ...transportLimits,
  ...zoneLimits,
  ...forwardLimits,
} as const;
