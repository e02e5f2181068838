/**
 * Encodes the SRV answer of a service, as `compiled-srv.ts` lays it out. Only where all names are of the plain form
 * `<label>.node|addr.<datacenter>.<domain>`: how others are compressed depends on one another.
 */
import type { NodeEntry, SrvParts } from '../../view/entries.ts';
import { HEADER_BYTES } from '../../wire/message.ts';
import { isAtOrBelow, type Name, parentOf } from '../../wire/name.ts';
import { doubleWordText, octetText, wordText } from '../../wire/octet-text.ts';
import { RecordClass, RecordType } from '../../wire/types.ts';
import type { Basis } from '../basis.ts';
import type { CatalogContext } from '../catalog-context.ts';
import { nodeName } from '../catalog-names.ts';
import { srvPartsOf } from '../lookups/srv.ts';
import {
  CompiledSrv,
  NODE_FIELDS,
  NODE_TARGET,
  NONE,
  SRV_ITEMS_MAX,
  type SrvLayout,
  TEXT_FIELDS,
} from './compiled-srv.ts';

type SrvBasis = Extract<Basis, { readonly kind: 'srv' }>;

const NODE_LABEL = '\x04node';
const ADDR_LABEL = '\x04addr';
const POINTER_TO_QUESTION = `\xc0${String.fromCharCode(HEADER_BYTES)}`;

/** Undefined for an answer that cannot be laid out so. */
export function compileSrv(basis: SrvBasis, context: CatalogContext): CompiledSrv | undefined {
  const { question, from, distinct, domain } = basis;
  const { pool, weights } = distinct;
  if (from.hasNames || pool.count > SRV_ITEMS_MAX) return undefined;
  const encoder = new SrvEncoder(basis.ttl);
  const isWithTexts = context.settings.answer.additionalNodeMetaTxt;
  for (const instance of pool.items) {
    const weight = weights?.get(instance);
    const parts = srvPartsOf(context, { question, domain }, from, instance, weight);
    const name = nodeName(instance.node, domain);
    if (parts === undefined || name === undefined) return undefined;
    const texts = isWithTexts ? instance.node.metaTxt : [];
    if (!encoder.add(parts, { node: instance.node, name, texts })) return undefined;
  }
  const layout = encoder.finish(question.lowerName);
  return layout && new CompiledSrv(pool, layout);
}

interface NodeParts {
  readonly node: NodeEntry;
  readonly name: Name;
  /** RDATA of its TXT records. */
  readonly texts: readonly Uint8Array[];
}

class SrvEncoder {
  readonly #ttl: string;
  readonly #items: number[] = [];
  readonly #targets: number[] = [];
  readonly #nodes: number[] = [];
  readonly #texts: number[] = [];
  readonly #targetByName = new Map<Name, number>();
  readonly #nodesSeen = new Map<NodeEntry, number>();
  readonly #nodeNames: Name[] = [];
  /** `<datacenter>.<domain>`, which all names end with. */
  #datacenter: Name | undefined;
  #octets = '';
  #bytesOfAll = 0;
  #bytesMax = 0;

  constructor(ttl: number) {
    this.#ttl = doubleWordText(ttl);
  }

  /** False when a name is of another form than those of the others. */
  add({ rdata, target, host }: SrvParts, node: NodeParts): boolean {
    if (host === undefined || !this.#isPlain(target) || !this.#isPlain(node.name)) return false;
    const from = this.#octets.length;
    const record = `${POINTER_TO_QUESTION}${this.#record(RecordType.SRV, rdata)}`;
    this.#octets += record;
    this.#bytesOfAll += record.length;
    this.#bytesMax = Math.max(this.#bytesMax, record.length);
    const end = this.#octets.length;
    let targetNumber = this.#targetByName.get(target);
    if (targetNumber === undefined) {
      targetNumber = this.#targetByName.size;
      this.#targetByName.set(target, targetNumber);
      const isNode = parentOf(target).startsWith(NODE_LABEL) ? 1 : 0;
      this.#targets.push(...this.#keep(this.#record(host.type, host.rdata)), isNode);
    }
    this.#items.push(from, end, targetNumber, this.#addNode(node));
    return true;
  }

  /** Undefined when the question ends with what only targets should. */
  finish(question: Name): SrvLayout | undefined {
    const datacenter = this.#datacenter as Name;
    if (isAtOrBelow(question, NODE_LABEL + datacenter)) return undefined;
    if (isAtOrBelow(question, ADDR_LABEL + datacenter)) return undefined;
    for (const [number, name] of this.#nodeNames.entries()) {
      this.#nodes[number * NODE_FIELDS + NODE_TARGET] = this.#targetByName.get(name) ?? NONE;
    }
    const targetsFrom = this.#items.length;
    const nodesFrom = targetsFrom + this.#targets.length;
    const textsFrom = nodesFrom + this.#nodes.length;
    const isInQuestion = isAtOrBelow(question, datacenter);
    return {
      octets: Uint8Array.from(Buffer.from(this.#octets, 'latin1')),
      numbers: Uint32Array.from([...this.#items, ...this.#targets, ...this.#nodes, ...this.#texts]),
      targetsFrom,
      nodesFrom,
      textsFrom,
      bytesOfAll: this.#bytesOfAll,
      bytesMax: this.#bytesMax,
      datacenterAt: isInQuestion ? HEADER_BYTES + question.length - datacenter.length : 0,
    };
  }

  #addNode({ node, name, texts }: NodeParts): number {
    const known = this.#nodesSeen.get(node);
    if (known !== undefined) return known;
    const number = this.#nodesSeen.size;
    this.#nodesSeen.set(node, number);
    this.#nodeNames.push(name);
    const label = this.#keep(name.slice(0, 1 + name.charCodeAt(0)));
    const first = this.#texts.length / TEXT_FIELDS;
    for (const rdata of texts) this.#texts.push(...this.#keep(this.#record(RecordType.TXT, rdata)));
    this.#nodes.push(...label, first, this.#texts.length / TEXT_FIELDS, NONE);
    return number;
  }

  /** Whether a name is a label, `node` or `addr`, and what the first one ended with. */
  #isPlain(name: Name): boolean {
    const kind = parentOf(name);
    this.#datacenter ??= parentOf(kind);
    return kind === NODE_LABEL + this.#datacenter || kind === ADDR_LABEL + this.#datacenter;
  }

  #keep(octets: string): [start: number, end: number] {
    const start = this.#octets.length;
    this.#octets += octets;
    return [start, this.#octets.length];
  }

  /** A record without its owner, one char an octet. */
  #record(type: number, rdata: Uint8Array): string {
    const head = wordText(type) + wordText(RecordClass.IN) + this.#ttl + wordText(rdata.length);
    return head + octetText(rdata, 0, rdata.length);
  }
}
