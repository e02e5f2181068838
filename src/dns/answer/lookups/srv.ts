/**
 * SRV answers of a service (RFC 2782): one record for each target and port, in the order of the draw, and in the
 * additional section what stands at the targets.
 */
import type { InstanceEntry, SrvParts } from '../../view/entries.ts';
import type { Selection, WeighedInstance } from '../../view/selection.ts';
import { encodeSrv } from '../../wire/encode-rdata.ts';
import { lowerName } from '../../wire/name.ts';
import type { ResourceRecord } from '../../wire/record.ts';
import { RecordClass, RecordType } from '../../wire/types.ts';
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
    const { lowerName: name } = asked.question;
    const weights = selection.derive(`weights at ${name}`, () => {
      return new Map(selection.distinctFor(name).items.map((one) => [one.instance, one.weight]));
    });
    const weight = weights.get(instance) ?? instance.weight();
    const parts = srvPartsOf(context, asked, selection, instance, weight);
    return parts === undefined ? [] : [{ type: RecordType.SRV, rdata: parts.rdata }];
  },
};

function answerSrv(
  context: CatalogContext,
  asked: Asked,
  { selection, ttl: { seconds: ttl } }: Found,
): Outcome | Promise<Outcome> {
  const { question, query } = asked;
  const pool = selection.distinctFor(question.lowerName);
  const room = allowedOverUdp(context, asked, pool.count);
  const { path, subnetScope } = locateClient(context, query);
  const drawn = pool.draw(room.count, context.random, path);
  const answers: ResourceRecord[] = [];
  const additional = new Additional(context, asked, ttl);
  // A host name may be that of a node: then two instances give one record (RFC 2181 §5).
  const shown = selection.named(RecordType.SRV).count > 0 ? new Set<string>() : undefined;
  for (let place = 0; place < room.count; place++) {
    const { instance, weight } = pool.items[drawn[place] as number] as WeighedInstance;
    const parts = srvPartsOf(context, asked, selection, instance, weight);
    if (parts === undefined) continue;
    const { rdata, target, host } = parts;
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
    additional.addTarget({ name: target, host });
    additional.addNode(instance.node);
  }
  if (answers.length === 0) return noData(asked);
  return additional.joinTo(answerOf(answers, room, subnetScope));
}

/** Encoded once for each instance and domain and kept with it, but for host names, which may be the question's. */
function srvPartsOf(
  context: CatalogContext,
  asked: Asked,
  selection: Selection,
  instance: InstanceEntry,
  weight: number,
): SrvParts | undefined {
  const { rules } = selection;
  const slot = context.grammar.domains.indexOf(asked.domain);
  const kept = instance.srvParts?.[slot];
  if (kept !== undefined && kept.rules === rules && kept.weight === weight) return kept;
  const target = targetOf(selection, instance, asked.domain);
  if (target === undefined) return undefined;
  if (target.host === undefined) {
    // Consul: a service registered under the name that is asked for is at its node.
    const isItself = lowerName(target.name) === asked.question.lowerName;
    const used = isItself ? nodeTarget(selection, instance, asked.domain) : target;
    return used === undefined ? undefined : encodeParts(selection, instance, used, weight);
  }
  const parts = encodeParts(selection, instance, target, weight);
  instance.srvParts ??= [];
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
  return { rdata, target: name, host, weight, rules: selection.rules };
}
