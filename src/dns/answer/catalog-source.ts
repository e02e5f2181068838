/**
 * The catalog as a source: reads the name by the grammar and asks the look-up of its kind. Skips names outside the
 * domains, those inside that have no form, and those that nothing live has where a master file has them: a live name
 * wins over a static one. `createRemainder` is asked after the master files and denies what nobody knew, so that a name
 * of ours never reaches an upstream.
 */
import { type CatalogName, domainOf, readCatalogName } from '../names.ts';
import { RecordType } from '../wire/types.ts';
import type { AskedFor, CatalogContext, Lookup } from './catalog-context.ts';
import { NO_FORM, NO_NAME, NO_RECORD, UNSAVED } from './explanations.ts';
import { lookUpAddr } from './lookups/addr.ts';
import { lookUpApex, lookUpNsHost } from './lookups/apex.ts';
import { lookUpNode } from './lookups/node.ts';
import { lookUpQuery } from './lookups/query.ts';
import { lookUpConnect, lookUpService } from './lookups/service.ts';
import {
  lookUpEmptyNonTerminal,
  lookUpIngress,
  lookUpInvalid,
  lookUpVirtual,
} from './lookups/unserved.ts';
import type { Outcome, Query, Source } from './outcome.ts';
import { answersMax, replyBytesMax } from './reply-size.ts';

const lookups: { readonly [Kind in CatalogName['kind']]: Lookup<Kind> } = {
  apex: lookUpApex,
  service: lookUpService,
  connect: lookUpConnect,
  virtual: lookUpVirtual,
  ingress: lookUpIngress,
  node: lookUpNode,
  query: lookUpQuery,
  addr: lookUpAddr,
  'ns-host': lookUpNsHost,
  'empty-non-terminal': lookUpEmptyNonTerminal,
  invalid: lookUpInvalid,
};

const SKIP: Outcome = Object.freeze({ kind: 'skip' });

export function createCatalogSource(context: CatalogContext): Source {
  return { name: 'catalog', answer: (query) => answer(context, query) };
}

function answer(context: CatalogContext, query: Query): Outcome | Promise<Outcome> {
  const { question, client } = query;
  const domain = domainOf(context.grammar, question.lowerName);
  if (domain === undefined) return SKIP;
  const name = readCatalogName(context.grammar, question.lowerName, domain);
  query.trace?.steps.push({ kind: 'name', name, domain });
  if (name.kind === 'apex' && isForParent(context, query)) return SKIP;
  const most = answersMax(replyBytesMax(client, question.edns));
  const asked = { query, question, name, domain, answersMax: most };
  // The table has a look-up of the right kind for each kind; TypeScript cannot tie the two.
  const lookUp = lookups[name.kind] as Lookup<CatalogName['kind']>;
  const outcome = lookUp(context, asked as AskedFor<CatalogName['kind']>);
  if (outcome instanceof Promise) return outcome;
  if (context.view.hasUnsaved && outcome.kind === 'answer' && outcome.explanation === undefined) {
    return { ...outcome, explanation: UNSAVED };
  }
  const isVacant = outcome.kind === 'name-error' || name.kind === 'empty-non-terminal';
  return isVacant && context.isStatic(question.lowerName) ? SKIP : outcome;
}

/** Answers for the rest of the domains: what neither the catalog nor a master file has does not exist. */
export function createRemainder(context: CatalogContext): Source {
  return {
    name: 'remainder',
    answer(query) {
      const { lowerName } = query.question;
      const zone = domainOf(context.grammar, lowerName);
      if (zone === undefined) return SKIP;
      if (lowerName === zone) {
        return isForParent(context, query)
          ? SKIP
          : { kind: 'no-data', zone, explanation: NO_RECORD };
      }
      const { kind } = readCatalogName(context.grammar, lowerName, zone);
      // The SOA names this host: it exists, also while no server is live.
      return kind === 'ns-host'
        ? { kind: 'no-data', zone, explanation: NO_RECORD }
        : { kind: 'name-error', zone, explanation: kind === 'invalid' ? NO_FORM : NO_NAME };
    },
  };
}

/** RFC 4035 §3.1.4.1: the DS of an apex is in the parent zone, which only an upstream can be asked about. */
function isForParent({ forwards }: CatalogContext, { question }: Query): boolean {
  return question.type === RecordType.DS && forwards(question.lowerName);
}
