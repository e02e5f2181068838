/**
 * Forms of the grammar that have nothing behind them (yet): no gateways or virtual addresses are in the view. One file, so that each gets its own look-up when it comes.
 */
import type { Lookup } from '../catalog-context.ts';
import * as explanations from '../explanations.ts';
import { nameError, noData } from './negative.ts';

export const lookUpIngress: Lookup<'ingress'> = (_context, asked) =>
  nameError(asked, explanations.NO_GATEWAY);

/** Consul: an unknown virtual name has no records, but is not denied. */
export const lookUpVirtual: Lookup<'virtual'> = (_context, asked) =>
  noData(asked, explanations.NO_VIRTUAL);

export const lookUpEmptyNonTerminal: Lookup<'empty-non-terminal'> = (_context, asked) =>
  noData(asked, explanations.ONLY_BELOW);

/** No form of the grammar: perhaps the master file knows the name. */
export const lookUpInvalid: Lookup<'invalid'> = () => ({ kind: 'skip' });
