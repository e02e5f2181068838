/**
 * Lets another thread ask through the forwarder of this one: takes its questions from a port, and sends back outcomes
 * as plain data with memory of their own, since what a thread holds on to would be copied along whole.
 */
import type { MessagePort } from 'node:worker_threads';
import type { Outcome } from '../answer/outcome.ts';
import { unpack } from '../wire/address-rrset.ts';
import { type ResourceRecord, withOwnMemory } from '../wire/record.ts';
import { NOT_READY } from './failures.ts';
import type { Forwarder } from './forwarder.ts';
import type { ForwardAsk, ForwardTold } from './remote-forwarder.ts';

/** `wake` is called after each message, for a thread that does not look by itself. @returns when the other has left */
export function serveForwarder(
  port: MessagePort,
  forwarder: () => Forwarder | undefined,
  wake: () => void,
): Promise<void> {
  port.on('message', ({ id, query }: ForwardAsk) => {
    const tell = (outcome: Outcome): void => {
      const lent =
        outcome.kind === 'relayed' ? forwarder()?.lend?.(query.question, outcome) : undefined;
      const told: ForwardTold = {
        id,
        outcome: plainOutcome(outcome),
        ...(lent === undefined ? {} : { lent }),
      };
      port.postMessage(told);
      wake();
    };
    const outcome = forwarder()?.answer(query) ?? NOT_READY;
    // A defect is logged where it is; the client gets SERVFAIL in any case.
    if (outcome instanceof Promise) outcome.then(tell, () => tell({ kind: 'failure' }));
    else tell(outcome);
  });
  return new Promise((resolve) => port.on('close', () => resolve()));
}

/** What it was drawn from stays here: it is no plain data, and of no use elsewhere. */
function plainOutcome(outcome: Outcome): Outcome {
  switch (outcome.kind) {
    case 'answer': {
      const { basis: _, ...plain } = outcome;
      return { ...plain, ...owned({ ...outcome, answers: unpack(outcome.answers) }) };
    }
    case 'no-data': {
      const { basis: _, answers = [], additional = [], ...plain } = outcome;
      return {
        ...plain,
        answers: answers.map(withOwnMemory),
        additional: additional.map(withOwnMemory),
      };
    }
    case 'name-error': {
      const { answers = [] } = outcome;
      return { ...outcome, answers: answers.map(withOwnMemory) };
    }
    case 'relayed':
      return { ...outcome, ...owned(outcome) };
    default:
      return outcome;
  }
}

interface Sections {
  readonly answers: readonly ResourceRecord[];
  readonly authority: readonly ResourceRecord[];
  readonly additional: readonly ResourceRecord[];
}

function owned({ answers, authority, additional }: Sections): Sections {
  return {
    answers: answers.map(withOwnMemory),
    authority: authority.map(withOwnMemory),
    additional: additional.map(withOwnMemory),
  };
}
