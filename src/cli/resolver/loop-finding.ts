/**
 * Whether questions go round: rollcall asks its recursors, one of them is this resolver, and that sends them back.
 * Found by asking rollcall for names that nobody has, and counting in its metrics how many questions came.
 */
import { randomUUID } from 'node:crypto';
import { listOf, objectOf } from '../json-value.ts';
import { error, type Finding, ok, warn } from './resolver.ts';

const QUESTIONS = 5;
/** Each question comes back at least once in a loop; some of what is counted may be others'. */
const FACTOR = 2;

export interface LoopPorts {
  /** Queries that rollcall has counted so far. @throws when it cannot be asked */
  countQueries(): Promise<number>;
  /** Asks rollcall for a name, and returns when there is a reply or none in time. */
  ask(name: string): Promise<void>;
}

export async function loopFinding({ countQueries, ask }: LoopPorts): Promise<Finding> {
  try {
    const start = await countQueries();
    const startMs = performance.now();
    const names = Array.from({ length: QUESTIONS }, () => `rollcall-${randomUUID()}.invalid`);
    await Promise.all(names.map(ask));
    const elapsedMs = performance.now() - startMs;
    const middle = await countQueries();
    // As long again without questions of ours: what comes then is others'.
    await new Promise((resolve) => setTimeout(resolve, elapsedMs));
    const end = await countQueries();
    const came = middle - start - (end - middle);
    if (came < QUESTIONS * FACTOR)
      return ok('names outside the domain do not come back to rollcall');
    return error(
      `questions go round: of ${QUESTIONS} names that nobody has, rollcall was asked ${came} times`,
      'rollcall\'s "recursors" name this resolver, which sends everything to rollcall: name servers of the network there',
    );
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return warn(
      `loops were not looked for: ${reason}`,
      'say with -http-addr where rollcall answers HTTP',
    );
  }
}

/** The counter in the reply of `/v1/agent/metrics`. */
export function queriesIn(metrics: unknown): number {
  return listOf(objectOf(metrics).Counters)
    .map(objectOf)
    .filter(({ Name }) => Name === 'rollcall.dns.queries')
    .reduce((sum, { Count }) => sum + Number(Count), 0);
}
