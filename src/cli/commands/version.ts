/** `rollcall version`: our version, and the version of Consul's interface that is spoken. Asks no agent. */
import { packageVersion } from '../../runtime/index.ts';
import { type Command, CommandError } from '../command.ts';
import { formatJson } from '../json-value.ts';

/** Consul's release whose DNS and HTTP interfaces are spoken. */
const INTERFACE_VERSION = '1.16.4';
/** What Consul shows when it was built without a date; ours is no part of the package. */
const NO_BUILD_DATE = '1970-01-01T00:00:01Z';
const PROTOCOL = { Default: 2, Min: 2, Max: 3 } as const;

export const command: Command = {
  takes: '[options]',
  description: 'Prints the version of rollcall and that of the Consul interface it speaks.',
  flags: [
    {
      name: 'format',
      kind: 'text',
      value: 'pretty|json',
      help: 'Print lines (the default) or JSON.',
    },
  ],
  async run({ flags, stdout }) {
    const format = flags.text('format') || 'pretty';
    if (format === 'json') stdout.write(formatJson(versionReport()));
    else if (format === 'pretty') stdout.write(versionLines());
    else
      throw new CommandError(`Invalid format "${format}", valid formats are "pretty" and "json"`);
    return 0;
  },
};

function versionReport() {
  return {
    Version: INTERFACE_VERSION,
    Revision: '',
    Prerelease: '',
    BuildDate: NO_BUILD_DATE,
    RPC: PROTOCOL,
    Rollcall: packageVersion(),
  };
}

function versionLines(): string {
  const { Default, Min, Max } = PROTOCOL;
  return [
    `rollcall v${packageVersion()}`,
    `Consul v${INTERFACE_VERSION} (DNS and HTTP interfaces)`,
    `Node.js ${process.version}`,
    `Protocol ${Default} spoken by default, understands ${Min} to ${Max} (agent will automatically use protocol >${Default} when speaking to compatible agents)`,
    '',
  ].join('\n');
}
