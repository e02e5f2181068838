/** What the configuration asks of the machine it is read on; a test brings its own. */
import { availableParallelism, hostname, networkInterfaces } from 'node:os';
import { fileURLToPath } from 'node:url';

export interface Host {
  hostName(): string;
  /** Threads that run at a time. */
  cores(): number;
  /** IPv4 addresses of the machine, without loopback. */
  addresses(): readonly string[];
  /** The master files that come with rollcall. */
  zoneDirectory(): string;
}

export const systemHost: Host = {
  hostName: () => hostname(),
  cores: () => availableParallelism(),
  addresses: () =>
    Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .filter((one) => one.family === 'IPv4' && !one.internal)
      .map((one) => one.address),
  // Two levels up both from src/config and from dist/config.
  zoneDirectory: () => fileURLToPath(new URL('../../zones', import.meta.url)),
};
