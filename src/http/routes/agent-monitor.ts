/** `/v1/agent/monitor`: the agent's log as it is written, from a level that the client chooses. */
import { LOG_LEVELS, type LogLevel } from '../../runtime/index.ts';
import type { Answer } from '../answer.ts';
import type { HttpDeps } from '../deps.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { HttpError } from '../errors.ts';
import { answerLive } from '../live-reply.ts';
import { formatLogJson, formatLogText, type LogForm } from '../log-form.ts';
import { LogTail } from '../log-tail.ts';
import type { Waits } from '../reads.ts';

type Deps = Pick<HttpDeps, 'followLog' | 'clock' | 'logger'> & { readonly live: Waits };

export function agentMonitor(deps: Deps): readonly Endpoint[] {
  return [{ method: 'GET', path: '/v1/agent/monitor', handle: (call) => monitor(deps, call) }];
}

function monitor(deps: Deps, call: Call): Answer {
  const { query, request } = call;
  const level = levelOf(query.get('loglevel') || 'info');
  const form = query.has('logjson') ? formatLogJson : formatLogText;
  return answerLive(deps.live, call, {
    contentType: 'text/plain; charset=utf-8',
    chunks: (ended) => lines(deps, { level, form, ended, requestId: request.id }),
  });
}

interface Followed {
  readonly level: LogLevel;
  readonly form: LogForm;
  readonly ended: AbortSignal;
  readonly requestId: string;
}

/** Follows the log from the moment it is read from. */
async function* lines(
  { followLog, clock, logger }: Deps,
  { level, form, ended, requestId }: Followed,
): AsyncGenerator<string> {
  const tail = new LogTail(clock, form);
  const stopFollowing = followLog({ level, take: (entry) => tail.take(entry) });
  try {
    yield* tail.chunks(ended);
  } finally {
    stopFollowing();
    const { dropped } = tail;
    if (dropped > 0) logger.warn({ requestId, dropped }, 'the log was read too slowly');
  }
}

/** Like Consul, in any case, and `err` for the last. */
function levelOf(text: string): LogLevel {
  const name = text.toLowerCase();
  const level = LOG_LEVELS.find((one) => one === (name === 'err' ? 'error' : name));
  if (level !== undefined) return level;
  throw new HttpError('log_level_unknown', `Unknown log level: ${text}`, 'loglevel');
}
