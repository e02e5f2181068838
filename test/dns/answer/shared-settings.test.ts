/** Two responders with one set of settings: the second tells what the first would answer, and is never limited. */
import { expect, it } from 'vitest';
import { createResponder, type ResponderParts } from '../../../src/dns/answer/responder.ts';
import type { ResponderOptions } from '../../../src/dns/answer/settings.ts';
import { View } from '../../../src/dns/view/view.ts';
import { seededRandom, silentLogger } from '../../../src/runtime/index.ts';
import { HeldClock } from '../../support/held-clock.ts';
import { clientOf, query, see } from '../ask.ts';
import { fleet } from '../catalog-rows.ts';
import { ANSWER_OPTIONS, PROTOCOL_OPTIONS } from '../options.ts';

const options: ResponderOptions = {
  answer: ANSWER_OPTIONS,
  protocol: { ...PROTOCOL_OPTIONS, rateLimit: { responsesPerSecond: 1, slip: 0, exempt: [] } },
  recursionAvailable: false,
};

function pair() {
  const view = new View('dc1');
  view.apply({ index: 1, changes: fleet('db', 3) });
  const identity = { domain: 'consul.', altDomain: '', datacenter: 'dc1', nodeName: 'agent' };
  const parts: ResponderParts = {
    view,
    identity,
    options,
    apex: { soaOf: () => undefined, hasName: () => false },
    zones: [],
    forward: [],
    random: seededRandom(1),
    logger: silentLogger,
    clock: new HeldClock(),
  };
  const answering = createResponder(parts);
  const { settings } = answering;
  const explaining = createResponder({ ...parts, settings, unlimited: true });
  const ask = async (of: typeof answering) => {
    const bytes = await of.respond(query('A db.service.consul'), clientOf());
    return bytes === undefined ? undefined : see(bytes).answer.length;
  };
  return { answering, explaining, ask };
}

it('what is set on the one holds for both', async () => {
  const { answering, explaining, ask } = pair();
  expect(explaining.settings).toBe(answering.settings);
  answering.setOptions({ ...options, answer: { ...ANSWER_OPTIONS, aRecordLimit: 2 } });
  expect([await ask(answering), await ask(explaining)]).toEqual([2, 2]);
});

it('what is set on the other leaves them as they are', async () => {
  const { answering, explaining, ask } = pair();
  explaining.setOptions({ ...options, answer: { ...ANSWER_OPTIONS, aRecordLimit: 2 } });
  expect([await ask(answering), await ask(explaining)]).toEqual([3, 3]);
});

it('the other is never limited, nor after a reload', async () => {
  const { answering, explaining, ask } = pair();
  expect([await ask(answering), await ask(answering)]).toEqual([3, undefined]);
  expect([await ask(explaining), await ask(explaining)]).toEqual([3, 3]);
  explaining.setOptions(options);
  expect([await ask(explaining), await ask(explaining)]).toEqual([3, 3]);
});
