/** Where log lines go: readable on a terminal, one JSON object a line otherwise. */
import { isatty } from 'node:tty';
import { type DestinationStream, pino } from 'pino';
import pretty from 'pino-pretty';

const STDOUT = 1;

/** `json` forces JSON on a terminal too. Lines are written before the call returns: none is lost at the end. */
export function logStream(json: boolean): DestinationStream {
  const stream = pino.destination({ fd: STDOUT, sync: true });
  if (json || !isatty(STDOUT)) return stream;
  return pretty({ destination: stream, sync: true, ignore: 'pid,hostname' });
}
