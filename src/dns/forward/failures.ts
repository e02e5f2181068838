/**
 * Why a question could not be answered, as a client is told: how many failed in which way. Never who: the addresses
 * of recursors are nobody's business, and stand in the log.
 */
import type { Failure, Refused } from '../answer/outcome.ts';
import type { UpstreamAddress } from '../options.ts';
import { formatRcode } from '../wire/format-message.ts';
import { ExtendedError, Rcode } from '../wire/types.ts';
import type { Exchange } from './exchange.ts';

/** One try that brought no answer. */
export interface Failed {
  readonly upstream: UpstreamAddress;
  readonly isNetworkError: boolean;
  /** Such as `did not answer`. */
  readonly reason: string;
  readonly mismatches: number;
}

export function describeTry(upstream: UpstreamAddress, result: Exchange): Failed {
  const failed = { upstream, isNetworkError: false, mismatches: 0 };
  switch (result.kind) {
    case 'reply': {
      const { rcode } = result.message;
      const isGood = rcode === Rcode.NOERROR || rcode === Rcode.NXDOMAIN;
      return { ...failed, reason: `answered ${isGood ? 'something else' : formatRcode(rcode)}` };
    }
    case 'silence':
      return { ...failed, reason: 'did not answer', mismatches: result.mismatches };
    case 'network-error':
      return { ...failed, isNetworkError: true, reason: `could not be reached: ${result.reason}` };
    case 'aborted':
      return { ...failed, reason: 'was not waited for' };
  }
}

/** RFC 8914 §4.23 when somebody was reached who did not say, §4.24 when nothing was but errors. */
export function explainFailures(failures: readonly Failed[]): Failure {
  const code = failures.every(({ isNetworkError }) => isNetworkError)
    ? ExtendedError.NETWORK_ERROR
    : ExtendedError.NO_REACHABLE_AUTHORITY;
  const counts = new Map<string, number>();
  let mismatches = 0;
  for (const failed of failures) {
    counts.set(failed.reason, (counts.get(failed.reason) ?? 0) + 1);
    mismatches += failed.mismatches;
  }
  const texts = [...counts].map(
    ([reason, count]) => `${count} recursor${count === 1 ? '' : 's'} ${reason}`,
  );
  // A few are enough to see what is wrong, and the text has to fit in a datagram.
  const shown = texts.slice(0, REASONS_MAX);
  if (texts.length > shown.length) shown.push(`${texts.length - shown.length} more reasons`);
  if (mismatches > 0) shown.push(`${mismatches} replies did not match`);
  return failure(code, shown.join('; '));
}

const REASONS_MAX = 4;

/** RFC 8914 §4.14: told again without asking again. */
export function cachedError({ explanation }: Failure): Failure {
  return failure(ExtendedError.CACHED_ERROR, explanation?.text ?? '');
}

function failure(code: number, text: string): Failure {
  return Object.freeze({ kind: 'failure', explanation: Object.freeze({ code, text }) });
}

export const TOO_MANY = failure(ExtendedError.OTHER, 'too many queries wait for upstreams');
/** Policy, not an error. */
export const PROHIBITED: Refused = Object.freeze({
  kind: 'refused',
  explanation: Object.freeze({
    code: ExtendedError.PROHIBITED,
    text: 'names are not forwarded for this client',
  }),
});

export const NOT_READY = failure(ExtendedError.NOT_READY, 'the server is starting');
/** The thread that asks upstreams has died, and another is not there yet. */
export const UNREACHED = failure(ExtendedError.NOT_READY, 'upstreams cannot be asked now');
export const STOPPING = failure(ExtendedError.OTHER, 'the server is stopping');
export const ONLY_SELF = failure(
  ExtendedError.NO_REACHABLE_AUTHORITY,
  'the only recursor is this server itself',
);
