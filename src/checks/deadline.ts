/**
 * A deadline that a stalled process does not miss on behalf of others. When the event loop stands still (SIGSTOP, a
 * long pause), timers fire before the sockets are read, so what was due would expire although its heartbeat or its
 * reply has already arrived. A timer that fires late therefore waits once more before it counts.
 */
import type { Clock, Timer } from '../runtime/index.ts';

/** More than this behind time is a stall, not the usual lag of an event loop. */
const LATE_MS = 100;
const GRACE_MS = 1_000;
/** A process that is late every time is overloaded: its deadlines must still come. */
const GRACES_MAX = 3;

/** Calls `expire` once, `delayMs` from now, or a little later when the process stalled meanwhile. */
export function startDeadline(clock: Clock, delayMs: number, expire: () => void): Timer {
  let graces = 0;
  let dueAt = 0;
  let timer: Timer;

  const arm = (waitMs: number): void => {
    dueAt = clock.monotonic() + waitMs;
    timer = clock.schedule(waitMs, fire);
  };
  const fire = (): void => {
    const lateMs = clock.monotonic() - dueAt;
    if (lateMs < 0) {
      // A clock caps very long delays, and may be early by the fraction of a millisecond.
      timer = clock.schedule(-lateMs, fire);
    } else if (lateMs > LATE_MS && graces < GRACES_MAX) {
      graces += 1;
      arm(GRACE_MS);
    } else {
      expire();
    }
  };

  arm(delayMs);
  return { cancel: () => timer.cancel() };
}
