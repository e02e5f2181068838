// Sends requests as fast as they are answered, one under way on each connection, and measures each. Closed loop: delays
// are those of a server at its limit with that many clients, not those of a server that has time.
import { cpuSeconds } from '../dns/machine.mjs';
import { median, quantile } from '../dns/statistics.mjs';
import { Connection } from './connection.mjs';

/**
 * @param options `{ http, pid, connections, seconds, request, first }`; requests are numbered on from `first`
 * @returns `{ requests, perSecond, perCpuSecond, medianMs, p99Ms }`; the second counts the server's processor time
 */
export async function load({ http, pid, connections, seconds, request, first }) {
  const all = Array.from({ length: connections }, () => new Connection(http));
  await Promise.all(all.map((connection) => connection.ready()));
  const delays = [];
  let next = first;
  const cpuBefore = cpuSeconds(pid);
  const started = performance.now();
  const endAt = started + seconds * 1000;
  const drive = (connection) =>
    new Promise((done, fail) => {
      let sentAt = 0;
      const answered = (failure) => {
        if (failure) return fail(failure);
        const now = performance.now();
        delays.push(now - sentAt);
        if (now >= endAt) return done();
        send();
      };
      const send = () => {
        const text = request(next++);
        sentAt = performance.now();
        connection.send(text, answered);
      };
      send();
    });
  try {
    await Promise.all(all.map(drive));
  } finally {
    for (const connection of all) connection.close();
  }
  const tookSeconds = (performance.now() - started) / 1000;
  const cpu = cpuSeconds(pid) - cpuBefore;
  return {
    requests: delays.length,
    perSecond: delays.length / tookSeconds,
    perCpuSecond: delays.length / cpu,
    medianMs: median(delays),
    p99Ms: quantile(delays, 0.99),
  };
}
