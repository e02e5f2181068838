/**
 * The additional section of answers that point at hosts: the addresses of all targets first, then the metadata of
 * nodes, each once. Targets elsewhere are looked up through the recursors, a few of them.
 */
import { limits } from '../../../runtime/index.ts';
import { domainOf } from '../../names.ts';
import type { NodeEntry } from '../../view/entries.ts';
import type { Host } from '../../view/host.ts';
import { unpack } from '../../wire/address-rrset.ts';
import { lowerName, type Name } from '../../wire/name.ts';
import { octetText } from '../../wire/octet-text.ts';
import type { ResourceRecord } from '../../wire/record.ts';
import { Rcode, RecordClass, RecordType } from '../../wire/types.ts';
import type { Asked, CatalogContext } from '../catalog-context.ts';
import { nodeName } from '../catalog-names.ts';
import type { Answer, Outcome, Query } from '../outcome.ts';

/** Targets of ours for each one elsewhere: they cost no waiting. */
const TARGETS_HERE_EACH = 16;

/** Where a record points. */
interface Pointed {
  readonly target: Name;
  /** Undefined for a host name, whose addresses are looked up. */
  readonly host: Host | undefined;
}

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

  addTarget({ target: name, host }: Pointed): void {
    const key = host === undefined ? lowerName(name) : name;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
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
    if (found.length > 0) records.push(...withoutRepeats(found));
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

  /** What stands at the host names, IPv4 and IPv6 alike: a few of them, for each is a question of its own. */
  #lookUpTargets(): readonly ResourceRecord[] | Promise<readonly ResourceRecord[]> {
    const most = limits.targetsLookedUp.default;
    const found: (readonly ResourceRecord[] | Promise<readonly ResourceRecord[]>)[] = [];
    let waiting = 0;
    for (const target of this.#targets.slice(0, most * TARGETS_HERE_EACH)) {
      const isOurs = domainOf(this.#context.grammar, lowerName(target)) !== undefined;
      // An alias of ours may lead elsewhere as well.
      if (waiting >= 2 * most) {
        if (!isOurs) continue;
        break;
      }
      this.#asked.query.trace?.steps.push({ kind: 'follow', target });
      for (const type of [RecordType.A, RecordType.AAAA]) {
        const records = this.#ask(target, type);
        if (records instanceof Promise) waiting += 1;
        found.push(records);
      }
    }
    if (waiting === 0) return (found as (readonly ResourceRecord[])[]).flat();
    return Promise.all(found).then((settled) => settled.flat());
  }

  /** Records are taken out of an answer at once: packed ones are good until the next draw. */
  #ask(target: Name, type: number): readonly ResourceRecord[] | Promise<readonly ResourceRecord[]> {
    const { query } = this.#asked;
    const lower = lowerName(target);
    const question = { ...query.question, name: target, lowerName: lower, type };
    const aliasHops = (query.aliasHops ?? 0) + 1;
    const next: Query = { question, client: query.client, aliasHops };
    const outcome = this.#context.follow(next);
    return outcome instanceof Promise ? outcome.then(recordsOf) : recordsOf(outcome);
  }
}

/**
 * RFC 2181 §5: each record once, whoever leads to it. RFC 1034 §3.6.2: an owner has one CNAME, so of two chains that
 * disagree the first stays.
 */
function withoutRepeats(records: readonly ResourceRecord[]): ResourceRecord[] {
  const seen = new Map<string, ResourceRecord>();
  const aliases = new Map<Name, string>();
  for (const record of records) {
    const owner = lowerName(record.owner);
    const rdata = octetText(record.rdata, 0, record.rdata.length);
    if (record.type === RecordType.CNAME) {
      const target = lowerName(rdata);
      if ((aliases.get(owner) ?? target) !== target) continue;
      aliases.set(owner, target);
    }
    const key = `${owner}\0${record.type}\0${rdata}`;
    if (!seen.has(key)) seen.set(key, record);
  }
  return [...seen.values()];
}

function recordsOf(outcome: Outcome): readonly ResourceRecord[] {
  if (outcome.kind === 'answer') return unpack(outcome.answers);
  const isUsable = outcome.kind === 'relayed' && outcome.rcode === Rcode.NOERROR;
  return isUsable ? outcome.answers : [];
}
