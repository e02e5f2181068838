/**
 * Addresses of instances, and the alias that a service is whose instances are known by host names only. Other types,
 * too, lead on through such an alias.
 */

import type { AddressPool } from '../../view/address-pool.ts';
import type { Host } from '../../view/host.ts';
import { Pool } from '../../view/pool.ts';
import { distinctHosts, type NamedInstance } from '../../view/selection.ts';
import type { AddressRrset } from '../../wire/address-rrset.ts';
import { lowerName } from '../../wire/name.ts';
import type { ResourceRecord } from '../../wire/record.ts';
import { RecordClass, RecordType } from '../../wire/types.ts';
import { followAlias } from '../alias.ts';
import type { Asked, CatalogContext } from '../catalog-context.ts';
import { LIMITED } from '../explanations.ts';
import { locateClient } from '../near.ts';
import type { Answer, Explanation, Outcome } from '../outcome.ts';
import { isPlainUdp } from '../reply-size.ts';
import type { AnswerKind, Found } from './answer-kind.ts';
import { noData } from './negative.ts';

export const addresses: AnswerKind = {
  answer: answerAddresses,
  recordsOf: (_context, { question }, selection, instance) => {
    const host = selection.hostOf(instance, question.type);
    const isOfType = host?.type === question.type || question.type === RecordType.ANY;
    if (host === undefined || !(isOfType || host.type === RecordType.CNAME)) return [];
    return [host.rdata];
  },
};

function answerAddresses(
  context: CatalogContext,
  asked: Asked,
  found: Found,
): Outcome | Promise<Outcome> {
  const named = found.selection.named(asked.question.type);
  if (named.count === 0) return answerByType(context, asked, found);
  const atNodes = ownNodes(asked, found, named);
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
  const host = named.items[named.draw(1, context.random)[0] ?? 0]?.host;
  if (host === undefined) return noData(asked);
  const record = recordAt(asked, found, host);
  return followAlias(context, asked.query, { record, target: host.name, additional: [] });
}

/** Consul: a service registered under its own name is at its node's address. */
function ownNodes({ question }: Asked, { selection }: Found, named: Pool<NamedInstance>): Host[] {
  return named.items
    .filter(({ host }) => lowerName(host.name) === question.lowerName)
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
      return answerHosts(context, asked, found, selection.mixed);
    default:
      return noData(asked);
  }
}

function answerPacked(
  context: CatalogContext,
  asked: Asked,
  found: Found,
  pool: AddressPool,
): Outcome {
  if (pool.count === 0) return noData(asked);
  const limits = allowed(context, asked, pool.count);
  const { count } = limits;
  const { path, subnetScope } = locateClient(context, asked.query);
  const order = pool.draw(count, context.random, path);
  const owner = asked.question.name;
  const { addresses } = pool;
  const ttl = found.ttl.seconds;
  const answers: AddressRrset = { kind: 'addresses', owner, ttl, addresses, order, count };
  return answerOf(answers, limits, subnetScope);
}

function answerHosts(
  context: CatalogContext,
  asked: Asked,
  found: Found,
  pool: Pool<Host>,
): Outcome {
  if (pool.count === 0) return noData(asked);
  const limits = allowed(context, asked, pool.count);
  const { count } = limits;
  const { path, subnetScope } = locateClient(context, asked.query);
  const drawn = pool.draw(count, context.random, path);
  const answers: ResourceRecord[] = [];
  for (let place = 0; place < count; place++) {
    const host = pool.items[drawn[place] as number] as Host;
    answers.push(recordAt(asked, found, host));
  }
  return answerOf(answers, limits, subnetScope);
}

function answerOf(
  answers: Answer['answers'],
  { partial, explanation }: Allowed,
  subnetScope: number | undefined,
): Answer {
  const answer = {
    kind: 'answer',
    answers,
    authority: [],
    additional: [],
    authoritative: true,
    partial,
  } as const;
  // Rarely is there more to say, and then it is worth a second object.
  if (explanation === undefined && subnetScope === undefined) return answer;
  return {
    ...answer,
    ...(explanation === undefined ? {} : { explanation }),
    ...(subnetScope === undefined ? {} : { subnetScope }),
  };
}

interface Allowed {
  readonly count: number;
  /** The client is to be told by TC as well. */
  readonly partial: boolean;
  readonly explanation: Explanation | undefined;
}

/** How many of so many answers the settings and the transport allow. */
function allowed(
  { settings }: CatalogContext,
  { question, query, answersMax }: Asked,
  available: number,
): Allowed {
  const { aRecordLimit, udpAnswerLimit } = settings.answer;
  let count = Math.min(available, answersMax);
  let explanation: Explanation | undefined;
  let partial = false;
  if (aRecordLimit > 0 && available > aRecordLimit) {
    count = Math.min(count, aRecordLimit);
    explanation = LIMITED;
    const setting = 'dns_config.a_record_limit';
    query.trace?.steps.push({ kind: 'limit', setting, most: aRecordLimit, of: available });
  }
  const isOver = udpAnswerLimit > 0 && count > udpAnswerLimit;
  if (isOver && isPlainUdp(query.client, question.edns)) {
    count = udpAnswerLimit;
    explanation = LIMITED;
    partial = true;
    const setting = 'dns_config.udp_answer_limit';
    query.trace?.steps.push({ kind: 'limit', setting, most: udpAnswerLimit, of: available });
  }
  return { count, partial, explanation };
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
