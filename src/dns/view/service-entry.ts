/**
 * The instances of one service name, and the selections that questions make of them: usable ones, by tag or by the
 * conditions of a prepared query. Selections are kept until an instance, its node or the rules change; only for tags
 * that some instance has, so a flood of made-up tags costs neither memory nor time.
 */
import { fitsConditions } from '../../query/index.ts';
import { catalogLabel } from '../names.ts';
import { type Bag, listOf, withItem, withoutItem } from './bag.ts';
import type { ViewQuery } from './delta.ts';
import type { InstanceEntry } from './entries.ts';
import { type Drop, dropFor } from './health.ts';
import { Selection } from './selection.ts';
import type { SelectionRules } from './selection-rules.ts';
import { TagIndex } from './tag-index.ts';

/** An instance, and why it is not used; undefined: it is. */
export interface Candidate {
  readonly instance: InstanceEntry;
  readonly drop: Drop | undefined;
}

interface Queried {
  readonly query: ViewQuery;
  readonly selection: Selection;
}

const NO_INSTANCES: readonly InstanceEntry[] = [];

export class ServiceEntry {
  #instances: Bag<InstanceEntry> | undefined;
  /** Name in lower case, octets as in a label. */
  readonly #service: string;
  readonly #isRemote: boolean;
  #untagged: Selection | undefined;
  #tags: TagIndex | undefined;
  #tagged: Map<string, Selection> | undefined;
  /** By key of the query: a changed query takes the place of its old self. */
  #queried: Map<string, Queried> | undefined;
  /** What the kept selections were made by. */
  #rules: SelectionRules | undefined;

  constructor(service: string, isRemote: boolean) {
    this.#service = service;
    this.#isRemote = isRemote;
  }

  /** In the order in which they came. */
  get instances(): readonly InstanceEntry[] {
    return this.#instances === undefined ? NO_INSTANCES : listOf(this.#instances);
  }

  /** The one that has been there longest. */
  get first(): InstanceEntry | undefined {
    const [first] = this.#instances ?? NO_INSTANCES;
    return first;
  }

  add(instance: InstanceEntry): void {
    this.#instances = withItem(this.#instances, instance);
    this.dropSelections();
  }

  /** @returns whether none is left */
  remove(instance: InstanceEntry): boolean {
    this.#instances = this.#instances && withoutItem(this.#instances, instance);
    this.dropSelections();
    return this.#instances === undefined;
  }

