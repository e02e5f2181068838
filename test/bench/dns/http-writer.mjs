// Writes over HTTP at a rate, or as fast as it goes, on kept connections with one request under way on each.
import { setTimeout as wait } from 'node:timers/promises';
import { Connection } from '../http/connection.mjs';

const CONNECTIONS = 64;

/**
 * Sends `request(0)`, `request(1)`, … until `total` of them are answered or `signal` aborts.
 * @param options `{ http, total?, perSecond?, signal?, connections?, request }`; `request(at)` gives `{ path, body }`
 * @returns `{ written, perSecond }` as they really were
 */
export async function write(options) {
  const { http, total = Number.POSITIVE_INFINITY, perSecond, signal, request } = options;
  const started = performance.now();
  let [next, written] = [0, 0];
  const drive = async (connection) => {
    while (next < total && !signal?.aborted) {
      const at = next++;
      const earlyMs = perSecond ? (at * 1000) / perSecond - (performance.now() - started) : 0;
      if (earlyMs > 0) await wait(earlyMs);
      const { path, body } = request(at);
      await connection.ask('PUT', path, JSON.stringify(body));
      written += 1;
    }
  };
  const count = options.connections ?? CONNECTIONS;
  const connections = Array.from({ length: count }, () => new Connection(http));
  try {
    await Promise.all(connections.map((connection) => connection.ready()));
    await Promise.all(connections.map(drive));
  } finally {
    for (const connection of connections) connection.close();
  }
  return { written, perSecond: (1000 * written) / (performance.now() - started) };
}
