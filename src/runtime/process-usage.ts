/** What this process has used since it started, and holds now. */

export interface ProcessUsage {
  readonly uptimeSeconds: number;
  readonly residentBytes: number;
  /** JavaScript heap of this thread. */
  readonly heapBytes: number;
  /** Of all threads, in user and system mode. */
  readonly cpuSeconds: number;
  /** Time that this thread was at work, and not waiting for something to do. */
  readonly eventLoopBusySeconds: number;
}

export function measureProcess(): ProcessUsage {
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return {
    uptimeSeconds: process.uptime(),
    residentBytes: rss,
    heapBytes: heapUsed,
    cpuSeconds: (user + system) / 1e6,
    eventLoopBusySeconds: performance.eventLoopUtilization().active / 1000,
  };
}
