import { describe, expect, it } from 'vitest';
import { Counts } from '../../../src/dns/answer/counts.ts';
import { ForwardCounts } from '../../../src/dns/forward/forward-counts.ts';
import { gatherStats } from '../../../src/dns/server/gather-stats.ts';
import type { ThreadStats } from '../../../src/dns/server/protocol.ts';

const address = { address: '127.0.0.1', port: 53 };
const counted = {
  queries: 1,
  replies: 2,
  dropped: 3,
  expired: 4,
  sendErrors: 5,
  connections: 6,
  connectionsCut: 7,
};

function thread(appliedIndex: number, transport: 'udp' | 'tcp'): ThreadStats {
  const replies = new Counts().read();
  return {
    appliedIndex,
    nodes: 3,
    instances: 4,
    endpoints: [{ transport, address, ...counted }],
    replies: { ...replies, truncated: 2, rcodes: { ...replies.rcodes, NXDOMAIN: 5 } },
    compiled: { hits: 1, misses: 2, answers: 3, octets: 4 },
    forward: { ...new ForwardCounts(), hits: 8, cacheEntries: 1, cacheBytes: 100 },
  };
}

describe('what several threads count', () => {
  const stats = gatherStats([thread(9, 'tcp'), thread(7, 'udp'), thread(8, 'udp')], 2);

  it('is added up, and the index is that of the slowest', () => {
    expect(stats).toMatchObject({
      appliedIndex: 7,
      nodes: 3,
      instances: 4,
      threads: 3,
      restarts: 2,
      replies: { truncated: 6, rcodes: { NXDOMAIN: 15, NOERROR: 0 } },
      compiled: { hits: 3, misses: 6, answers: 9, octets: 12 },
      forward: { hits: 24, cacheEntries: 3, cacheBytes: 300 },
    });
  });

  it('has one endpoint for sockets that share an address, UDP first', () => {
    expect(stats.endpoints).toEqual([
      {
        transport: 'udp',
        address,
        queries: 2,
        replies: 4,
        dropped: 6,
        expired: 8,
        sendErrors: 10,
        connections: 12,
        connectionsCut: 14,
      },
      { transport: 'tcp', address, ...counted },
    ]);
  });

  it('is that of the others while one does not answer yet', () => {
    const starting = {
      ...thread(9, 'tcp'),
      replies: undefined,
      compiled: undefined,
      forward: undefined,
    };
    expect(gatherStats([starting, thread(9, 'udp')], 0)).toMatchObject({
      replies: { truncated: 2 },
      forward: { hits: 8 },
    });
  });
});
