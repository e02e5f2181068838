/** What `watch -type` can look at: a reading of the API each, and what of it is shown. */
import type { Query } from './client.ts';
import { CommandError } from './command.ts';
import type { FlagValues } from './flag-values.ts';
import { listOf, objectOf, textOf } from './json-value.ts';
import { kvPath } from './kv-entries.ts';

export interface WatchedView {
  readonly path: string;
  readonly query: Query;
  /** What is shown of a reading after the index `seen`; undefined was not there. */
  show(value: unknown, seen: string): unknown;
  /** What tells one reading from the next: an index, which grows, or a mark without an order. */
  readonly waitsBy: 'index' | 'mark' | 'hash';
}

/** @throws CommandError in Consul's words */
export function watchedView(flags: FlagValues): WatchedView {
  const type = flags.text('type');
  const makeView = Object.hasOwn(VIEWS, type) ? VIEWS[type] : undefined;
  if (makeView === undefined) throw new CommandError(`Unsupported watch type: ${type}`);
  return makeView(flags);
}

const VIEWS: Readonly<Record<string, (flags: FlagValues) => WatchedView>> = {
  key: (flags) => ({
    path: kvPath(needed(flags, 'key', 'key')),
    query: {},
    show: (value) => listOf(value).map(entryOf)[0] ?? null,
    waitsBy: 'index',
  }),
  keyprefix: (flags) => ({
    path: kvPath(needed(flags, 'prefix', 'prefix')),
    query: { recurse: '' },
    show: (value) => (value === undefined ? null : listOf(value).map(entryOf)),
    waitsBy: 'index',
  }),
  services: (flags) => plainView('/v1/catalog/services', filterOf(flags)),
  nodes: (flags) => plainView('/v1/catalog/nodes', filterOf(flags)),
  service(flags) {
    const name = needed(flags, 'service', 'service');
    return plainView(`/v1/health/service/${encodeURIComponent(name)}`, {
      ...filterOf(flags),
      ...(flags.has('tag') ? { tag: flags.list('tag') } : {}),
      ...(isPassingOnly(flags) ? { passing: '1' } : {}),
    });
  },
  checks(flags) {
    const [service, state] = [flags.text('service'), flags.text('state')];
    if (service !== '' && state !== '') throw new CommandError('Cannot specify service and state');
    const path =
      service === ''
        ? `/v1/health/state/${encodeURIComponent(state || 'any')}`
        : `/v1/health/checks/${encodeURIComponent(service)}`;
    return plainView(path, filterOf(flags));
  },
  event: (flags) => ({
    path: '/v1/event/list',
    query: flags.text('name') === '' ? {} : { name: flags.text('name') },
    show(value, seen) {
      const events = listOf(value);
      const last = events.findIndex((event) => markOf(textOf(objectOf(event).ID)) === seen);
      return events.slice(last + 1);
    },
    waitsBy: 'mark',
  }),
  connect_roots: () => plainView('/v1/agent/connect/ca/roots', {}),
  connect_leaf(flags) {
    const name = needed(flags, 'service', 'service');
    return plainView(`/v1/agent/connect/ca/leaf/${encodeURIComponent(name)}`, {});
  },
  agent_service(flags) {
    const id = needed(flags, 'service', 'service');
    return { ...plainView(`/v1/agent/service/${encodeURIComponent(id)}`, {}), waitsBy: 'hash' };
  },
};

function plainView(path: string, query: Query): WatchedView {
  return { path, query, show: (value) => value ?? null, waitsBy: 'index' };
}

function needed(flags: FlagValues, name: string, what: string): string {
  const text = flags.text(name);
  if (text === '') throw new CommandError(`Must specify a single ${what} to watch`);
  return text;
}

function filterOf(flags: FlagValues): Query {
  const filter = flags.text('filter');
  return filter === '' ? {} : { filter };
}

function isPassingOnly(flags: FlagValues): boolean {
  const text = flags.text('passingonly');
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return true;
  if (['', '0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text)) return false;
  throw new CommandError(
    `Failed to parse passingonly flag: strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`,
  );
}

/** Consul's command always shows a session. */
function entryOf(value: unknown): unknown {
  return { Session: '', ...objectOf(value) };
}

/** The index that stands for an event: the two halves of its id, one XOR the other. */
function markOf(id: string): string {
  const digits = id.replaceAll('-', '');
  if (!/^[0-9a-f]{32}$/i.test(digits)) return '';
  return `${BigInt(`0x${digits.slice(0, 16)}`) ^ BigInt(`0x${digits.slice(16)}`)}`;
}
