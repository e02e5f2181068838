/**
 * The end of a connection whose client is still sending. Closing it at once would make the kernel send a reset, which
 * can overtake the reply: so only our side ends, and what comes is thrown away for a while (RFC 9112 §9.6).
 */
import type { Duplex } from 'node:stream';
import { type Clock, limits } from '../runtime/index.ts';

/** Ends `socket` after `text`, if any, and closes it once its client has done so or was given enough time. */
export function endGently(socket: Duplex, clock: Clock, text = ''): void {
  socket.end(text);
  socket.resume();
  const timer = clock.schedule(limits.httpLingerMs.default, () => socket.destroy());
  socket.once('close', () => timer.cancel());
}
