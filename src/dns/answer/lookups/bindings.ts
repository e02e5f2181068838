/**
 * SVCB and HTTPS answers (RFC 9460): one record for each instance whose metadata describes a binding, its target named
 * as in SRV answers, with the target's addresses in the additional section. Other instances have none.
 */
import type { InstanceEntry } from '../../view/entries.ts';
import type { Host } from '../../view/host.ts';
import type { Selection } from '../../view/selection.ts';
import { octetText, wordText } from '../../wire/octet-text.ts';
import type { ResourceRecord } from '../../wire/record.ts';
import { RecordClass, RecordType } from '../../wire/types.ts';
import { joinParameters } from '../../zone/rdata/service-parameters.ts';
import { type Binding, ParameterKey, readBinding } from '../binding.ts';
import type { Asked, CatalogContext } from '../catalog-context.ts';
import { locateClient } from '../near.ts';
import type { Outcome } from '../outcome.ts';
import { Additional } from './additional.ts';
import { allowedOverUdp, answerOf } from './allowed.ts';
import type { AnswerKind, Found } from './answer-kind.ts';
import { noData } from './negative.ts';
import { type Target, targetOf } from './target.ts';

const HTTPS_PORT = 443;

interface BoundInstance {
  readonly instance: InstanceEntry;
  readonly rdata: Uint8Array;
  readonly target: Target;
}

export const bindings: AnswerKind = {
  answer: answerBindings,
  recordsOf: (_context, asked, selection, instance) =>
    boundInstances(selection, [instance], asked).map(({ rdata }) => ({
      type: asked.question.type,
      rdata,
    })),
};

function answerBindings(
  context: CatalogContext,
  asked: Asked,
  found: Found,
): Outcome | Promise<Outcome> {
  const { selection, ttl } = found;
  const { question, domain } = asked;
  const pool = selection.derive(`bindings ${question.type} ${domain}`, () => {
    const bound = boundInstances(selection, selection.instances, asked);
    const instances = bound.map(({ instance }) => instance);
    return selection.poolOf(bound, instances);
  });
  if (pool.count === 0) return noData(asked);
  const room = allowedOverUdp(context, asked, pool.count);
  const { path, subnetScope } = locateClient(context, asked.query);
  pool.draw(room.count, context.random, path);
  const additional = new Additional(context, asked, ttl.seconds);
  const answers: ResourceRecord[] = [];
  for (let place = 0; place < room.count; place++) {
    const { rdata, target } = pool.drawn(place);
    const { name: owner, type } = question;
    answers.push({ owner, type, class: RecordClass.IN, ttl: ttl.seconds, rdata });
    additional.addTarget({ target: target.name, host: target.host });
  }
  return additional.joinTo(answerOf(answers, room, subnetScope, undefined));
}

function boundInstances(
  selection: Selection,
  instances: readonly InstanceEntry[],
  asked: Asked,
): readonly BoundInstance[] {
  const byRdata = new Map<string, BoundInstance>();
  for (const instance of instances) {
    const binding = instance.meta === undefined ? undefined : readBinding(instance.meta);
    if (binding === undefined) continue;
    const bound = bind(selection, instance, binding, asked);
    if (bound === undefined) continue;
    byRdata.set(octetText(bound.rdata, 0, bound.rdata.length), bound);
  }
  return [...byRdata.values()];
}

function bind(
  selection: Selection,
  instance: InstanceEntry,
  binding: Binding,
  { question, domain }: Asked,
): BoundInstance | undefined {
  const parameters = new Map(binding.parameters);
  const port = selection.portOf(instance);
  // RFC 9460 §9.1: HTTPS records are about port 443 where they do not say otherwise.
  const isPortSaid = question.type === RecordType.HTTPS && port === HTTPS_PORT;
  if (!parameters.has(ParameterKey.PORT) && port > 0 && !isPortSaid) {
    parameters.set(ParameterKey.PORT, wordText(port));
  }
  let target: Target | undefined;
  if (binding.target === undefined) {
    target = targetOf(selection, instance, domain);
    addHint(parameters, ParameterKey.IPV4_HINT, RecordType.A, selection, instance);
    addHint(parameters, ParameterKey.IPV6_HINT, RecordType.AAAA, selection, instance);
  } else {
    target = { name: binding.target, host: undefined };
  }
  if (target === undefined) return undefined;
  const { priority } = binding;
  const head = wordText(priority) + target.name;
  return { rdata: Buffer.from(head + joinParameters(parameters), 'latin1'), target, instance };
}

function addHint(
  parameters: Map<number, string>,
  key: number,
  type: Host['type'],
  selection: Selection,
  instance: InstanceEntry,
): void {
  const host = selection.hostOf(instance, type);
  if (parameters.has(key) || host?.type !== type) return;
  parameters.set(key, octetText(host.rdata, 0, host.rdata.length));
}
