/** Goal: a line reaches those who want its level, whoever logs it. Method: the process logger over a kept stream. */
import { beforeEach, expect, it } from 'vitest';
import {
  createLogger,
  type LogEntry,
  type LogLevel,
  type RootLogger,
} from '../../src/runtime/index.ts';

let written: string[];
let logger: RootLogger;
beforeEach(() => {
  written = [];
  logger = createLogger('info', { write: (line) => void written.push(JSON.parse(line).msg) });
});

function following(level: LogLevel) {
  const entries: LogEntry[] = [];
  const stop = logger.follow({ level, take: (entry) => void entries.push(entry) });
  return { entries, stop };
}

it('a child that was made earlier keeps to a later level', () => {
  const child = logger.child({ module: 'dns' });
  child.debug({}, 'before');
  logger.setLevel('debug');
  child.debug({}, 'after');
  logger.setLevel('error');
  child.warn({}, 'too low');
  expect(written).toEqual(['after']);
});

it('a follower gets lines that the log leaves out, and the log none of them', () => {
  const child = logger.child({ module: 'http', port: 1 });
  const { entries, stop } = following('debug');
  child.trace({}, 'too low');
  child.debug({ port: 2, err: new Error('lost') }, 'one');
  logger.warn({}, 'two');
  stop();
  child.debug({}, 'over');
  expect(written).toEqual(['two']);
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  const err = expect.objectContaining({ message: 'lost' });
  expect(entries).toEqual([
    { time, level: 'debug', module: 'http', message: 'one', fields: { port: 2, err } },
    { time, level: 'warn', module: '', message: 'two', fields: {} },
  ]);
});

it('a follower gets no more than it asks for, beside one that asks for more', () => {
  const [few, all] = [following('error'), following('trace')];
  logger.trace({}, 'one');
  logger.error({}, 'two');
  expect(few.entries.map(({ message }) => message)).toEqual(['two']);
  expect(all.entries.map(({ message }) => message)).toEqual(['one', 'two']);
});

it('the least level that anybody wants is told when it is another', () => {
  const least: LogLevel[] = [];
  logger.onLeastLevel((level) => least.push(level));
  const first = following('debug');
  const second = following('trace');
  following('error');
  second.stop();
  logger.setLevel('warn');
  first.stop();
  expect(least).toEqual(['debug', 'trace', 'debug', 'warn']);
});
