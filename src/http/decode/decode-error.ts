/** Why a request body could not be decoded: the text is Go's, `field` leads to the offending value. */

export class DecodeError extends Error {
  /** e.g. `Checks[1].Interval`; empty when the body as a whole is at fault. */
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.name = 'DecodeError';
    this.field = field;
  }
}
