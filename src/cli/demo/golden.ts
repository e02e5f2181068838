/**
 * The demonstration of what rollcall is for: a service registers, DNS answers it while it is healthy and only
 * then, and a crash of the agent changes nothing. Prints the same each time.
 */
import { listOf, objectOf, textOf } from '../json-value.ts';
import { formatReply } from './format-reply.ts';
import { startHealthTarget } from './health-target.ts';
import type { Stage } from './stage.ts';

const NAME = 'web.service.consul';
const SERVICE = { Name: 'web', Address: '192.0.2.10', Port: 8080, Tags: ['v1'] };
const CHECK_INTERVAL = '1s';

export async function playGolden(stage: Stage): Promise<void> {
  const target = await startHealthTarget();
  stage.onClose(target.close);

  stage.step('Start an agent with an empty store.');
  await stage.startAgent();
  stage.show('ready');

  stage.step(`Register ${described()}, with an HTTP check every second.`);
  const check = { HTTP: target.url, Interval: CHECK_INTERVAL };
  const body = JSON.stringify({ ...SERVICE, Check: check });
  const { status } = await stage.send({ method: 'PUT', path: '/v1/agent/service/register', body });
  stage.show(`PUT /v1/agent/service/register -> ${status}`);

  stage.step('Its check passes.');
  await becomes(stage, 'passing');
  await showStatus(stage);

  stage.step('DNS answers it.');
  await answersInDns(stage, true);
  await showAnswers(stage);

  stage.step('It begins to fail: the address that is checked answers 503.');
  target.answerWith(503);
  await becomes(stage, 'critical');
  await showStatus(stage);

  stage.step('It is gone from DNS.');
  await answersInDns(stage, false);
  await showAnswers(stage);

  stage.step('Kill the agent and start it again with the same store.');
  await stage.restartAgent();
  stage.show('ready');

  stage.step('Everything is as it was.');
  await showStatus(stage);
  await showAnswers(stage);

  stage.step('The service recovers.');
  target.answerWith(200);
  await becomes(stage, 'passing');
  await answersInDns(stage, true);
  await showStatus(stage);
  await showAnswers(stage);
}

function described(): string {
  const { Name, Address, Port, Tags } = SERVICE;
  return `service "${Name}" at ${Address}:${Port} with the tag "${Tags.join('", "')}"`;
}

const HEALTH_PATH = `/v1/health/service/${SERVICE.Name}`;

/** The instances of the service, each with the statuses of its own checks. */
async function instances(stage: Stage): Promise<{ at: string; statuses: string[] }[]> {
  const { body } = await stage.send({ method: 'GET', path: HEALTH_PATH });
  return listOf(body).map((entry) => {
    const { Service, Checks } = objectOf(entry);
    const { Service: name, Address, Port } = objectOf(Service);
    const own = listOf(Checks)
      .map(objectOf)
      .filter((check) => textOf(check.ServiceID) !== '');
    return {
      at: `${textOf(name)} at ${textOf(Address)}:${textOf(Port)}`,
      statuses: own.map((check) => textOf(check.Status)),
    };
  });
}

function becomes(stage: Stage, status: string): Promise<void> {
  return stage.eventually(`the check becomes ${status}`, async () => {
    const statuses = (await instances(stage)).flatMap((instance) => instance.statuses);
    return statuses.length > 0 && statuses.every((one) => one === status);
  });
}

function answersInDns(stage: Stage, wanted: boolean): Promise<void> {
  return stage.eventually(wanted ? 'DNS answers' : 'DNS stops to answer', async () => {
    const { message } = await stage.query(NAME, 'A');
    return message.answers.length > 0 === wanted;
  });
}

async function showStatus(stage: Stage): Promise<void> {
  const found = await instances(stage);
  const shown = found.map(({ at, statuses }) => `${at}: ${statuses.join(', ')}`);
  stage.show(`GET ${HEALTH_PATH} -> ${shown.join('; ') || 'nothing'}`);
}

async function showAnswers(stage: Stage): Promise<void> {
  for (const type of ['A', 'SRV'] as const) {
    stage.show(`${NAME} ${type} -> ${formatReply(await stage.query(NAME, type))}`);
  }
}
