/**
 * Which names this server speaks of with authority: those in a domain of the catalog, in a zone and not below a cut of
 * it, and addresses of the catalog under arpa. The forwarder believes nobody else about them. Answers nothing.
 */
import { hasReverse } from '../answer/reverse-source.ts';
import { domainOf, type NameGrammar } from '../names.ts';
import type { View } from '../view/view.ts';
import type { Name } from '../wire/name.ts';
import { RecordType } from '../wire/types.ts';
import { lookUp } from '../zone/zone.ts';
import type { ZoneStore } from '../zone/zone-store.ts';

export interface OwnNamesParts {
  readonly grammar: NameGrammar;
  readonly zones: () => ZoneStore;
  readonly view: View;
}

/** @param name in lower case */
export function isOwnName({ grammar, zones, view }: OwnNamesParts, name: Name): boolean {
  if (domainOf(grammar, name) !== undefined || hasReverse(view, name)) return true;
  const zone = zones().find(name);
  if (zone === undefined) return false;
  // RFC 2181 §6.1: what is below a cut belongs to the servers that it names.
  return lookUp(zone, { name, lowerName: name, type: RecordType.A }).kind !== 'referral';
}
