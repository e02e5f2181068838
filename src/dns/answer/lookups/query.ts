/**
 * Prepared queries by name or id, or through a template: the instances of their service that fit their conditions, with
 * their own TTL and order. What a query says is in the view; nothing is asked elsewhere.
 */
import { catalogLabel } from '../../names.ts';
import type { Lookup } from '../catalog-context.ts';
import * as explanations from '../explanations.ts';
import { answerInstances } from './instances.ts';
import { nameError, noData } from './negative.ts';
import { noteInstances } from './note-instances.ts';
import { withOrigin } from './origin.ts';
import { orderNear } from './query-near.ts';

export const lookUpQuery: Lookup<'query'> = (context, asked) => {
  if (asked.name.datacenter !== '') return nameError(asked, explanations.NO_DATACENTER);
  const query = context.view.query(asked.name.query);
  if (query === undefined) {
    // RFC 8020 §2: `_tcp.query` is above `_web._tcp.query`.
    const isAboveNames = /^_[^.]+$/.test(asked.name.query);
    return isAboveNames
      ? noData(asked, explanations.ONLY_BELOW)
      : nameError(asked, explanations.NO_QUERY);
  }
  if (query.peer !== '') return nameError(asked, explanations.NO_PEER);
  const service = catalogLabel(query.service);
  const { here } = context.view;
  const entry = query.connect ? here.connect(service) : here.service(service);
  const selection = entry?.selectFor(query, context.settings.rules);
  noteInstances(context, asked, { service, entry, wanted: query, selection });
  if (selection === undefined) return nameError(asked, explanations.NO_QUERY_RESULT);
  const { ttlSeconds } = query;
  const ttl =
    ttlSeconds === undefined
      ? context.settings.serviceTtl(service)
      : { seconds: ttlSeconds, rule: 'DNS.TTL of the prepared query' };
  const near = orderNear(context, asked, query.near, selection);
  const found = { selection: near.selection, ttl, srvOnly: false, mayKeep: false };
  const outcome = answerInstances(near.context, asked, found);
  return withOrigin(outcome, query.key, 'query', asked.domain);
};
