/**
 * Services by name and tag, and the mesh-capable ones (`connect`). Which instances there are is the view's to say, how
 * they become records is decided in `instances.ts`.
 */
import type { ServiceEntry } from '../../view/service-entry.ts';
import { RecordType } from '../../wire/types.ts';
import type { CatalogContext, Lookup } from '../catalog-context.ts';
import * as explanations from '../explanations.ts';
import type { Explanation } from '../outcome.ts';
import { answerInstances } from './instances.ts';
import { nameError, noData } from './negative.ts';
import { noteInstances } from './note-instances.ts';
import { withOrigin } from './origin.ts';
import { placeAt, unknownPlace } from './place-at.ts';

export const lookUpService: Lookup<'service'> = (context, asked) => {
  const { service, tag, locality, srvOnly } = asked.name;
  const place = placeAt(context, locality);
  if (place === undefined) return nameError(asked, unknownPlace(locality));
  const { rules } = context.settings;
  const entry = place.service(service);
  const selection = entry?.select(tag, rules);
  noteInstances(context, asked, { service, entry, wanted: tag, selection });
  if (entry === undefined || selection === undefined) {
    // RFC 8020 §2: a name that has names below it exists; `_tcp.service` is above `_web._tcp.service`.
    const isAboveNames =
      tag === undefined ? service.startsWith('_') : entry?.hasTagBelow(tag, rules) === true;
    return isAboveNames
      ? noData(asked, explanations.ONLY_BELOW)
      : nameError(asked, whyNone(entry, tag, context));
  }
  const { type } = asked.question;
  if (srvOnly && type !== RecordType.SRV && type !== RecordType.ANY) return noData(asked);
  const ttl = context.settings.serviceTtl(service);
  const mayKeep = !locality.isRedundant;
  const outcome = answerInstances(context, asked, { selection, ttl, srvOnly, mayKeep });
  if (!locality.isRedundant) return outcome;
  return withOrigin(
    outcome,
    tag === undefined ? service : `${tag}.${service}`,
    'service',
    asked.domain,
  );
};

export const lookUpConnect: Lookup<'connect'> = (context, asked) => {
  const { service, locality } = asked.name;
  const place = placeAt(context, locality);
  if (place === undefined) return nameError(asked, unknownPlace(locality));
  const entry = place.connect(service);
  const selection = entry?.select(undefined, context.settings.rules);
  noteInstances(context, asked, { service, entry, wanted: undefined, selection });
  if (selection === undefined) return nameError(asked, explanations.NO_CONNECT);
  const ttl = context.settings.serviceTtl(service);
  // Consul: what stands before the service means nothing here, and could be anything.
  const isFirst = asked.question.lowerName.startsWith(`${labelOf(service)}${labelOf('connect')}`);
  const mayKeep = isFirst && !locality.isRedundant;
  const outcome = answerInstances(context, asked, { selection, ttl, srvOnly: false, mayKeep });
  return withOrigin(outcome, service, 'connect', asked.domain);
};

/** As it stands in a name. */
const labelOf = (text: string): string => `${String.fromCharCode(text.length)}${text}`;

function whyNone(
  entry: ServiceEntry | undefined,
  tag: string | undefined,
  { settings }: CatalogContext,
): Explanation {
  if (entry === undefined) return explanations.NO_SERVICE;
  const hasOthers = tag !== undefined && entry.select(undefined, settings.rules) !== undefined;
  return hasOthers ? explanations.NO_TAGGED : explanations.NO_HEALTHY;
}
