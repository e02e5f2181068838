/**
 * Queries that wait because there are more than can be answered: the newest is taken first, for its client is still
 * there, and the oldest makes room when there is none. One ring of octets; knows nothing of sockets.
 *
 *   │ … free │ oldest │ … │ newest │ free … │      each with its route, its time of arrival and its octets
 */

/** What a query brings beside its octets, in words. */
export interface Waiting {
  readonly start: number;
  readonly length: number;
  /** Monotonic milliseconds. */
  readonly arrivedAt: number;
}

/** A query with its name takes less than that as a rule, so places and octets are used up together. */
const BYTES_A_PLACE = 128;

export class Backlog {
  readonly bytes: Uint8Array;
  readonly routes: Uint32Array;
  readonly #routeWords: number;
  readonly #starts: Int32Array;
  readonly #lengths: Int32Array;
  readonly #arrivals: Float64Array;
  readonly #places: number;
  /** The place of the oldest. */
  #oldest = 0;
  #count = 0;

  /** @param bytesMax of all queries in it */
  constructor(bytesMax: number, routeWords: number) {
    this.#places = Math.floor(bytesMax / BYTES_A_PLACE);
    this.bytes = Buffer.from(new ArrayBuffer(bytesMax));
    this.routes = new Uint32Array(this.#places * routeWords);
    this.#routeWords = routeWords;
    this.#starts = new Int32Array(this.#places);
    this.#lengths = new Int32Array(this.#places);
    this.#arrivals = new Float64Array(this.#places);
  }

  get count(): number {
    return this.#count;
  }

  /** Where the route of the newest is in `routes`. */
  get newestRoute(): number {
    return this.#place(this.#count - 1) * this.#routeWords;
  }

  get newestStart(): number {
    return this.#starts[this.#place(this.#count - 1)] as number;
  }

  get newestLength(): number {
    return this.#lengths[this.#place(this.#count - 1)] as number;
  }

  /** Monotonic milliseconds. */
  get newestArrival(): number {
    return this.#arrivals[this.#place(this.#count - 1)] as number;
  }

  /** Keeps a copy of the octets as the newest, whose route is still to be written. @returns how many it drove out */
  push(from: Uint8Array, { start, length, arrivedAt }: Waiting): number {
    const before = this.#count;
    let to = before === 0 ? 0 : this.newestStart + this.newestLength;
    if (to + length > this.bytes.length) {
      // All that lies behind the newest is older than what lies at the start.
      this.#dropOldestWhile((oldest) => oldest >= to);
      to = 0;
    }
    const end = to + length;
    this.#dropOldestWhile((oldest, oldestEnd) => oldest < end && oldestEnd > to);
    if (this.#count === this.#places) this.#dropOldest();
    const dropped = before - this.#count;
    this.#count += 1;
    const place = this.#place(this.#count - 1);
    this.bytes.set(from.subarray(start, start + length), to);
    this.#starts[place] = to;
    this.#lengths[place] = length;
    this.#arrivals[place] = arrivedAt;
    return dropped;
  }

  /** Forgets the newest; its octets are good until the next `push`. */
  pop(): void {
    this.#count -= 1;
  }

  clear(): void {
    this.#count = 0;
  }

  #place(nth: number): number {
    return (this.#oldest + nth) % this.#places;
  }

  #dropOldestWhile(isInTheWay: (start: number, end: number) => boolean): void {
    while (this.#count > 0) {
      const start = this.#starts[this.#oldest] as number;
      if (!isInTheWay(start, start + (this.#lengths[this.#oldest] as number))) return;
      this.#dropOldest();
    }
  }

  #dropOldest(): void {
    this.#oldest = (this.#oldest + 1) % this.#places;
    this.#count -= 1;
  }
}
