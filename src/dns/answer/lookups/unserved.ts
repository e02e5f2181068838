/**
 * Forms of the grammar that have nothing behind them (yet): no gateways, virtual addresses or prepared queries are
 * in the view. One file, so that each gets its own look-up when it comes.
 */
import type { Lookup } from '../catalog-context.ts';

export const lookUpIngress: Lookup<'ingress'> = (_context, { domain }) => ({
  kind: 'name-error',
  zone: domain,
});

export const lookUpQuery: Lookup<'query'> = (_context, { domain }) => ({
  kind: 'name-error',
  zone: domain,
});

/** Consul: an unknown virtual name has no records, but is not denied. */
export const lookUpVirtual: Lookup<'virtual'> = (_context, { domain }) => ({
  kind: 'no-data',
  zone: domain,
});

export const lookUpEmptyNonTerminal: Lookup<'empty-non-terminal'> = (_context, { domain }) => ({
  kind: 'no-data',
  zone: domain,
});

/** No form of the grammar: perhaps the master file knows the name. */
export const lookUpInvalid: Lookup<'invalid'> = () => ({ kind: 'skip' });
