/**
 * SRV answers of a service (RFC 2782): one record for each target and port, in the order of the draw, and in the
 * additional section what stands at the targets.
 */
import type { InstanceEntry, SrvParts } from '../../view/entries.ts';
import type { Selection } from '../../view/selection.ts';
import { encodeSrv } from '../../wire/encode-rdata.ts';
import { lowerName } from '../../wire/name.ts';
import type { ResourceRecord } from '../../wire/record.ts';
import { RecordClass, RecordType } from '../../wire/types.ts';
import type { Asked, CatalogContext } from '../catalog-context.ts';
import { LIMITED } from '../explanations.ts';
import { locateClient } from '../near.ts';
import type { Answer, Outcome } from '../outcome.ts';
import { isPlainUdp } from '../reply-size.ts';
import { Additional } from './additional.ts';
import type { AnswerKind, Found } from './answer-kind.ts';
import { noData } from './negative.ts';
import { nodeTarget, type Target, targetOf } from './target.ts';

/** Consul gives every target the same priority. */
const PRIORITY = 1;

export const srv: AnswerKind = {
  answer: answerSrv,
  recordsOf: (context, asked, selection, instance) => {
    const parts = srvPartsOf(context, instance, asked, selection);
    return parts === undefined ? [] : [parts.rdata];
  },
};

function answerSrv(
  context: CatalogContext,
  asked: Asked,
  { selection, ttl: { seconds: ttl } }: Found,
): Outcome | Promise<Outcome> {
  const { question, query } = asked;
  const pool = selection.distinct;
  const { udpAnswerLimit } = context.settings.answer;
  const isLimited = udpAnswerLimit > 0 && isPlainUdp(query.client, question.edns);
  const count = Math.min(pool.count, asked.answersMax, isLimited ? udpAnswerLimit : Infinity);
  const isPartial = isLimited && pool.count > udpAnswerLimit;
  if (isPartial) {
    const setting = 'dns_config.udp_answer_limit';
    query.trace?.steps.push({ kind: 'limit', setting, most: udpAnswerLimit, of: pool.count });
  }
  const { path, subnetScope } = locateClient(context, query);
  const drawn = pool.draw(count, context.random, path);
  const answers: ResourceRecord[] = [];
  const additional = new Additional(context, asked, ttl);
  const hostNames = new Set<string>();
  for (let place = 0; place < count; place++) {
    const instance = pool.items[drawn[place] as number] as InstanceEntry;
    const parts = srvPartsOf(context, instance, asked, selection);
    if (parts === undefined) continue;
    const { rdata, target, host } = parts;
    if (host === undefined) {
      // RFC 2181 §5: instances of several nodes at one host name and port are one record.
      const shown = `${lowerName(target)}\0${selection.portOf(instance)}`;
      if (hostNames.has(shown)) continue;
      hostNames.add(shown);
    }
    answers.push({
      owner: question.name,
      type: RecordType.SRV,
      class: RecordClass.IN,
      ttl,
      rdata,
    });
    additional.addTarget({ name: target, host });
    additional.addNode(instance.node);
  }
  if (answers.length === 0) return noData(asked);
  const answer: Answer = {
    kind: 'answer',
    answers,
    authority: [],
    additional: [],
    authoritative: true,
    partial: isPartial,
    ...(isPartial ? { explanation: LIMITED } : {}),
  };
  return additional.joinTo(subnetScope === undefined ? answer : { ...answer, subnetScope });
}

/** Encoded once for each instance and domain and kept with it, but for host names, which may be the question's. */
function srvPartsOf(
  context: CatalogContext,
  instance: InstanceEntry,
  asked: Asked,
  selection: Selection,
): SrvParts | undefined {
  const { rules } = selection;
  const slot = context.grammar.domains.indexOf(asked.domain);
  const kept = instance.srvParts?.[slot];
  if (kept !== undefined && kept.rules === rules) return kept;
  const target = targetOf(selection, instance, asked.domain);
  if (target === undefined) return undefined;
  if (target.host === undefined) {
    // Consul: a service registered under the name that is asked for is at its node.
    const isItself = lowerName(target.name) === asked.question.lowerName;
    const used = isItself ? nodeTarget(selection, instance, asked.domain) : target;
    return used === undefined ? undefined : encodeParts(selection, instance, used);
  }
  const parts = encodeParts(selection, instance, target);
  instance.srvParts ??= [];
  instance.srvParts[slot] = parts;
  return parts;
}

function encodeParts(
  selection: Selection,
  instance: InstanceEntry,
  { name, host }: Target,
): SrvParts {
  const weight = instance.weight();
  const port = selection.portOf(instance);
  const rdata = encodeSrv({ priority: PRIORITY, weight, port, target: name });
  return { rdata, target: name, host, rules: selection.rules };
}
