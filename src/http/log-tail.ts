/**
 * What one follower of the log was not sent yet. A client that reads slower than lines come loses those that are too
 * many, and is told how many where they are missing: the log waits for nobody.
 */
import { type Clock, type LogEntry, limits } from '../runtime/index.ts';
import { elapsed } from './live-reply.ts';
import type { LogForm } from './log-form.ts';

/** Consul's: one write for the lines that came in this time. */
const FLUSH_MS = 200;

export class LogTail {
  readonly #clock: Clock;
  readonly #form: LogForm;
  #unsent: string[] = [];
  #unsentCharacters = 0;
  #droppedNow = 0;
  #dropped = 0;
  #came: () => void = () => {};

  constructor(clock: Clock, form: LogForm) {
    this.#clock = clock;
    this.#form = form;
  }

  /** Lines that the client did not get. */
  get dropped(): number {
    return this.#dropped;
  }

  take(entry: LogEntry): void {
    if (this.#unsentCharacters >= limits.logTailCharacters.default) {
      this.#dropped++;
      this.#droppedNow++;
      return;
    }
    const line = this.#form(entry);
    this.#unsent.push(line);
    this.#unsentCharacters += line.length;
    this.#came();
  }

  /** The lines in the order of the log, several at a time; those that are left when it `ended` come at once. */
  async *chunks(ended: AbortSignal): AsyncGenerator<string> {
    while (!ended.aborted) {
      if (this.#unsent.length === 0) await this.#nextLine(ended);
      await elapsed(this.#clock, FLUSH_MS, ended);
      const chunk = this.#takeUnsent();
      if (chunk !== '') yield chunk;
    }
  }

  #nextLine(ended: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const over = (): void => {
        ended.removeEventListener('abort', over);
        resolve();
      };
      this.#came = over;
      ended.addEventListener('abort', over);
    });
  }

  #takeUnsent(): string {
    if (this.#droppedNow > 0) this.#unsent.push(this.#form(this.#gap()));
    const chunk = this.#unsent.join('');
    this.#unsent = [];
    this.#unsentCharacters = 0;
    this.#droppedNow = 0;
    return chunk;
  }

  #gap(): LogEntry {
    return {
      time: new Date(this.#clock.now()).toISOString(),
      level: 'warn',
      message: 'lines are missing here: the log was read too slowly',
      module: 'http',
      fields: { dropped: this.#droppedNow },
    };
  }
}
