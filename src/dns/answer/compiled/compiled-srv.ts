/**
 * The SRV records of a service, the addresses of their targets and the metadata of their nodes: all records encoded
 * once, put together for each reply as they are drawn. Owners are written as the generic writer compresses them, whose
 * choice follows from where the first target, the first name below `node` and each node's own name stand.
 *
 *   layout: items { start, end, target, node }  targets { start, end, isNode }
 *           nodes { label start, label end, first text, text end, target or NONE }  texts { start, end }
 */
import type { InstanceEntry } from '../../view/entries.ts';
import type { Pool } from '../../view/pool.ts';
import { LIMITED } from '../explanations.ts';
import { answersMax } from '../reply-size.ts';
import { answerLimit, type CompiledAnswer, type Terms } from './compiled-answer.ts';
import { type PlacedReply, putWord } from './placed-reply.ts';

/** Instances of a service that is kept so: of more, hardly ever all fit. */
export const SRV_ITEMS_MAX = 128;
export const NONE = 0xffff_ffff;
/** Numbers that the layout has of each thing. */
export const ITEM_FIELDS = 4;
export const TARGET_FIELDS = 3;
export const NODE_FIELDS = 5;
export const NODE_TARGET = 4;
export const TEXT_FIELDS = 2;

/** From the start of an SRV record, whose owner is a pointer, to its target. */
const TARGET_AT = 18;
const POINTER_BYTES = 2;
const POINTER = 0xc000;
/** `node` and `addr` are as long. */
const KIND_LABEL_BYTES = 5;
const NODE_LABEL = Uint8Array.from([4, 110, 111, 100, 101]);

export interface SrvLayout {
  readonly octets: Uint8Array;
  readonly numbers: Uint32Array;
  readonly targetsFrom: number;
  readonly nodesFrom: number;
  readonly textsFrom: number;
  /** Of all SRV records, and of the longest. */
  readonly bytesOfAll: number;
  readonly bytesMax: number;
  /** Where `<datacenter>.<domain>` stands in the message when the question ends with it; 0 when it does not. */
  readonly datacenterAt: number;
}

// Of the reply at hand: where names stand, 0 for nowhere yet, and what was drawn in its order.
const targetAt = new Uint16Array(SRV_ITEMS_MAX);
const isNodeDrawn = new Uint8Array(SRV_ITEMS_MAX);
const drawnTargets = new Uint8Array(SRV_ITEMS_MAX);
const drawnNodes = new Uint8Array(SRV_ITEMS_MAX);

export class CompiledSrv implements CompiledAnswer {
  readonly isNegative = false;
  readonly #pool: Pool<InstanceEntry>;
  readonly #layout: SrvLayout;

  constructor(pool: Pool<InstanceEntry>, layout: SrvLayout) {
    this.#pool = pool;
    this.#layout = layout;
  }

  get octets(): number {
    const { octets, numbers } = this.#layout;
    return octets.length + numbers.byteLength;
  }

  get isStale(): boolean {
    return this.#pool.isStale;
  }

  write(reply: PlacedReply, terms: Terms): boolean {
    const { count: available } = this.#pool;
    const fitting = Math.min(available, answersMax(reply.bytesMax));
    const drawn = Math.min(fitting, answerLimit(reply, terms));
    const { bytesOfAll, bytesMax } = this.#layout;
    // Of what does not fit for sure the generic way finds out how much does.
    const bytes = drawn === available ? bytesOfAll : drawn * bytesMax;
    if (reply.at + bytes > reply.limit) return false;
    if (drawn < fitting) {
      reply.explanation = LIMITED;
      reply.isTruncated = !terms.isSilent;
    }
    const order = this.#pool.draw(drawn, terms.random, undefined);
    this.#writeAnswers(reply, order, drawn);
    return true;
  }

