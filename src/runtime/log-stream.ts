/** Where log lines go: readable on a terminal, one JSON object a line otherwise. Loads no more than that takes. */
import { createRequire } from 'node:module';
import { isatty } from 'node:tty';
import type { DestinationStream } from 'pino';

const STDOUT = 1;

/** `json` forces JSON on a terminal too. Lines are written before the call returns: none is lost at the end. */
export function logStream(json: boolean): DestinationStream {
  const load = createRequire(import.meta.url);
  const { pino } = load('pino') as typeof import('pino');
  const stream = pino.destination({ fd: STDOUT, sync: true });
  if (json || !isatty(STDOUT)) return stream;
  const pretty = load('pino-pretty') as typeof import('pino-pretty');
  return pretty({ destination: stream, sync: true, ignore: 'pid,hostname' });
}
