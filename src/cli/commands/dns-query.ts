/** `rollcall dns query`: one question to a DNS server, and the reply as dig shows it. Asks no agent over HTTP. */
import { formatMessage } from '../../dns/index.ts';
import { type Command, CommandError, UsageError } from '../command.ts';
import { type DnsServer, NoReplyError, shown } from '../dns-exchange.ts';
import { type DnsReply, queryDns } from '../dns-query.ts';
import { QUERY_FLAGS, readQuery, readServer } from '../dns-query-flags.ts';
import { formatAnswers, replyJson } from '../dns-reply.ts';
import { formatJson } from '../json-value.ts';

const EXIT_NO_REPLY = 2;

export const command: Command = {
  takes: '[options] NAME [TYPE]',
  description:
    'Asks a DNS server for NAME and shows the reply as dig does. TYPE is A by default. A truncated reply is asked ' +
    'for again over TCP. The exit code is 0 for any reply, and 2 when none comes.',
  flags: [
    ...QUERY_FLAGS,
    { name: 'short', kind: 'boolean', help: 'Show the data of the answers only, one a line.' },
    { name: 'json', kind: 'boolean', help: 'Show the reply as JSON.' },
  ],
  async run(invocation) {
    const { flags, stdout } = invocation;
    const query = readQuery(invocation);
    const server = readServer(flags);
    if (flags.boolean('short') && flags.boolean('json')) {
      throw new UsageError('-short and -json exclude each other');
    }
    const reply = await queryDns(query, server).catch((error: unknown) => {
      if (error instanceof NoReplyError) throw new CommandError(error.message, EXIT_NO_REPLY);
      throw error;
    });
    if (flags.boolean('json')) stdout.write(formatJson(replyJson(reply, server)));
    else if (flags.boolean('short')) stdout.write(formatAnswers(reply.message));
    else {
      const isRetried = reply.transport !== query.transport;
      if (isRetried) stdout.write(';; Truncated, retrying in TCP mode.\n');
      stdout.write(formatReply(reply, server));
    }
    return 0;
  },
};

function formatReply(
  { message, bytes, elapsedMs, transport }: DnsReply,
  server: DnsServer,
): string {
  return [
    ...formatMessage(message),
    '',
    `;; Query time: ${Math.round(elapsedMs)} msec`,
    `;; SERVER: ${shown(server)}(${server.host}) (${transport.toUpperCase()})`,
    `;; MSG SIZE  rcvd: ${bytes}`,
    '',
    '',
  ].join('\n');
}
