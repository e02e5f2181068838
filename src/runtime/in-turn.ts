/** Work that is done one piece after another, in the order it was asked for, whether the pieces succeed or not. */
export class InTurn {
  #last: Promise<unknown> = Promise.resolve();
  #count = 0;

  /** Pieces under way and waiting. */
  get count(): number {
    return this.#count;
  }

  /** Begins `act` once all before it are settled; settles as it does. */
  run<Result>(act: () => Promise<Result>): Promise<Result> {
    this.#count += 1;
    const done = this.#last.then(act);
    const settle = (): void => {
      this.#count -= 1;
    };
    this.#last = done.then(settle, settle);
    return done;
  }
}
