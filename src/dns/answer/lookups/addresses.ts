/**
 * Addresses of instances, and the alias that a service is whose instances are known by host names only. Other types,
 * too, lead on through such an alias.
 */

import type { AddressPool } from '../../view/address-pool.ts';
import type { Host } from '../../view/host.ts';
import { Pool } from '../../view/pool.ts';
import { distinctHosts } from '../../view/selection.ts';
import type { AddressRrset } from '../../wire/address-rrset.ts';
import type { ResourceRecord } from '../../wire/record.ts';
import { RecordClass, RecordType } from '../../wire/types.ts';
import { followAlias } from '../alias.ts';
import type { Basis } from '../basis.ts';
import type { Asked, CatalogContext } from '../catalog-context.ts';
import { locateClient } from '../near.ts';
import type { Outcome } from '../outcome.ts';
import { allowed, answerOf } from './allowed.ts';
import type { AnswerKind, Found } from './answer-kind.ts';
import { noData } from './negative.ts';

export const addresses: AnswerKind = {
  answer: answerAddresses,
  recordsOf: (_context, { question }, selection, instance) => {
    const { type } = question;
    const wanted = type === RecordType.ANY ? [RecordType.A, RecordType.AAAA, type] : [type];
    return wanted
      .map((one) => ({ one, host: selection.hostOf(instance, one) }))
      .filter(({ one, host }) =>
        host?.type === RecordType.CNAME
          ? selection.isAlias(type)
          : host?.type === one || one === RecordType.ANY,
      )
      .map(({ host }) => host)
      .filter((host) => host !== undefined);
  },
};

function answerAddresses(
  context: CatalogContext,
  asked: Asked,
  found: Found,
): Outcome | Promise<Outcome> {
  if (!found.selection.hasNames) return answerByType(context, asked, found);
  const atNodes = ownNodes(asked, found);
  if (atNodes.length > 0) return answerWithNodes(context, asked, found, atNodes);
  const { type } = asked.question;
  return found.selection.isAlias(type)
    ? answerAlias(context, asked, found)
    : answerByType(context, asked, found);
}

/** The alias of one host name, and what stands there. */
function answerAlias(
  context: CatalogContext,
  asked: Asked,
  found: Found,
): Outcome | Promise<Outcome> {
  const named = found.selection.named(asked.question.type);
  if (named.count === 0) return noData(asked);
  named.draw(1, context.random, undefined);
  const { host } = named.drawn(0);
  const record = recordAt(asked, found, host);
  return followAlias(context, asked.query, { record, target: host.name, additional: [] });
}

/** Consul: a service registered under its own name is at its node's address. */
function ownNodes({ question }: Asked, { selection }: Found): Host[] {
  return selection
    .namedAs(question.type, question.lowerName)
    .map(({ instance }) => selection.nodeHostOf(instance, question.type))
    .filter((host) => host !== undefined)
    .filter((host) => host.type !== RecordType.CNAME);
}

function answerByType(context: CatalogContext, asked: Asked, found: Found): Outcome {
  const { selection } = found;
  switch (asked.question.type) {
    case RecordType.A:
      return answerPacked(context, asked, found, selection.ipv4);
    case RecordType.AAAA:
      return answerPacked(context, asked, found, selection.ipv6);
    case RecordType.ANY:
      return answerAny(context, asked, found);
    default:
      return noData(asked);
  }
}

/** RFC 8482 §4.1: one RRset, whole; which one is settled before anything is drawn. */
function answerAny(context: CatalogContext, asked: Asked, found: Found): Outcome {
  const { selection } = found;
  if (!context.settings.answer.minimalAny) {
    return answerHosts(context, asked, found, selection.mixed);
  }
  const pool = selection.ipv4.count > 0 ? selection.ipv4 : selection.ipv6;
  return answerPacked(context, asked, found, pool);
}

function answerPacked(
  context: CatalogContext,
  asked: Asked,
  found: Found,
  pool: AddressPool,
): Outcome {
  if (pool.count === 0) return noData(asked);
  const room = allowed(context, asked, pool.count);
  const { count } = room;
  const { path, subnetScope } = locateClient(context, asked.query);
  const order = pool.draw(count, context.random, path);
  const owner = asked.question.name;
  const ttl = found.ttl.seconds;
  const answers: AddressRrset = { kind: 'addresses', owner, ttl, addresses: pool, order, count };
  const basis: Basis | undefined = found.mayKeep
    ? { kind: 'addresses', question: asked.question, from: found.selection, pool, ttl }
    : undefined;
  return answerOf(answers, room, subnetScope, basis);
}

function answerHosts(
  context: CatalogContext,
  asked: Asked,
  found: Found,
  pool: Pool<Host>,
): Outcome {
  if (pool.count === 0) return noData(asked);
  const room = allowed(context, asked, pool.count);
  const { count } = room;
  const { path, subnetScope } = locateClient(context, asked.query);
  pool.draw(count, context.random, path);
  const answers: ResourceRecord[] = [];
  for (let place = 0; place < count; place++) {
    answers.push(recordAt(asked, found, pool.drawn(place)));
  }
  return answerOf(answers, room, subnetScope, undefined);
}

/** The rare case: what is answered depends on how the question was put, so nothing of it is kept. */
function answerWithNodes(
  context: CatalogContext,
  asked: Asked,
  found: Found,
  atNodes: readonly Host[],
): Outcome {
  const { selection } = found;
  const { type } = asked.question;
  const rest = selection.instances
    .map((instance) => selection.hostOf(instance, type))
    .filter((host) => host !== undefined)
    .filter((host) => host.type !== RecordType.CNAME);
  const fitting = distinctHosts([...rest, ...atNodes]).filter(
    (host) => type === RecordType.ANY || host.type === type,
  );
  return answerHosts(
    context,
    asked,
    found,
    new Pool({ items: fitting, weights: undefined, pathOf: undefined }),
  );
}

function recordAt({ question }: Asked, { ttl }: Found, { type, rdata }: Host): ResourceRecord {
  return { owner: question.name, type, class: RecordClass.IN, ttl: ttl.seconds, rdata };
}
