/** `rollcall resolver check`: whether lookups come to rollcall, what keeps them from it, and what to do about it. */
import { isIP } from 'node:net';
import { withClient } from '../client.ts';
import { CLIENT_FLAGS } from '../client-settings.ts';
import { type Command, CommandError, type Invocation } from '../command.ts';
import { type DnsServer, shown } from '../dns-exchange.ts';
import { readServer } from '../dns-query-flags.ts';
import { FlagValues } from '../flag-values.ts';
import { formatJson } from '../json-value.ts';
import { FORMAT_FLAG, outputFormat } from '../output-format.ts';
import { askInVain, lookUpAt } from '../resolver/lookup.ts';
import { loopFinding, queriesIn } from '../resolver/loop-finding.ts';
import type { Finding } from '../resolver/resolver.ts';
import { PLACE_FLAGS, type Place, readPlace } from '../resolver/resolver-flags.ts';
import { type ResolverPorts, SYSTEM_PORTS } from '../resolver/resolver-ports.ts';
import { listenersOn53 } from '../resolver/sockets.ts';
import {
  portFindings,
  resolvConfFindings,
  routeFinding,
  serverFinding,
} from '../resolver/system-findings.ts';
import { versionFindings } from '../resolver/version-findings.ts';

const DNS_PORT = '53';

export function checkCommand(ports: ResolverPorts): Command {
  return {
    takes: '[options]',
    description:
      'Looks at rollcall, at the configuration of the resolver, at port 53 and /etc/resolv.conf, looks names up, and ' +
      'says of each finding what to do. The exit code is 1 when one of them is an error. Changes nothing.',
    flags: [
      ...CLIENT_FLAGS,
      ...PLACE_FLAGS,
      FORMAT_FLAG,
      {
        name: 'via',
        kind: 'text',
        value: 'address[:port]',
        help: 'Ask the resolver at this address, rather than the way this system does.',
      },
    ],
    async run(invocation) {
      const { flags, stdout } = invocation;
      const format = outputFormat(flags);
      const place = readPlace(invocation);
      const via = flags.has('via') ? readVia(flags.text('via')) : undefined;
      const findings = [
        ...place.resolver.findings(place.root, place.routing),
        ...portFindings(place.root, place.resolver, listenersOn53(place.root)),
        ...resolvConfFindings(place.root, place.resolver),
        ...(place.root.isSystem || via !== undefined
          ? await liveFindings(place, via, invocation, ports)
          : []),
      ];
      if (format === 'json') stdout.write(formatJson(findings.map(asJson)));
      else stdout.write(`${place.resolver.name}\n${findings.map(formatFinding).join('')}`);
      return findings.some(({ severity }) => severity === 'error') ? 1 : 0;
    },
  };
}

/** What only the running system tells. */
async function liveFindings(
  { resolver, routing }: Place,
  via: DnsServer | undefined,
  invocation: Invocation,
  ports: ResolverPorts,
): Promise<readonly Finding[]> {
  const versions = await versionFindings(resolver, ports.runner(invocation.env));
  const server = await serverFinding(routing, lookUpAt(routing));
  // Without rollcall there is nothing to be led to, and no loop.
  if (server.severity !== 'ok') return [...versions, server];
  const route =
    via === undefined
      ? await routeFinding(routing.domain, 'this system', ports.lookUpBySystem)
      : await routeFinding(routing.domain, shown(via), lookUpAt(via));
  const loop = await loopFinding({
    countQueries: () =>
      withClient(invocation, async (client) => queriesIn(await client.get(METRICS))),
    ask: (name) => askInVain(routing, name),
  });
  return [...versions, server, route, loop];
}

const METRICS = { doing: 'reading metrics', path: '/v1/agent/metrics' };

function readVia(text: string): DnsServer {
  const given = new Map([
    ['server', [text]],
    ...(isIP(text) ? [['port', [DNS_PORT]] as const] : []),
  ]);
  const server = readServer(new FlagValues(given));
  if (isIP(server.host) === 0) throw new CommandError(`"${server.host}" is no IP address`);
  return server;
}

function formatFinding({ severity, says, advice }: Finding): string {
  const line = `  ${severity.padEnd(5)}  ${says}\n`;
  return advice === '' ? line : `${line}         to do: ${advice}\n`;
}

function asJson({ severity, says, advice }: Finding): unknown {
  return { Severity: severity, Says: says, Advice: advice };
}

export const command = checkCommand(SYSTEM_PORTS);
