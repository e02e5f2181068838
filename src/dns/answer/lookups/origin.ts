/** What stands for all the names that a thing of the catalog has: what the rate limit counts, where they are many. */
import { type Name, octets } from '../../wire/name.ts';
import { nameUnder } from '../catalog-names.ts';
import type { Outcome } from '../outcome.ts';

/** `outcome` as one of the name `….<kind>.<domain>`. `text` is text of the catalog, or octets of labels. */
export function withOrigin(
  outcome: Outcome | Promise<Outcome>,
  text: string,
  kind: string,
  domain: Name,
): Outcome | Promise<Outcome> {
  if (outcome instanceof Promise) {
    return outcome.then((settled) => withOrigin(settled, text, kind, domain));
  }
  if (outcome.kind !== 'answer') return outcome;
  const labels = octets(text).split('.');
  return { ...outcome, origin: nameUnder([...labels, kind], domain) ?? domain };
}