  /** What a changed instance, or its node, makes stale. */
  dropSelections(): void {
    this.#untagged?.throwAway();
    for (const selection of this.#tagged?.values() ?? []) selection.throwAway();
    for (const { selection } of this.#queried?.values() ?? []) selection.throwAway();
    this.#untagged = undefined;
    this.#tags = undefined;
    this.#tagged = undefined;
    this.#queried = undefined;
    this.#rules = undefined;
  }

  /** The instances to answer with that have `tag` (undefined: all); undefined when there are none. */
  select(tag: string | undefined, rules: SelectionRules): Selection | undefined {
    this.#goBy(rules);
    if (tag === undefined) {
      this.#untagged ??= this.#choose(this.instances, rules, rules);
      return nonEmpty(this.#untagged);
    }
    const instances = this.#tagIndex(rules).get(tag);
    if (instances.length === 0) return undefined;
    this.#tagged ??= new Map();
    let selection = this.#tagged.get(tag);
    if (selection === undefined) {
      selection = this.#choose(instances, rules, rules);
      this.#tagged.set(tag, selection);
    }
    return nonEmpty(selection);
  }

  /** The instances that a prepared query asks for. */
  selectFor(query: ViewQuery, rules: SelectionRules): Selection | undefined {
    this.#goBy(rules);
    this.#queried ??= new Map();
    const kept = this.#queried.get(query.key);
    if (kept?.query === query) return nonEmpty(kept.selection);
    const instances = this.instances.filter((one) => fits(one, query));
    const selection = this.#choose(instances, rules, query);
    this.#queried.set(query.key, { query, selection });
    return nonEmpty(selection);
  }

  /** Whether some instance to answer with has a tag that ends with `.tag`. */
  hasTagBelow(tag: string, rules: SelectionRules): boolean {
    this.#goBy(rules);
    return this.#tagIndex(rules).hasBelow(tag);
  }

  /** Every instance with the reason why `selection`, made for `wanted`, does not have it. */
  candidates(
    wanted: string | ViewQuery | undefined,
    selection: Selection | undefined,
    rules: SelectionRules,
  ): Candidate[] {
    const health = typeof wanted === 'object' ? wanted : rules;
    const used = new Set(selection?.instances);
    return this.instances.map((instance) => ({
      instance,
      drop: used.has(instance)
        ? undefined
        : (unwanted(instance, wanted) ?? dropOf(instance, health)),
    }));
  }

  #goBy(rules: SelectionRules): void {
    if (rules === this.#rules) return;
    this.dropSelections();
    this.#rules = rules;
  }

  /** Of instances that are never answered no tag is remembered: a name that only they have does not exist. */
  #tagIndex(rules: SelectionRules): TagIndex {
    this.#tags ??= new TagIndex(
      rules.minHealthyPercent(this.#service) === 0
        ? (this.select(undefined, rules)?.instances ?? [])
        : this.instances.filter((one) => isInService(one, NO_RULES)),
    );
    return this.#tags;
  }

  /** The usable ones of `instances`, or, when these are too few, all that nobody took out of service. */
  #choose(
    instances: readonly InstanceEntry[],
    rules: SelectionRules,
    health: HealthRules,
  ): Selection {
    const isUsable = (one: InstanceEntry) => dropOf(one, health) === undefined;
    // Mostly all are, and a list that is there already is kept instead of another like it.
    const usable = instances.every(isUsable) ? instances : instances.filter(isUsable);
    const percent = rules.minHealthyPercent(this.#service);
    const parts = { rules, isRemote: this.#isRemote };
    if (percent > 0) {
      const inService = instances.filter((one) => isInService(one, health));
      const [healthy, total] = [usable.length, inService.length];
      if (healthy * 100 < percent * total) {
        return new Selection({ ...parts, instances: inService, failOpen: { healthy, total } });
      }
    }
    return new Selection({ ...parts, instances: usable, failOpen: undefined });
  }
}

function nonEmpty(selection: Selection): Selection | undefined {
  return selection.instances.length === 0 ? undefined : selection;
}

/** What health a question asks for: a prepared query has rules of its own. */
interface HealthRules {
  readonly onlyPassing: boolean;
  /** Ids of checks that do not count. */
  readonly ignoreCheckIds?: readonly string[];
}

const NO_RULES: HealthRules = { onlyPassing: false };

function dropOf(
  instance: InstanceEntry,
  { onlyPassing, ignoreCheckIds = [] }: HealthRules,
): Drop | undefined {
  if (instance.node.row === undefined) return { reason: 'no-node' };
  const all = instance.allMarks;
  const marks =
    ignoreCheckIds.length === 0 || all.length === 0
      ? all
      : all.filter(({ checkId }) => !ignoreCheckIds.includes(checkId));
  return marks.length === 0 ? undefined : dropFor(marks, onlyPassing);
}

/** Fail-open does not bring back what somebody took out on purpose. */
function isInService(instance: InstanceEntry, health: HealthRules): boolean {
  const drop = dropOf(instance, { ...health, onlyPassing: false });
  return drop === undefined || drop.reason === 'critical';
}

function fits(instance: InstanceEntry, query: ViewQuery): boolean {
  return unwanted(instance, query) === undefined;
}

function unwanted(
  instance: InstanceEntry,
  wanted: string | ViewQuery | undefined,
): Drop | undefined {
  if (wanted === undefined) return undefined;
  if (typeof wanted === 'string') {
    return instance.tags.map(catalogLabel).includes(wanted) ? undefined : { reason: 'tag' };
  }
  const described = {
    tags: instance.tags,
    nodeMeta: instance.node.row?.meta ?? NO_META,
    serviceMeta: instance.meta ?? NO_META,
  };
  return fitsConditions(wanted, described) ? undefined : { reason: 'condition' };
}

const NO_META = {};
