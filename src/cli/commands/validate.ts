/** `rollcall validate`: reads configuration files as the agent would, and starts nothing. */
import { ConfigError, type FlagValues as ConfigFlags, loadConfig } from '../../config/index.ts';
import { type Command, CommandError } from '../command.ts';

export const command: Command = {
  takes: '[options] FILE_OR_DIRECTORY...',
  description:
    'Reads the files and directories together, as "rollcall agent" would, and names every mistake. Exit code 0 ' +
    'when the configuration is valid, 1 when not.',
  flags: [
    { name: 'quiet', kind: 'boolean', help: 'Print nothing when the configuration is valid.' },
    {
      name: 'config-format',
      kind: 'text',
      value: 'json',
      help: 'Format of the files, whatever their names end in.',
    },
  ],
  async run({ flags, operands, stdout, stderr }) {
    if (operands.length === 0) {
      throw new CommandError('Must specify at least one config file or directory');
    }
    const format = flags.list('config-format');
    const asked: ConfigFlags = {
      given: new Map(format.length === 0 ? [] : [['config-format', format]]),
      configPaths: operands,
      rest: [],
    };
    try {
      const { warnings } = loadConfig({ flags: asked });
      for (const warning of warnings) stderr.write(`${warning}\n`);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      throw new CommandError(`Config validation failed: ${error.message}`);
    }
    if (!flags.boolean('quiet')) stdout.write('Configuration is valid!\n');
    return 0;
  },
};
