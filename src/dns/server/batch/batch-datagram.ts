/** The one datagram of a batch socket, filled anew for each that is read; who sent it is told when it is asked for. */
import type { Datagram } from '../../wire/datagram.ts';
import type { Client } from '../../wire/question.ts';
import type { BatchMemory } from './batch-memory.ts';
import type { Libc } from './libc.ts';
import { formatHost4, formatHost6 } from './sender.ts';

export class BatchDatagram implements Datagram {
  bytes: Uint8Array;
  start = 0;
  end = 0;
  readonly reply: Uint8Array;
  replyStart = 0;
  readonly #memory: BatchMemory;
  readonly #libc: Libc;
  #slot = 0;
  #client: Client | undefined;

  constructor(memory: BatchMemory, libc: Libc) {
    this.bytes = memory.bytes;
    this.reply = memory.bytes;
    this.#memory = memory;
    this.#libc = libc;
  }

  /** `slot` is that of the reply, and has its route. */
  enter(slot: number): void {
    this.#slot = slot;
    this.#client = undefined;
    this.replyStart = this.#memory.replyStart(slot);
  }

  get client(): Client {
    const port = this.#memory.port(this.#slot);
    this.#client ??= { address: this.#host(), port, transport: 'udp' };
    return this.#client;
  }

  #host(): string {
    const { bytes, family } = this.#memory;
    const at = this.#memory.hostStart(this.#slot);
    return family === 4 ? formatHost4(bytes, at) : formatHost6(bytes, at, this.#libc);
  }
}
