/**
 * `rollcall agent`: loads the configuration and runs the agent in this process until it ends. The agent itself is
 * loaded only here, so that the other commands start without it.
 */
import {
  AGENT_FLAGS,
  type Flag as AgentFlag,
  ConfigError,
  loadConfig,
  parseAgentFlags,
} from '../../config/index.ts';
import { type Command, CommandError, type Flag, UsageError } from '../command.ts';

/** How the usage text shows the kinds of the configuration's flag table. */
const SHOWN_KINDS = {
  boolean: { kind: 'boolean' },
  string: { kind: 'text', value: 'value' },
  integer: { kind: 'integer', value: 'number' },
  duration: { kind: 'text', value: 'duration' },
  list: { kind: 'list', value: 'value' },
  pairs: { kind: 'list', value: 'key:value' },
} as const;

export const command: Command = {
  takes: '[options]',
  description:
    'Runs the agent until it is told to stop: the service catalog, its checks, the HTTP API and DNS. It prints one ' +
    'line that begins with "ready" when it answers.',
  flags: AGENT_FLAGS.map(shownFlag),
  readsOwnArguments: true,
  async run({ operands, stdout, stderr }) {
    const parsed = parseAgentFlags(operands);
    if (!parsed.ok) throw new UsageError(parsed.message);
    const { flags } = parsed;
    if (flags.rest.length > 0) {
      throw new CommandError(`Unexpected extra arguments: [${flags.rest.join(' ')}]`);
    }
    const { config, warnings } = configured(() => loadConfig({ flags }));
    for (const warning of warnings) stderr.write(`==> ${warning}\n`);
    const { runAgent } = await import('../../agent-process.ts');
    const reloadConfig = () => loadConfig({ flags }).config;
    return runAgent({ config, reloadConfig, stdout }).catch(cannotStart);
  },
};

/** An operating error (a port in use, a damaged store) is a line; anything else is a defect and keeps its trace. */
function cannotStart(error: unknown): never {
  if (!(error instanceof Error) || !('code' in error)) throw error;
  throw new CommandError(`==> Error starting agent: ${error.message}`);
}

function configured<T>(load: () => T): T {
  try {
    return load();
  } catch (error) {
    if (error instanceof ConfigError) throw new CommandError(`==> ${error.message}`);
    throw error;
  }
}

/** As the usage text shows it: a sentence. */
function shownFlag({ name, kind, description }: AgentFlag): Flag {
  const text = description.replace(/; repeatable$/, '');
  const help = `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
  return { name, ...SHOWN_KINDS[kind], help };
}
