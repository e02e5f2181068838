/**
 * The command that `lock` and `watch` run: through a shell or not, with our standard output and error. Knows nothing of
 * why it runs; who starts it ends it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';

/** Between asking a child to end and killing it. */
export const GRACE_MS = 5_000;

export interface ChildOptions {
  readonly words: readonly string[];
  /** Join the words and have `$SHELL`, or `/bin/sh`, read them. */
  readonly shell: boolean;
  /** Added to our environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Text for its standard input; `inherit`: ours. Nothing by default. */
  readonly stdin?: 'inherit' | { readonly text: string };
}

export class ChildCommand {
  /** How it ended, in Go's words; undefined: well. */
  readonly ended: Promise<string | undefined>;
  readonly #child: ChildProcess;

  constructor({ words, shell, env, stdin }: ChildOptions) {
    const [program = '', ...args] = shell
      ? [process.env.SHELL || '/bin/sh', '-c', words.join(' ')]
      : words;
    const input = stdin === 'inherit' ? 'inherit' : stdin === undefined ? 'ignore' : 'pipe';
    this.#child = spawn(program, args, {
      stdio: [input, 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    });
    this.ended = new Promise((resolve) => {
      this.#child.once('error', ({ message }) => resolve(message));
      this.#child.once('exit', (code, signal) => resolve(problemOf(code, signal)));
    });
    // It need not read what it is told.
    this.#child.stdin?.on('error', () => undefined);
    if (typeof stdin === 'object') this.#child.stdin?.end(stdin.text);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Undefined: it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Asks it to end, and kills it when it does not, which `onKill` hears of first. */
  async end(signal: NodeJS.Signals, onKill: () => void = () => {}): Promise<void> {
    this.signal(signal);
    const timer = setTimeout(() => {
      onKill();
      this.signal('SIGKILL');
    }, GRACE_MS);
    await this.ended;
    clearTimeout(timer);
  }
}

function problemOf(code: number | null, signal: NodeJS.Signals | null): string | undefined {
  if (signal !== null) return `signal: ${signal} (${constants.signals[signal]})`;
  return code === 0 ? undefined : `exit status ${code}`;
}

export interface StopRequest {
  /** Aborted by SIGINT, SIGTERM and SIGHUP; the reason is the signal's name. */
  readonly signal: AbortSignal;
  /** Stops listening. */
  close(): void;
}

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Keeps those signals from ending this process, so that what it holds is given back first. */
export function listenForStop(): StopRequest {
  const stop = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => stop.abort(signal);
  for (const name of STOP_SIGNALS) process.on(name, onSignal);
  return {
    signal: stop.signal,
    close() {
      for (const name of STOP_SIGNALS) process.off(name, onSignal);
    },
  };
}

/** Resolves once `signal` is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
