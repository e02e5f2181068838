/**
 * A check that waits to be told: each heartbeat sets the status and starts the time over; silence makes it critical.
 */
import type { Clock, Timer } from '../runtime/index.ts';
import { startDeadline } from './deadline.ts';
import type { CheckStatus } from './definition.ts';

export interface TtlCheckOptions {
  readonly clock: Clock;
  readonly ttlMs: number;
  readonly outputBytesMax: number;
  /** Takes a status that holds, changed or not. */
  readonly apply: (status: CheckStatus, output: string) => void;
}

export class TtlCheck {
  readonly #options: TtlCheckOptions;
  #lastOutput = '';
  #deadline: Timer;

  constructor(options: TtlCheckOptions) {
    this.#options = options;
    this.#deadline = this.#arm();
  }

  /** The service spoke: its status holds for another TTL. */
  heartbeat(status: CheckStatus, output: string): void {
    this.renew();
    this.#lastOutput = capture(output, this.#options.outputBytesMax);
    this.#options.apply(status, this.#lastOutput);
  }

  /** Starts the time over without a word about the status. */
  renew(): void {
    this.#deadline.cancel();
    this.#deadline = this.#arm();
  }

  stop(): void {
    this.#deadline.cancel();
  }

  #arm(): Timer {
    return startDeadline(this.#options.clock, this.#options.ttlMs, () => this.#expire());
  }

  #expire(): void {
    const said = this.#lastOutput;
    const output =
      said === '' ? 'TTL expired' : `TTL expired (last output before timeout follows): ${said}`;
    this.#options.apply('critical', output);
  }
}

/** The head of an output that is too long, and how much of it that is. */
function capture(output: string, bytesMax: number): string {
  const bytes = Buffer.byteLength(output);
  if (bytes <= bytesMax) return output;
  const head = Buffer.from(output).subarray(0, bytesMax).toString();
  return `${head} ... (captured ${bytesMax} of ${bytes} bytes)`;
}
