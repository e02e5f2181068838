/**
 * What a demonstration plays on: a temporary folder, one agent in it, and the printing of steps. Whatever happens,
 * Ctrl-C included, the agent is ended and the folder removed.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseName, RecordClass, RecordType, ROOT } from '../../dns/index.ts';
import { CommandError } from '../command.ts';
import { type DnsQuery, type DnsReply, queryDns } from '../dns-query.ts';
import { type AgentProcess, startAgentProcess } from './agent-process.ts';
import { type Exchange, exchange, type Reply } from './exchange.ts';

type Close = () => void | Promise<void>;

export interface Stage {
  /** A numbered heading. */
  step(title: string): void;
  /** What was observed, below the heading. */
  show(text: string): void;
  startAgent(): Promise<void>;
  /** Kills the agent and starts it again with the same store and ports. */
  restartAgent(): Promise<void>;
  send(asked: Exchange): Promise<Reply>;
  query(name: string, type: 'A' | 'SRV'): Promise<DnsReply>;
  /** Polls until `done` answers true; throws, naming `what`, when it does not in time. */
  eventually(what: string, done: () => Promise<boolean>): Promise<void>;
  /** Has `close` called when the demonstration ends. */
  onClose(close: Close): void;
}

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const POLL_MS = 25;
const DEADLINE_MS = 20_000;
const QUERY_TIMEOUT_MS = 5_000;

/** Plays `scenes` on a fresh stage and clears it. A signal to stop ends it as a CommandError. */
export async function onStage(
  stdout: NodeJS.WritableStream,
  scenes: (stage: Stage) => Promise<void>,
): Promise<void> {
  const closers: Close[] = [];
  let over = false;
  const onClose = (close: Close): void => {
    // After an interruption the scene may still be on its way to the next agent.
    if (over) void close();
    else closers.push(close);
  };
  const signals = stopSignals();
  try {
    const folder = await mkdtemp(join(tmpdir(), 'rollcall-demo-'));
    onClose(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    await Promise.race([scenes(setStage(stdout, folder, onClose)), signals.received]);
  } finally {
    over = true;
    for (const close of closers.reverse()) await close();
    signals.forget();
  }
}

interface StopSignals {
  /** Rejects at the first signal. */
  readonly received: Promise<never>;
  forget(): void;
}

function stopSignals(): StopSignals {
  let stop: NodeJS.SignalsListener = () => {};
  const received = new Promise<never>((_, reject) => {
    stop = (signal) => {
      reject(new CommandError(`Interrupted by ${signal}`, 128 + constants.signals[signal]));
    };
  });
  for (const signal of STOP_SIGNALS) process.on(signal, stop);
  return {
    received,
    forget() {
      for (const signal of STOP_SIGNALS) process.off(signal, stop);
    },
  };
}

function setStage(
  stdout: NodeJS.WritableStream,
  dataDirectory: string,
  onClose: Stage['onClose'],
): Stage {
  let steps = 0;
  let running: AgentProcess | undefined;
  const agent = (): AgentProcess => {
    if (running === undefined) throw new Error('the agent was not started');
    return running;
  };
  const start = async (httpPort: number, dnsPort: number): Promise<void> => {
    running = await startAgentProcess({ dataDirectory, httpPort, dnsPort }, onClose);
  };
  return {
    step(title) {
      steps += 1;
      stdout.write(`${steps}. ${title}\n`);
    },
    show: (text) => void stdout.write(`${text.replace(/^/gm, '   ')}\n`),
    startAgent: () => start(0, 0),
    async restartAgent() {
      const { http, dns, kill } = agent();
      await kill();
      await start(http.port, dns.port);
    },
    send: (asked) => exchange(agent().http, asked),
    query(name, type) {
      const { address: host, port } = agent().dns;
      return queryDns(plainQuery(name, type), { host, port, timeoutMs: QUERY_TIMEOUT_MS });
    },
    async eventually(what, done) {
      const deadline = performance.now() + DEADLINE_MS;
      while (!(await done())) {
        if (performance.now() > deadline) throw new Error(`${what}: not within ${DEADLINE_MS} ms`);
        await pause(POLL_MS);
      }
    },
    onClose,
  };
}

/** As a resolver without EDNS asks. */
function plainQuery(name: string, type: 'A' | 'SRV'): DnsQuery {
  return {
    question: { name: parseName(name) ?? ROOT, type: RecordType[type], class: RecordClass.IN },
    recursionDesired: true,
    edns: undefined,
    transport: 'udp',
    keepTruncated: true,
  };
}
