/** What was started, so that it can be stopped in reverse: each once, whether starting got to its end or not. */
import type { Logger } from './logger.ts';

export class StopList {
  readonly #logger: Logger;
  readonly #parts: { readonly name: string; readonly stop: () => Promise<void> | void }[] = [];
  #stopped: Promise<void> | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** `name` is for the log, should stopping fail. */
  add(name: string, stop: () => Promise<void> | void): void {
    this.#parts.push({ name, stop });
  }

  /** Stops the last first. A part that fails to stop does not keep the others from it. May be called twice. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  async #stopAll(): Promise<void> {
    for (const { name, stop } of this.#parts.reverse()) {
      try {
        await stop();
      } catch (error) {
        this.#logger.error({ part: name, err: error }, 'a part could not be stopped');
      }
    }
  }
}
