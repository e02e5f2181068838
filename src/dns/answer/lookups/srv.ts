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
import type { Basis } from '../basis.ts';
import type { Asked, CatalogContext } from '../catalog-context.ts';
import { locateClient } from '../near.ts';
import type { Outcome } from '../outcome.ts';
import { Additional } from './additional.ts';
import { allowedOverUdp, answerOf } from './allowed.ts';
import type { AnswerKind, Found } from './answer-kind.ts';
import { noData } from './negative.ts';
import { nodeTarget, type Target, targetOf } from './target.ts';

/** Consul gives every target the same priority. */
const PRIORITY = 1;

export const srv: AnswerKind = {
  answer: answerSrv,
  recordsOf: (context, asked, selection, instance) => {
    const { weights } = selection.distinctFor(asked.question.lowerName);
    const parts = srvPartsOf(context, asked, selection, instance, weights?.get(instance));
    return parts === undefined ? [] : [{ type: RecordType.SRV, rdata: parts.rdata }];
  },
};

function answerSrv(
  context: CatalogContext,
  asked: Asked,
  { selection, ttl: { seconds: ttl }, mayKeep }: Found,
): Outcome | Promise<Outcome> {
  const { question, query } = asked;
  const distinct = selection.distinctFor(question.lowerName);
  const { pool, weights } = distinct;
  const room = allowedOverUdp(context, asked, pool.count);
  const { path, subnetScope } = locateClient(context, query);
  pool.draw(room.count, context.random, path);
  const answers: ResourceRecord[] = [];
  const additional = new Additional(context, asked, ttl);
  // A host name may be that of a node: then two instances give one record (RFC 2181 §5).
  const shown = selection.hasNames ? new Set<string>() : undefined;
  for (let place = 0; place < room.count; place++) {
    const instance = pool.drawn(place);
    const parts = srvPartsOf(context, asked, selection, instance, weights?.get(instance));
    if (parts === undefined) continue;
    const { rdata, target } = parts;
    if (shown !== undefined) {
      const key = `${lowerName(target)}\0${selection.portOf(instance)}`;
      if (shown.has(key)) continue;
      shown.add(key);
    }
    answers.push({
      owner: question.name,
      type: RecordType.SRV,
      class: RecordClass.IN,
      ttl,
      rdata,
    });
    additional.addTarget(parts);
    additional.addNode(instance.node);
  }
  if (answers.length === 0) return noData(asked);
  const basis: Basis | undefined = mayKeep
    ? { kind: 'srv', question, from: selection, distinct, ttl, domain: asked.domain }
    : undefined;
  return additional.joinTo(answerOf(answers, room, subnetScope, basis));
}

/**
 * Encoded once for each instance and domain and kept with it, but for host names, which may be the question's, and for
 * records that stand for several instances, whose `weight` it is then.
 */
export function srvPartsOf(
  context: Pick<CatalogContext, 'grammar'>,
  asked: Pick<Asked, 'question' | 'domain'>,
  selection: Selection,
  instance: InstanceEntry,
  weight: number | undefined,
): SrvParts | undefined {
  const { rules } = selection;
  const slot = context.grammar.domains.indexOf(asked.domain);
  const kept = weight === undefined ? instance.srvParts?.[slot] : undefined;
  if (kept !== undefined && kept.rules === rules) return kept;
  const target = targetOf(selection, instance, asked.domain);
  if (target === undefined) return undefined;
  const shown = weight ?? instance.weight();
  if (target.host === undefined) {
    // Consul: a service registered under the name that is asked for is at its node.
    const isItself = lowerName(target.name) === asked.question.lowerName;
    const used = isItself ? nodeTarget(selection, instance, asked.domain) : target;
    return used === undefined ? undefined : encodeParts(selection, instance, used, shown);
  }
  const parts = encodeParts(selection, instance, target, shown);
  if (weight !== undefined) return parts;
  instance.srvParts ??= new Array(context.grammar.domains.length);
  instance.srvParts[slot] = parts;
  return parts;
}

function encodeParts(
  selection: Selection,
  instance: InstanceEntry,
  { name, host }: Target,
  weight: number,
): SrvParts {
  const port = selection.portOf(instance);
  const rdata = encodeSrv({ priority: PRIORITY, weight, port, target: name });
  return { rdata, target: name, host, rules: selection.rules };
}
