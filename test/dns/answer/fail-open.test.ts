/** Fail-open: with too few healthy instances, all that nobody took out of service are answered, and marked. */
import { describe, expect, it } from 'vitest';
import type { AnswerOptions } from '../../../src/dns/options.ts';
import { ask, type Seen, serve } from '../ask.ts';
import { instance, node } from '../catalog-rows.ts';

const on = (minHealthyPercent: number, ...services: string[]): Partial<AnswerOptions> => ({
  failOpen: { minHealthyPercent, services },
});

/** Statuses of the instances of `web`, which are at 10.0.0.0, 10.0.0.1, … */
const web = (...statuses: (string | undefined)[]) => [
  node('n', '10.0.9.9'),
  ...statuses.map((status, at) => {
    const id = `i${at}`;
    const maintenance = status === 'maintenance';
    return instance('web', 'n', {
      id,
      address: `10.0.0.${at}`,
      tags: at === 0 ? ['first'] : ['later'],
      ...(maintenance ? { status: 'critical', checkId: `_service_maintenance:${id}` } : {}),
      ...(status === undefined || maintenance ? {} : { status }),
    });
  }),
];

const last = ({ answer }: Seen) => answer.map((record) => record.slice(-1)).sort();
const codes = ({ opt }: Seen) =>
  opt?.options.filter(({ code }) => Number(code) === 15).map(({ data }) => data?.readUInt16BE(0));

describe('the floor', () => {
  it.each<[string, Partial<AnswerOptions>, (string | undefined)[], string[]]>([
    ['off', {}, ['critical', undefined], ['1']],
    ['not reached', on(51), ['critical', undefined], ['0', '1']],
    ['reached exactly', on(50), ['critical', undefined], ['1']],
    ['nothing healthy', on(1), ['critical', 'critical'], ['0', '1']],
    ['maintenance stays out', on(100), ['critical', undefined, 'maintenance'], ['0', '1']],
    ['maintenance does not count', on(100), [undefined, 'maintenance'], ['0']],
    ['for this service', on(100, 'web'), ['critical', undefined], ['0', '1']],
    ['for its prefix', on(100, 'w*'), ['critical', undefined], ['0', '1']],
    ['for another', on(100, 'api', 'x*'), ['critical', undefined], ['1']],
    [
      'warnings, where only passing ones are healthy',
      { ...on(51), onlyPassing: true },
      ['warning', undefined],
      ['0', '1'],
    ],
  ])('%s', async (_title, answer, statuses, expected) => {
    const server = serve({ rows: web(...statuses), answer });
    expect(last(await ask(server, 'A web.service.consul'))).toEqual(expected);
  });

  it('counts those with the tag that is asked for', async () => {
    const server = serve({ rows: web('critical', undefined, undefined), answer: on(50) });
    expect(last(await ask(server, 'A first.web.service.consul'))).toEqual(['0']);
    expect(last(await ask(server, 'A later.web.service.consul'))).toEqual(['1', '2']);
    expect(last(await ask(server, 'A web.service.consul'))).toEqual(['1', '2']);
  });

  it('does not make a service of one that is in maintenance altogether', async () => {
    const server = serve({ rows: web('maintenance', 'maintenance'), answer: on(100) });
    expect((await ask(server, 'A web.service.consul')).rcode).toBe(3);
  });
});

it('such a reply says so, and is counted', async () => {
  const server = serve({ rows: web('critical', undefined), answer: on(60) });
  expect(codes(await ask(server, 'A web.service.consul', { edns: 1232 }))).toEqual([0]);
  const { opt } = await ask(server, 'SRV web.service.consul', { edns: 1232 });
  expect(opt?.options[0]?.data?.subarray(2).toString()).toBe(
    'fail-open: 1 of 2 instances healthy, all are answered',
  );
  expect(server.responder.counts.failOpen).toBe(2);
});

it('a healthy answer says nothing', async () => {
  const server = serve({ rows: web(undefined, undefined), answer: on(60) });
  expect(codes(await ask(server, 'A web.service.consul', { edns: 1232 }))).toEqual([]);
  expect(server.responder.counts.failOpen).toBe(0);
});

it('the floor comes and goes with the instances and the settings', async () => {
  const server = serve({ rows: web('critical', undefined), answer: on(60) });
  expect(last(await ask(server, 'A web.service.consul'))).toEqual(['0', '1']);
  server.view.apply({
    index: 8,
    changes: [instance('web', 'n', { id: 'i3', address: '10.0.0.3' })],
  });
  expect(last(await ask(server, 'A web.service.consul'))).toEqual(['1', '3']);
  server.view.apply({ index: 9, changes: [{ kind: 'delete-instance', key: 'n\0i3' }] });
  expect(last(await ask(server, 'SRV web.service.consul'))).toHaveLength(2);
});
