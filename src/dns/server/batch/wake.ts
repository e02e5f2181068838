/**
 * What a thread that sleeps in poll(2) is woken by: an eventfd, whose number can be given to any thread of the process.
 * Whoever makes it closes it, after the thread that sleeps on it has ended.
 */
import { errnoName, isLibc, linux, loadLibc } from './libc.ts';

export interface Wake {
  /** To write eight octets to, which `wake` does, and to sleep on. */
  readonly fd: number;
  /** Ends the sleep of now, or the next one when there is none now; does nothing once it is closed. */
  wake(): void;
  /** May be called twice. */
  close(): void;
}

const ONE = new Uint8Array(new BigUint64Array([1n]).buffer);

/** Throws where batches cannot be had, and when the process has no descriptor left. */
export function createWake(libc = loadLibc()): Wake {
  if (!isLibc(libc)) throw new Error(`no eventfd can be made: ${libc.reason}`);
  const fd = libc.eventfd(0, linux.EFD_NONBLOCK | linux.EFD_CLOEXEC);
  if (fd < 0) throw new Error(`no eventfd can be made: ${errnoName(libc.errno())}`);
  let isOpen = true;
  return {
    fd,
    wake() {
      // It fails only where the counter is full, and then the sleeper wakes as well.
      if (isOpen) libc.write(fd, ONE, ONE.length);
    },
    close() {
      if (isOpen) libc.close(fd);
      isOpen = false;
    },
  };
}
