// The parts of the DNS benchmark that compute: figures of dnsperf, statistics, tables and plots. What it measures is
// never asserted.
import { expect, test } from 'vitest';

/** The benchmark is plain JavaScript without declarations. */
const part = (name: string) => import(new URL(name, import.meta.url).href);

const SUMMARY = `
Statistics:

  Queries sent:         40000
  Queries completed:    39137 (97.84%)
  Queries lost:         863 (2.16%)

  Response codes:       NOERROR 39137 (100.00%)
  Average packet size:  request 36, response 52
  Run time (s):         2.000079
  Queries per second:   19567.727075
`;

test('the summary of dnsperf is read as figures', async () => {
  const { parseSummary } = await part('./dnsperf.mjs');
  expect(parseSummary(SUMMARY)).toEqual({
    perSecond: 19567.727075,
    completed: 39137,
    lost: 863,
    seconds: 2.000079,
    rcodes: 'NOERROR 39137 (100.00%)',
  });
  expect(() => parseSummary('Error: no such file')).toThrow('no such file');
});

test('delays are those of answered questions alone', async () => {
  const { parseDelays } = await part('./dnsperf.mjs');
  const text =
    '[Status] x\n> NOERROR web.consul A 0.004250\n> T binary input\n> NXDOMAIN binary input 0.000100\n';
  expect(parseDelays(text)).toEqual([4.25, 0.1]);
});

test('quantiles are values that occurred, and a median of two lies between them', async () => {
  const { median, pairedRatios, quantile, spread } = await part('./statistics.mjs');
  const figures = Array.from({ length: 100 }, (_, at) => 100 - at);
  expect([0.5, 0.99, 1].map((share) => quantile(figures, share))).toEqual([50, 99, 100]);
  expect(median([4, 1, 3])).toBe(3);
  expect(median([4, 1])).toBe(2.5);
  expect(pairedRatios([2, 9], [4, 3])).toEqual([0.5, 3]);
  expect(spread([10, 9, 2])).toEqual({ min: 2, median: 9, max: 10 });
});

test('every question of a set that is asked once differs from all others', async () => {
  const { differing, absent } = await part('./questions.mjs');
  const { catalogSet } = await part('./catalog-set.mjs');
  for (const questions of [differing(50_000)(catalogSet('single')), absent(50_000)()]) {
    const said = questions.map(({ name, type }: { name: string; type: string }) => name + type);
    expect(new Set(said).size).toBe(50_000);
  }
});

test('the zone has the addresses that are registered', async () => {
  const { catalogSet, registration, zoneText } = await part('./catalog-set.mjs');
  const set = catalogSet('sizes');
  const zone = zoneText(set).split('\n');
  const [{ service, instances }] = set.services.slice(2);
  expect(instances).toHaveLength(100);
  for (const instance of instances) {
    const { Address, Port } = registration(service, instance).Service;
    const target = Address.split('.').map((octet: string) =>
      Number(octet).toString(16).padStart(2, '0'),
    );
    expect(zone).toContain(`${service}.service A ${Address}`);
    expect(zone).toContain(`${service}.service SRV 1 1 ${Port} ${target.join('')}.addr.dc1`);
    expect(zone).toContain(`${target.join('')}.addr.dc1 A ${Address}`);
  }
});

const results = {
  machine: 'a machine',
  versions: { NSD: '4.6.1' },
  command: 'npm run bench:dns',
  date: '2026-01-01',
  rounds: 3,
  seconds: 1,
  workloads: [
    {
      id: 'W1',
      title: 'names & <addresses>',
      rows: [row('rollcall', [90, 100, 110]), row('NSD', [100, 100, 100])],
      ratios: [ratio('rollcall', 'NSD', 'perSecond', [0.9, 1, 1.1], { atLeast: 1 })],
      facts: [{ what: 'most', value: 120, unit: 'ms', aim: { atMost: 100 } }],
    },
    {
      id: 'W7',
      title: 'delays',
      rows: [1, 1000].map((size) => ({
        ...row('rollcall', [9], { p50: 1, p99: 2 }),
        series: 'x',
        size,
      })),
      ratios: [],
    },
  ],
};

function row(server: string, rates: number[], more = {}) {
  const rest = { cpuShare: 1, perCpuSecond: 100, lost: 0, dropped: 0, ...more };
  return { server, runs: rates.map((perSecond) => ({ perSecond, ...rest })) };
}

function ratio(of: string, to: string, figure: string, values: number[], aim: object) {
  return { of, to, figure, values, aim };
}

test('a table says the ratio beside the server it is to, and whether the aim is kept', async () => {
  const { formatResults } = await part('./table.mjs');
  const text = formatResults(results);
  expect(text).toMatch(/\| NSD \| 100 \|.*\| rollcall: 1\.00 \(0\.90–1\.10\) \| ≥ 1 ✓ \|/);
  expect(text).toMatch(/\| W1 \| most \| 120 ms \| ≤ 100 ✗ \|/);
});

test('plots escape what they show and hold no figure that is none', async () => {
  const { plotDelays, plotRatios } = await part('./plot.mjs');
  const ratios = plotRatios(results.workloads);
  expect(ratios).toContain('names &amp; &lt;addresses>');
  expect(plotDelays([])).toBeUndefined();
  for (const svg of [ratios, plotDelays(results.workloads)]) {
    expect(svg).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  }
});
