/**
 * How many octets of large bodies are held at a time, in all requests together. Small bodies do not count: there are
 * no more of them than connections, and a client that writes little is never refused for those that write much.
 */

/** A body up to here is small. */
export const SMALL_BODY_BYTES = 65_536;

export class BodyBudget {
  readonly #bytesMax: number;
  #held = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** A part for one request, empty yet; its holder closes it when the request is over. */
  open(): BodyShare {
    let held = 0;
    let isOpen = true;
    return {
      grow: (bytes) => {
        if (bytes <= SMALL_BODY_BYTES) return true;
        if (!isOpen || this.#held + bytes - held > this.#bytesMax) return false;
        this.#held += bytes - held;
        held = bytes;
        return true;
      },
      close: () => {
        isOpen = false;
        this.#held -= held;
        held = 0;
      },
    };
  }
}

export interface BodyShare {
  /** Whether the body may have so many octets; then they are held. */
  grow(bytes: number): boolean;
  /** Lets go of them. May be called twice. */
  close(): void;
}
