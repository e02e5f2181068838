/** The built agent, stopped and paused while clients wait: what the kernel had taken for it is answered. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { question } from '../dns/server/serving.ts';
import { type AgentChild, startAgentChild } from '../support/agent-child.ts';

/** No more than a receive buffer of the usual size holds. */
const BURST = 100;

/** Sends `BURST` queries; the result resolves with the ids of `count` replies. */
async function burst(agent: AgentChild) {
  const socket: Socket = createSocket('udp4');
  onTestFinished(() => void socket.close());
  const ids = new Set<number>();
  socket.on('message', (reply) => ids.add(reply.readUInt16BE(0)));
  socket.connect(agent.dns.port, agent.dns.host);
  await once(socket, 'connect');
  const sent = Array.from(
    { length: BURST },
    (_, id) =>
      new Promise<void>((resolve, reject) =>
        socket.send(question('consul.service.consul', 'A', id), (error) =>
          error === null ? resolve() : reject(error),
        ),
      ),
  );
  await Promise.all(sent);
  return async (): Promise<number> => {
    while (ids.size < BURST) await once(socket, 'message');
    return ids.size;
  };
}

describe('an agent that is told to stop', () => {
  it('answers what has arrived, and ends in good order', async () => {
    const agent = await startAgentChild({ args: ['-dev'] });
    const answered = await burst(agent);
    const stopped = agent.stop();
    expect(await answered()).toBe(BURST);
    expect(await stopped).toBe(0);
  });

  it('answers all that came while it was paused, once it goes on', async () => {
    const agent = await startAgentChild({ args: ['-dev'] });
    agent.child.kill('SIGSTOP');
    const answered = await burst(agent);
    agent.child.kill('SIGCONT');
    expect(await answered()).toBe(BURST);
  });
});
