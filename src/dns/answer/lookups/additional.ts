/**
 * The additional section of answers that point at hosts: the addresses of all targets first, then the metadata of
 * nodes, each once. Targets elsewhere are looked up through the recursors, a few of them.
 */
import { limits } from '../../../runtime/index.ts';
import { domainOf } from '../../names.ts';
import type { NodeEntry } from '../../view/entries.ts';
import { unpack } from '../../wire/address-rrset.ts';
import { lowerName, type Name } from '../../wire/name.ts';
import type { ResourceRecord } from '../../wire/record.ts';
import { Rcode, RecordClass, RecordType } from '../../wire/types.ts';
import type { Asked, CatalogContext } from '../catalog-context.ts';
import { nodeName } from '../catalog-names.ts';
import type { Answer, Outcome, Query } from '../outcome.ts';
import type { Target } from './target.ts';

export class Additional {
  readonly #context: CatalogContext;
  readonly #asked: Asked;
  readonly #ttl: number;
  readonly #addresses: ResourceRecord[] = [];
  /** Host names that are not addresses of the catalog. */
  readonly #targets: Name[] = [];
  readonly #nodes: NodeEntry[] = [];
  readonly #seen = new Set<Name | NodeEntry>();

  constructor(context: CatalogContext, asked: Asked, ttl: number) {
    this.#context = context;
    this.#asked = asked;
    this.#ttl = ttl;
  }

  addTarget({ name, host }: Target): void {
    if (this.#seen.has(name)) return;
    this.#seen.add(name);
    if (host === undefined) this.#targets.push(name);
    else this.#addresses.push(this.#record(name, host.type, host.rdata));
  }

  /** Its metadata goes along. */
  addNode(node: NodeEntry): void {
    if (this.#seen.has(node)) return;
    this.#seen.add(node);
    this.#nodes.push(node);
  }

  /** Waits only when a target has to be looked up elsewhere. */
  joinTo(answer: Answer): Answer | Promise<Answer> {
    const found = this.#targets.length === 0 ? [] : this.#lookUpTargets();
    if (!(found instanceof Promise)) return { ...answer, additional: this.#records(found) };
    return found.then((records) => ({ ...answer, additional: this.#records(records) }));
  }

  #records(found: readonly ResourceRecord[]): ResourceRecord[] {
    const records = this.#addresses;
    // RFC 2181 §5: two host names may lead to the same record.
    for (const record of found) if (!records.includes(record)) records.push(record);
    if (!this.#context.settings.answer.additionalNodeMetaTxt) return records;
    for (const node of this.#nodes) {
      const owner = node.metaTxt.length === 0 ? undefined : nodeName(node, this.#asked.domain);
      if (owner === undefined) continue;
      for (const rdata of node.metaTxt) records.push(this.#record(owner, RecordType.TXT, rdata));
    }
    return records;
  }

  #record(owner: Name, type: number, rdata: Uint8Array): ResourceRecord {
    return { owner, type, class: RecordClass.IN, ttl: this.#ttl, rdata };
  }

  /** What stands at the host names, IPv4 and IPv6 alike. */
  #lookUpTargets(): readonly ResourceRecord[] | Promise<readonly ResourceRecord[]> {
    let elsewhere = 0;
    const outcomes: (Outcome | Promise<Outcome>)[] = [];
    for (const target of this.#targets) {
      const isOurs = domainOf(this.#context.grammar, lowerName(target)) !== undefined;
      if (!isOurs) elsewhere += 1;
      if (!isOurs && elsewhere > limits.targetsLookedUp.default) continue;
      for (const type of [RecordType.A, RecordType.AAAA]) outcomes.push(this.#ask(target, type));
    }
    if (!outcomes.some((outcome) => outcome instanceof Promise)) {
      return (outcomes as Outcome[]).flatMap(recordsOf);
    }
    return Promise.all(outcomes).then((settled) => settled.flatMap(recordsOf));
  }

  #ask(target: Name, type: number): Outcome | Promise<Outcome> {
    const { query } = this.#asked;
    const lower = lowerName(target);
    query.trace?.steps.push({ kind: 'follow', target });
    const question = { ...query.question, name: target, lowerName: lower, type };
    const aliasHops = (query.aliasHops ?? 0) + 1;
    const next: Query = { question, client: query.client, aliasHops };
    return this.#context.follow(next);
  }
}

function recordsOf(outcome: Outcome): readonly ResourceRecord[] {
  if (outcome.kind === 'answer') return unpack(outcome.answers);
  const isUsable = outcome.kind === 'relayed' && outcome.rcode === Rcode.NOERROR;
  return isUsable ? outcome.answers : [];
}
