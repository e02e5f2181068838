/** `rollcall maint`: takes the node or one service out of every answer, puts it back, or says what is out. */
import { type ApiClient, withClient } from '../client.ts';
import { CLIENT_FLAGS } from '../client-settings.ts';
import { type Command, CommandError, expectNoOperands, type Invocation } from '../command.ts';
import { objectOf, textOf } from '../json-value.ts';

const NODE_CHECK = '_node_maintenance';
const SERVICE_CHECK_PREFIX = '_service_maintenance:';

export const command: Command = {
  takes: '[options]',
  description:
    'Puts the node, or one of its services, into maintenance mode: a critical check keeps it out of every ' +
    'answer of DNS and HTTP until it is disabled again, over restarts too. Without flags, what is in ' +
    'maintenance mode is listed.',
  flags: [
    ...CLIENT_FLAGS,
    { name: 'enable', kind: 'boolean', help: 'Enable maintenance mode.' },
    { name: 'disable', kind: 'boolean', help: 'Disable maintenance mode.' },
    { name: 'reason', kind: 'text', value: 'text', help: 'Why, for those who look at the check.' },
    { name: 'service', kind: 'text', value: 'id', help: 'A service instead of the whole node.' },
  ],
  async run(invocation) {
    expectNoOperands(invocation.operands);
    const { flags } = invocation;
    const [enable, disable] = [flags.boolean('enable'), flags.boolean('disable')];
    const changes = enable || disable;
    if (enable && disable)
      throw new CommandError('Only one of -enable or -disable may be provided');
    if (!enable && flags.text('reason') !== '') {
      throw new CommandError('Reason may only be provided with -enable');
    }
    if (!changes && flags.text('service') !== '') {
      throw new CommandError('Service requires either -enable or -disable');
    }
    await withClient(invocation, (client) =>
      changes ? setMaintenance(client, invocation, enable) : listMaintenance(client, invocation),
    );
    return 0;
  },
};

async function setMaintenance(
  client: ApiClient,
  { flags, stdout }: Invocation,
  enable: boolean,
): Promise<void> {
  const service = flags.text('service');
  const reason = flags.text('reason');
  const target = service === '' ? 'node' : 'service';
  const done = enable ? 'enabled' : 'disabled';
  await client.put({
    doing: `${enable ? 'enabling' : 'disabling'} ${target} maintenance`,
    path:
      service === ''
        ? '/v1/agent/maintenance'
        : `/v1/agent/service/maintenance/${encodeURIComponent(service)}`,
    query: { enable: String(enable), ...(reason === '' ? {} : { reason }) },
  });
  stdout.write(
    service === ''
      ? `Node maintenance is now ${done}\n`
      : `Service maintenance is now ${done} for ${JSON.stringify(service)}\n`,
  );
}

async function listMaintenance(client: ApiClient, { stdout }: Invocation): Promise<void> {
  const self = await client.get({ doing: 'querying Consul agent', path: '/v1/agent/self' });
  const checks = await client.get({ doing: 'getting checks', path: '/v1/agent/checks' });
  const nodeName = textOf(objectOf(objectOf(self).Config).NodeName);
  const byId = Object.values(objectOf(checks))
    .map(objectOf)
    .map((check) => ({ check, id: textOf(check.CheckID) }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const { check, id } of byId) {
    const reason = `  Reason: ${textOf(check.Notes)}\n\n`;
    if (id === NODE_CHECK) {
      stdout.write(`Node:\n  Name:   ${nodeName}\n${reason}`);
    } else if (id.startsWith(SERVICE_CHECK_PREFIX)) {
      stdout.write(`Service:\n  ID:     ${textOf(check.ServiceID)}\n${reason}`);
    }
  }
}
