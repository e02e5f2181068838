/**
 * The demonstration of what is refused: bad requests of every kind, each with the error that comes back, and at
 * the end that nothing of them was kept. What differs from run to run stands as `<request id>`.
 */
import { objectOf } from '../json-value.ts';
import type { Exchange, Reply } from './exchange.ts';
import { formatReply } from './format-reply.ts';
import type { Stage } from './stage.ts';

interface Refused extends Exchange {
  readonly title: string;
}

const REGISTER = { method: 'PUT', path: '/v1/agent/service/register' } as const;
const MEBIBYTE = 1 << 20;

const refusals: readonly Refused[] = [
  { title: 'JSON that breaks off', ...REGISTER, body: '{"Name": "web", "Port":' },
  { title: 'A value of the wrong type', ...REGISTER, body: '{"Name": "web", "Port": "eighty"}' },
  { title: 'A field that does not exist', ...REGISTER, body: '{"Name": "web", "Prot": 80}' },
  { title: 'A service without a name', ...REGISTER, body: '{"Port": 80}' },
  { title: 'A port that is none', ...REGISTER, body: '{"Name": "web", "Port": 70000}' },
  {
    title: 'A check that is two kinds at once',
    ...REGISTER,
    body: '{"Name": "web", "Check": {"TTL": "10s", "Interval": "10s"}}',
  },
  {
    title: 'A body that is announced as too large',
    ...REGISTER,
    announcedBytes: 10 * MEBIBYTE,
  },
  {
    title: 'A service id that is not registered',
    method: 'PUT',
    path: '/v1/agent/service/deregister/nobody',
  },
  {
    title: 'A check id that is not registered',
    method: 'PUT',
    path: '/v1/agent/check/pass/nothing',
  },
  {
    title: 'A switch that is neither on nor off',
    method: 'PUT',
    path: '/v1/agent/maintenance?enable=perhaps',
  },
  { title: 'A node without a name', method: 'PUT', path: '/v1/catalog/register', body: '{}' },
  { title: 'A method that the path does not have', method: 'POST', path: '/v1/agent/services' },
  { title: 'A path that does not exist', method: 'GET', path: '/v1/agent/nothing' },
];

const DNS_REFUSALS = [
  ['A name that nobody has registered', 'nobody.service.consul'],
  ['A name of another zone, without a server to forward it to', 'www.example.com'],
] as const;

export async function playFailure(stage: Stage): Promise<void> {
  stage.step('Start an agent with an empty store.');
  await stage.startAgent();
  stage.show('ready');

  for (const refused of refusals) {
    stage.step(`${refused.title}:`);
    stage.show(formatRequest(refused));
    stage.show(formatRefusal(await stage.send(refused)));
  }

  for (const [title, name] of DNS_REFUSALS) {
    stage.step(`${title}:`);
    stage.show(`${name} A -> ${formatReply(await stage.query(name, 'A'))}`);
  }

  stage.step('Nothing of all this was kept.');
  const kept = await stage.send({ method: 'GET', path: '/v1/agent/services' });
  stage.show(`GET /v1/agent/services -> ${JSON.stringify(kept.body)}`);
}

function formatRequest({ method, path, body, announcedBytes }: Refused): string {
  const announced = announcedBytes === undefined ? undefined : `(${announcedBytes} bytes)`;
  return [method, path, body ?? announced].filter((part) => part !== undefined).join(' ');
}

function formatRefusal({ status, contentType, body }: Reply): string {
  if (status < 400) throw new Error(`a request that must be refused was answered with ${status}`);
  const type = contentType.split(';', 1)[0];
  const shown = typeof body === 'string' ? body : JSON.stringify(withoutVolatile(body), null, 2);
  return `${status} ${type}\n${shown}`;
}

function withoutVolatile(body: unknown): unknown {
  const envelope = objectOf(body);
  return 'requestId' in envelope ? { ...envelope, requestId: '<request id>' } : envelope;
}
