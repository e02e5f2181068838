/**
 * Reads possibly compressed names out of one message. Every loop is bounded: a pointer goes strictly backward,
 * a name has 255 octets and `limits.nameHops` pointers at most, and all names of the message together cost at
 * most `limits.nameWorkOctets`. Names that pointers lead to are kept, so each is walked once.
 */
import { limits } from '../../runtime/index.ts';
import { HEADER_BYTES } from './message.ts';
import { NAME_BYTES_MAX, type Name } from './name.ts';
import { octetText } from './octet-text.ts';
import { WireError } from './wire-error.ts';

export class NameReader {
  /** The octet after the name that was read last, where it stands in the message (not where its pointer led). */
  end = 0;
  readonly #bytes: Uint8Array;
  readonly #known = new Map<number, Name>();
  #workLeft: number = limits.nameWorkOctets.default;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The name that begins at octet `at`; throws WireError. */
  read(at: number): Name {
    const bytes = this.#bytes;
    let name = '';
    let start = at;
    let hops = 0;
    let firstTarget = -1;
    let firstPrefix = 0;
    for (;;) {
      const stop = this.#labelsEnd(start, NAME_BYTES_MAX - name.length);
      if (bytes[stop] === 0) {
        name += octetText(bytes, start, stop + 1);
        if (firstTarget < 0) this.end = stop + 1;
        break;
      }
      name += octetText(bytes, start, stop);
      const target = this.#pointerAt(stop, start);
      if (firstTarget < 0) {
        this.end = stop + 2;
        firstTarget = target;
        firstPrefix = name.length;
      }
      const known = this.#known.get(target);
      if (known !== undefined) {
        name += known;
        break;
      }
      hops += 1;
      if (hops > limits.nameHops.default) throw new WireError('too-many-hops', stop);
      start = target;
    }
    if (name.length > NAME_BYTES_MAX) throw new WireError('name-too-long', at);
    if (firstTarget >= 0) this.#known.set(firstTarget, name.slice(firstPrefix));
    return name;
  }

  /** Walks labels from `start`; the offset of the root octet or pointer that ends them. */
  #labelsEnd(start: number, octetsLeft: number): number {
    const bytes = this.#bytes;
    let at = start;
    for (;;) {
      const length = bytes[at];
      if (length === undefined) throw new WireError('name-beyond-message', at);
      if (length === 0 || length >= 0xc0) break;
      // RFC 1035 §4.1.4: the combinations 01 and 10 are reserved; RFC 6891 §5 retired the one ever used.
      if (length > 63) throw new WireError('label-type', at);
      at += 1 + length;
      if (at - start >= octetsLeft) throw new WireError('name-too-long', at);
    }
    this.#workLeft -= at - start + 1;
    if (this.#workLeft < 0) throw new WireError('too-much-work', at);
    return at;
  }

  /** The target of the pointer at `at`, which ends labels that began at `start`. */
  #pointerAt(at: number, start: number): number {
    const low = this.#bytes[at + 1];
    if (low === undefined) throw new WireError('name-beyond-message', at);
    const target = (((this.#bytes[at] as number) & 0x3f) << 8) | low;
    // RFC 1035 §4.1.4: "a prior occurrance of the same name", which is never inside the header.
    if (target >= start || target < HEADER_BYTES) throw new WireError('pointer-not-backward', at);
    return target;
  }
}
