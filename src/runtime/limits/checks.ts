/**
 * Bounds of checks: how many look at a time, and what one reads.
 * A new row goes in here, and is read as `limits.<row>` (`../limits.ts`).
 */
import { limit } from './limit.ts';

/** The bounds of checks, by row. */
export const checkLimits = {
  probesInFlight: limit({
    default: 512,
    min: 1,
    max: 16384,
    why: 'checks that look at the same time, each with a socket; after a pause all of them are due at once',
  }),
  checkBodyBytes: limit({
    default: 16 << 20,
    min: 4096,
    max: 1 << 30,
    why: 'read of one reply to an HTTP check, of which the last bytes are kept; the rest of the reply is not read',
  }),
  checkRedirects: limit({
    default: 10,
    min: 0,
    max: 10,
    why: 'redirects that one HTTP check follows; 10 is the limit of Go, and so of Consul',
  }),
} as const;