  #writeAnswers(reply: PlacedReply, order: Uint32Array, count: number): void {
    const { octets, numbers } = this.#layout;
    targetAt.fill(0, 0, this.#pool.count);
    isNodeDrawn.fill(0, 0, this.#pool.count);
    let targets = 0;
    let nodes = 0;
    for (let place = 0; place < count; place++) {
      const item = (order[place] as number) * ITEM_FIELDS;
      const nameAt = reply.at - reply.start + TARGET_AT;
      reply.copy(octets, numbers[item] as number, numbers[item + 1] as number);
      const target = numbers[item + 2] as number;
      if (targetAt[target] === 0) {
        targetAt[target] = nameAt;
        drawnTargets[targets++] = target;
      }
      const node = numbers[item + 3] as number;
      if (isNodeDrawn[node] === 0) {
        isNodeDrawn[node] = 1;
        drawnNodes[nodes++] = node;
      }
    }
    reply.answers = count;
    if (this.#writeAddresses(reply, targets)) this.#writeTexts(reply, targets, nodes);
  }

  /** The addresses of all targets that were drawn; false when there is no room for the next. */
  #writeAddresses(reply: PlacedReply, count: number): boolean {
    const { numbers, targetsFrom } = this.#layout;
    for (let place = 0; place < count; place++) {
      const target = drawnTargets[place] as number;
      const field = targetsFrom + target * TARGET_FIELDS;
      const start = numbers[field] as number;
      const end = numbers[field + 1] as number;
      if (reply.at + POINTER_BYTES + end - start > reply.limit) return false;
      this.#append(reply, targetAt[target] as number, start, end);
    }
    return true;
  }

  /** The metadata of all nodes that were drawn, up to what there is no room for. */
  #writeTexts(reply: PlacedReply, targets: number, nodes: number): void {
    const { numbers, octets, nodesFrom, textsFrom } = this.#layout;
    let kindAt = this.#findKind(targets, reply);
    for (let place = 0; place < nodes; place++) {
      const field = nodesFrom + (drawnNodes[place] as number) * NODE_FIELDS;
      const label = numbers[field] as number;
      const labelEnd = numbers[field + 1] as number;
      const target = numbers[field + NODE_TARGET] as number;
      const textsEnd = textsFrom + (numbers[field + 3] as number) * TEXT_FIELDS;
      let ownerAt = target === NONE ? 0 : (targetAt[target] as number);
      let text = textsFrom + (numbers[field + 2] as number) * TEXT_FIELDS;
      for (; text < textsEnd; text += TEXT_FIELDS) {
        const start = numbers[text] as number;
        const end = numbers[text + 1] as number;
        // A name that stands nowhere yet is written as far as what is below it stands somewhere.
        const kindBytes = kindAt === 0 ? KIND_LABEL_BYTES : 0;
        const bytes = end - start + POINTER_BYTES;
        const ownBytes = ownerAt === 0 ? labelEnd - label + kindBytes : 0;
        if (reply.at + ownBytes + bytes > reply.limit) return;
        let pointsTo = ownerAt;
        if (ownerAt === 0) {
          ownerAt = reply.at - reply.start;
          reply.copy(octets, label, labelEnd);
          pointsTo = kindAt;
          if (kindAt === 0) {
            kindAt = reply.at - reply.start;
            reply.copy(NODE_LABEL, 0, KIND_LABEL_BYTES);
            pointsTo = this.#findDatacenter(reply);
          }
        }
        this.#append(reply, pointsTo, start, end);
      }
    }
  }

  /** Where `<datacenter>.<domain>` stands: in the question, or in the first target. */
  #findDatacenter({ bytes, start }: PlacedReply): number {
    const first = targetAt[drawnTargets[0] as number] as number;
    return (
      this.#layout.datacenterAt || first + 1 + (bytes[start + first] as number) + KIND_LABEL_BYTES
    );
  }

  /** Where `node.<datacenter>.<domain>` stands: in the first target that is named after a node; 0 when none is. */
  #findKind(targets: number, { bytes, start }: PlacedReply): number {
    const { numbers, targetsFrom } = this.#layout;
    for (let place = 0; place < targets; place++) {
      const target = drawnTargets[place] as number;
      if (numbers[targetsFrom + target * TARGET_FIELDS + 2] === 0) continue;
      const at = targetAt[target] as number;
      return at + 1 + (bytes[start + at] as number);
    }
    return 0;
  }

  /** A record of the additional section: its owner a pointer, the rest as it is encoded. */
  #append(reply: PlacedReply, ownerAt: number, start: number, end: number): void {
    putWord(reply.bytes, reply.at, POINTER | ownerAt);
    reply.at += POINTER_BYTES;
    reply.copy(this.#layout.octets, start, end);
    reply.additional += 1;
  }
}
