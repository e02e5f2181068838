/** What the look-ups of the catalog are given: the view, who they are, and how to ask everyone else. */
import type { Random } from '../../runtime/index.ts';
import type { CatalogName, NameGrammar } from '../names.ts';
import type { SelectionRules } from '../view/selection-rules.ts';
import type { View } from '../view/view.ts';
import type { Name } from '../wire/name.ts';
import type { Question } from '../wire/question.ts';
import type { Outcome, Query } from './outcome.ts';
import type { Settings } from './settings.ts';
import type { ZoneSoa } from './soa.ts';

export interface CatalogContext {
  readonly view: View;
  readonly grammar: NameGrammar;
  /** Of this agent, as registered. */
  readonly nodeName: string;
  readonly settings: Settings;
  /** Where clients are, when that is not told by their addresses as the settings have it. */
  readonly locations?: SelectionRules['locations'];
  readonly random: Random;
  readonly soa: ZoneSoa;
  /** Whether a master file says something about a lower-cased name that nothing live has. */
  readonly isStatic: (name: Name) => boolean;
  /** Whether an upstream can be asked about a lower-cased name. */
  readonly forwards: (name: Name) => boolean;
  /** Asks all sources, this one first: for the target of an alias. */
  readonly follow: (query: Query) => Outcome | Promise<Outcome>;
}

/** One question within a domain of the catalog. */
export interface Asked {
  readonly query: Query;
  readonly question: Question;
  /** Apex of the domain that the question is in, in lower case. */
  readonly domain: Name;
  /** Answers that a reply to this client can hold at the very most: more need not be made. */
  readonly answersMax: number;
}

/** The same, as the grammar read it. */
export interface AskedFor<Kind extends CatalogName['kind']> extends Asked {
  readonly name: CatalogName & { readonly kind: Kind };
}

export type Lookup<Kind extends CatalogName['kind']> = (
  context: CatalogContext,
  asked: AskedFor<Kind>,
) => Outcome | Promise<Outcome>;
