/**
 * Names in lower case, one behind another in one memory, so that comparing one with a question touches that memory and
 * nothing else. Names that nobody needs any more are left behind when the memory is full and those in use are moved.
 */
import { LOWER } from '../../wire/lower-octets.ts';

const OCTETS_MIN = 1 << 16;

export class KeyArena {
  #octets = new Uint8Array(OCTETS_MIN);
  #end = 0;

  /** Whether there is room for so many octets more. */
  hasRoom(count: number): boolean {
    return this.#end + count <= this.#octets.length;
  }

  /** Takes octets of a message, in lower case; there is room. @returns where they are */
  add(bytes: Uint8Array, start: number, end: number): number {
    const at = this.#end;
    for (let from = start; from < end; from++) {
      this.#octets[this.#end++] = LOWER[bytes[from] as number] as number;
    }
    return at;
  }

  /** Whether the octets at `at` are these of a message, but for letter case. */
  isSame(at: number, bytes: Uint8Array, start: number, end: number): boolean {
    const octets = this.#octets;
    let kept = at;
    for (let from = start; from < end; from++) {
      if (LOWER[bytes[from] as number] !== octets[kept++]) return false;
    }
    return true;
  }

  /** An empty one to move to the `count` octets that are in use, with as much room again. */
  successor(count: number): KeyArena {
    const next = new KeyArena();
    let octets = OCTETS_MIN;
    while (octets < 2 * count) octets *= 2;
    if (octets > OCTETS_MIN) next.#octets = new Uint8Array(octets);
    return next;
  }

  /** Takes `count` octets over from where they are in `other`. @returns where they are now */
  move(other: KeyArena, at: number, count: number): number {
    const to = this.#end;
    this.#octets.set(other.#octets.subarray(at, at + count), to);
    this.#end += count;
    return to;
  }
}
