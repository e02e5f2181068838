/**
 * What is wrong with a configuration: every problem at once, each with the key, what was expected and what was
 * there. The texts are Consul's where it has one, because provisioning tools look for them.
 */
import { isSecret, isSecretKey } from './schema.ts';

export interface ConfigProblem {
  /** `source`: a file can't be read. `parse`: a file does not say what a key may be. `rule`: values do not go together. */
  readonly kind: 'source' | 'parse' | 'rule';
  /** Dotted key, e.g. `dns_config.node_ttl`; empty when it is about a whole file. */
  readonly path: string;
  readonly expected: string;
  /** What was given, as JSON, shortened; empty when nothing was. */
  readonly received: string;
  /** File or flag it came from; empty when the value is a default or several files have a part in it. */
  readonly file: string;
  readonly message: string;
  /** `agent.json:3`, where that is known and the message does not say it. */
  readonly place?: string;
}

export class ConfigError extends Error {
  readonly code = 'config_invalid';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(formatProblems(problems));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

const RECEIVED_CHARS_MAX = 80;

/** What stands in a message in the place of a secret. */
const HIDDEN = 'hidden';

/** A value as it can be shown in a message: JSON, on one line, not too long, without the secrets inside. */
export function shown(value: unknown): string {
  const hide = (key: string, inner: unknown): unknown => (isSecretKey(key) ? HIDDEN : inner);
  const text = JSON.stringify(value, hide) ?? String(value);
  return text.length <= RECEIVED_CHARS_MAX ? text : `${text.slice(0, RECEIVED_CHARS_MAX)}…`;
}

/** As `shown`, for what stands at a path. */
export function shownAt(path: string, value: unknown): string {
  return isSecret(path) ? HIDDEN : shown(value);
}

/** The mistakes of each file under one heading, in the manner of Consul, and then the rules that are broken. */
function formatProblems(problems: readonly ConfigProblem[]): string {
  const byFile = new Map<string, string[]>();
  for (const { kind, file, message } of problems) {
    if (kind === 'parse') byFile.set(file, [...(byFile.get(file) ?? []), message]);
  }
  const parsing = [...byFile].map(([file, messages]) => {
    const count = messages.length === 1 ? '1 error' : `${messages.length} errors`;
    const bullets = messages.map((message) => `\t* ${message}`).join('\n');
    return `failed to parse ${file}: ${count} occurred:\n${bullets}`;
  });
  const others = problems
    .filter(({ kind }) => kind !== 'parse')
    .map(({ message, place }) => (place === undefined ? message : `${message} (${place})`));
  return [...parsing, ...others].join('\n');
}
