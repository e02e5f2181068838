/**
 * Lines of the log as `/v1/agent/monitor` writes them, in the two forms of Consul's logger: for people, and as one JSON
 * object a line. Whatever is in a value, it stays on its line.
 */
import type { LogEntry, LogLevel } from '../runtime/index.ts';

export type LogForm = (entry: LogEntry) => string;

const TAGS: Readonly<Record<LogLevel, string>> = {
  trace: '[TRACE]',
  debug: '[DEBUG]',
  info: '[INFO] ',
  warn: '[WARN] ',
  error: '[ERROR]',
};

/** `2026-01-01T00:00:00.000Z [INFO]  agent.dns: listening: port=8600`. */
export const formatLogText: LogForm = ({ time, level, message, module, fields }) => {
  const pairs = namedFields(fields).map(([name, value]) => ` ${name}=${textOf(value)}`);
  const colon = pairs.length === 0 ? '' : ':';
  return `${time} ${TAGS[level]} ${sourceOf(module)}: ${message}${colon}${pairs.join('')}\n`;
};

/** `{"@level":"info","@message":"listening","@module":"agent.dns","@timestamp":"…","port":8600}`. */
export const formatLogJson: LogForm = ({ time, level, message, module, fields }) => {
  const line = {
    '@level': level,
    '@message': message,
    '@module': sourceOf(module),
    '@timestamp': time,
    ...Object.fromEntries(namedFields(fields)),
  };
  return `${JSON.stringify(line)}\n`;
};

/** As Consul names the parts of an agent. */
function sourceOf(module: string): string {
  return module === '' || module === 'agent' ? 'agent' : `agent.${module}`;
}

/** An error is its message here: where in the code it comes from is in the agent's own log. */
function namedFields(fields: LogEntry['fields']): [string, unknown][] {
  return Object.entries(fields).map(([name, value]) =>
    name === 'err' ? ['error', messageOf(value)] : [name, value],
  );
}

function messageOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'message' in error ? error.message : error;
}

function textOf(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return typeof value === 'string' && /[\s"\p{Cc}]|^$/u.test(text) ? JSON.stringify(text) : text;
}
