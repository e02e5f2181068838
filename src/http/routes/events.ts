/**
 * `/v1/event`: user events, fired and listed. This node is all there is, so an event is delivered as soon as it is
 * fired, here and when the filters let it; Consul's gossip takes some milliseconds.
 */
import { randomUUID } from 'node:crypto';
import { type UserEvent, UserEvents } from '../../catalog/index.ts';
import { compileRegExp, limits, parseDuration, type RegExpMatcher } from '../../runtime/index.ts';
import { type Answer, json } from '../answer.ts';
import type { HttpDeps } from '../deps.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { HttpError } from '../errors.ts';
import { Work } from '../filter/work.ts';
import type { Query } from '../query.ts';
import { checkDatacenter, type ReadDeps, waitOf } from '../reads.ts';

type Deps = ReadDeps & Pick<HttpDeps, 'logger'>;

export function events(deps: Deps): readonly Endpoint[] {
  const recent = new UserEvents();
  return [
    { method: 'PUT', path: '/v1/event/fire/', handle: (call) => fire(deps, recent, call) },
    { method: 'GET', path: '/v1/event/list', handle: (call) => list(deps, recent, call) },
  ];
}

function fire(deps: Deps, recent: UserEvents, { name, query, octets, request }: Call): Answer {
  checkDatacenter(query, deps.agent.identity.datacenter);
  if (name === '') throw new HttpError('event_name_missing', 'Missing name');
  const event: UserEvent = {
    id: randomUUID(),
    name,
    payload: Uint8Array.from(octets),
    nodeFilter: query.get('node'),
    serviceFilter: query.get('service'),
    tagFilter: query.get('tag'),
    version: 1,
    lTime: 0,
  };
  checkSize(event);
  if (isForUs(deps, event)) recent.add(event);
  deps.logger.info({ requestId: request.id, id: event.id, name }, 'user event fired');
  return json(eventJson(event));
}

function checkSize({ name, payload, nodeFilter, serviceFilter, tagFilter }: UserEvent): void {
  const texts = name + nodeFilter + serviceFilter + tagFilter;
  const bytesMax = limits.eventBytes.default;
  if (Buffer.byteLength(texts) + payload.length <= bytesMax) return;
  const reason = `user event exceeds configured limit of ${bytesMax} bytes before encoding`;
  throw new HttpError('event_too_large', reason);
}

/** Whether the filters name this node, and a service on it. @throws HttpError for a filter that cannot be read */
function isForUs({ agent }: Deps, event: UserEvent): boolean {
  const { nodeFilter, serviceFilter, tagFilter } = event;
  if (tagFilter !== '' && serviceFilter === '') {
    const reason = 'Cannot provide tag filter without service filter';
    throw new HttpError('event_filter_invalid', reason, 'tag');
  }
  const node = matcherOf('node', nodeFilter);
  const service = matcherOf('service', serviceFilter);
  const tag = matcherOf('tag', tagFilter);
  const work = new Work();
  work.begin();
  const fits = (matcher: RegExpMatcher, text: string): boolean => {
    work.spend(matcher.instructions * (text.length + 1));
    return matcher.test(text);
  };
  if (node !== undefined && !fits(node, agent.identity.nodeName)) return false;
  if (service === undefined) return true;
  return agent.services().some((row) => {
    // Consul documents the name and compares the id.
    if (!fits(service, row.service) && !fits(service, row.id)) return false;
    return tag === undefined || row.tags.some((own) => fits(tag, own));
  });
}

/** Undefined: everything fits. */
function matcherOf(field: 'node' | 'service' | 'tag', pattern: string): RegExpMatcher | undefined {
  if (pattern === '') return undefined;
  const compiled = compileRegExp(pattern);
  if (compiled.ok) return compiled.matcher;
  throw new HttpError(
    'event_filter_invalid',
    `Invalid ${field} filter: ${compiled.message}`,
    field,
  );
}

/** Waits while the last event is the one that the client saw last: an index here is a mark, and has no order. */
async function list(deps: Deps, recent: UserEvents, call: Call): Promise<Answer> {
  const { query } = call;
  checkDatacenter(query, deps.agent.identity.datacenter);
  const name = query.get('name');
  const seen = seenOf(query, deps);
  const read = () => {
    const named = recent.all.filter((event) => name === '' || event.name === name);
    return { named, index: indexOf(named.at(-1)) };
  };
  let { named, index } = read();
  if (index === seen) {
    await waitFor(deps, recent, call, () => read().index !== seen);
    ({ named, index } = read());
  }
  return json(named.map(eventJson), { 'X-Consul-Index': `${index}` });
}

/** The mark that the client gives back, all 64 bits of it; 0: none. */
function seenOf(query: Query, deps: Deps): bigint {
  waitOf(query, deps);
  return BigInt(query.get('index') || 0);
}

/** Until `isOver` after some event, the time is up, the client is gone or the agent stops. */
function waitFor(
  { clock, waits, options }: Deps,
  recent: UserEvents,
  { query, reply }: Call,
  isOver: () => boolean,
): Promise<void> {
  const abort = waits.begin();
  return new Promise((resolve) => {
    let watch = recent.onNext(look);
    const timer = clock.schedule(waitMsOf(query, options.maxQueryTimeMs), end);
    abort.signal.addEventListener('abort', end, { once: true });
    reply.raw.once('close', end);
    if (abort.signal.aborted) end();

    function look(): void {
      if (isOver()) end();
      else watch = recent.onNext(look);
    }
    function end(): void {
      watch.cancel();
      timer.cancel();
      abort.signal.removeEventListener('abort', end);
      reply.raw.removeListener('close', end);
      waits.end(abort);
      resolve();
    }
  });
}

/** Consul: the longest wait unless a shorter one is asked for, and without jitter. */
function waitMsOf(query: Query, maxMs: number): number {
  const parsed = parseDuration(query.get('wait') || '0');
  return parsed.ok && parsed.ms > 0 ? Math.min(parsed.ms, maxMs) : maxMs;
}

/** The two halves of the event's id, one XOR the other; 1 when there is no event. */
function indexOf(event: UserEvent | undefined): bigint {
  if (event === undefined) return 1n;
  const digits = event.id.replaceAll('-', '');
  return BigInt(`0x${digits.slice(0, 16)}`) ^ BigInt(`0x${digits.slice(16)}`);
}

function eventJson(event: UserEvent) {
  const { payload } = event;
  return {
    ID: event.id,
    Name: event.name,
    Payload: payload.length === 0 ? null : Buffer.from(payload).toString('base64'),
    NodeFilter: event.nodeFilter,
    ServiceFilter: event.serviceFilter,
    TagFilter: event.tagFilter,
    Version: event.version,
    LTime: event.lTime,
  };
}
