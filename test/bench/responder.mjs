/**
 * How many queries a second the responder answers, without sockets, on one core: `npm run build`, then
 * `node test/bench/responder.mjs`. 10,000 services of three instances; one case a line. Figures compare within one
 * run only; each case is warmed up first and run three times.
 */
import { performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { createResponder } from '../../dist/dns/answer/responder.js';
import { View } from '../../dist/dns/view/view.js';
import { readQuestion } from '../../dist/dns/wire/read-question.js';
import { silentLogger, systemRandom } from '../../dist/runtime/index.js';

const SERVICES = 10_000;
const NODES = 1_000;
const INSTANCES_EACH = Number(process.argv[2] ?? 3);
const ROUNDS = 200_000;
const A = 1;
const SRV = 33;
const AAAA = 28;

const view = new View('dc1');
view.apply({ index: 1, changes: [...nodes(), ...instances()] });

const responder = createResponder({
  view,
  identity: { domain: 'consul.', altDomain: '', datacenter: 'dc1', nodeName: 'bench' },
  options: {
    answer: {
      onlyPassing: false,
      nodeTtlSeconds: 0,
      serviceTtlSeconds: {},
      aRecordLimit: 0,
      udpAnswerLimit: 0,
      additionalNodeMetaTxt: true,
      disableCompression: false,
      truncate: true,
      weighted: true,
      minimalAny: true,
      translateWanAddresses: false,
      failOpen: { minHealthyPercent: 0, services: [] },
      near: {},
      soa: {},
    },
    protocol: {
      identity: '',
      version: '',
      nsid: '',
      cookies: true,
      cookieSecrets: [],
      rateLimit: { responsesPerSecond: 0, slip: 2, exempt: [] },
    },
    recursionAvailable: false,
  },
  apex: { soaOf: () => undefined, hasName: () => false },
  zones: [],
  forward: [],
  random: systemRandom,
  logger: silentLogger,
});
const client = { address: '127.0.0.1', port: 5353, transport: 'udp' };

const cases = [
  ['A, no EDNS', queries((at) => `svc-${at}.service.consul`, A, false)],
  ['A, EDNS', queries((at) => `svc-${at}.service.consul`, A, true)],
  ['A, tag', queries((at) => `v1.svc-${at}.service.dc1.consul`, A, true)],
  ['SRV, EDNS', queries((at) => `svc-${at}.service.consul`, SRV, true)],
  ['AAAA, no data', queries((at) => `svc-${at}.service.consul`, AAAA, true)],
  ['A, name error', queries((at) => `none-${at}.service.consul`, A, true)],
  ['A of a node', queries((at) => `node-${at % NODES}.node.consul`, A, true)],
];
globalThis.gc?.();
const memory = process.memoryUsage();
console.log(
  `${SERVICES * INSTANCES_EACH} instances, heap ${(memory.heapUsed / 2 ** 20).toFixed(0)} MiB`,
);
time('reader only', cases[1][1], (query) => readQuestion(query));
for (const [name, list] of cases) time(name, list, (query) => responder.respond(query, client));
console.log('the same as datagrams, answered from what is compiled:');
const datagram = { client, start: 0, end: 0, replyStart: 0, reply: Buffer.alloc(4096) };
for (const [name, list] of cases) timeDatagrams(name, list);
console.log(responder.compiled);
globalThis.gc?.();
const after = process.memoryUsage();
console.log(
  `all encoded: heap ${(after.heapUsed / 2 ** 20).toFixed(0)} MiB, rss ${(after.rss / 2 ** 20).toFixed(0)} MiB`,
);

/** Queries one after another in one memory, as a socket gives them. */
function timeDatagrams(name, list) {
  datagram.bytes = Buffer.concat(list);
  let end = 0;
  const places = list.map(({ length }) => {
    end += length;
    return [end - length, end];
  });
  const answer = (place) => {
    datagram.start = place[0];
    datagram.end = place[1];
    return responder.respondTo(datagram);
  };
  time(name, places, answer);
  console.log(
    `${''.padEnd(16)} ${allocatedEach(places, answer).toFixed(1)} octets on the heap each`,
  );
}

/** What a query leaves on the heap: growth between collections, looked at so rarely that looking does not count. */
function allocatedEach(list, run) {
  let grown = 0;
  for (let at = 0; at < ROUNDS; ) {
    const before = getHeapStatistics().used_heap_size;
    for (const end = at + 2000; at < end; at++) run(list[at % list.length]);
    grown += Math.max(0, getHeapStatistics().used_heap_size - before);
  }
  return grown / ROUNDS;
}

function time(name, list, run) {
  let last;
  for (let at = 0; at < list.length; at++) last = run(list[at]);
  const bytes = last?.length ?? last;
  const rates = [];
  for (let repeat = 0; repeat < 3; repeat++) {
    const start = performance.now();
    for (let at = 0; at < ROUNDS; at++) run(list[at % list.length]);
    rates.push(ROUNDS / (performance.now() - start));
  }
  console.log(
    `${name.padEnd(16)} ${Math.max(...rates)
      .toFixed(0)
      .padStart(6)}k/s  ${bytes} octets`,
  );
}

function* nodes() {
  for (let at = 0; at < NODES; at++) {
    const name = `node-${at}`;
    const node = {
      key: name,
      name,
      id: '',
      datacenter: 'dc1',
      address: `10.${at >> 8}.${at & 255}.1`,
      taggedAddresses: {},
      meta: {},
      marks: [],
    };
    yield { kind: 'put-node', node };
  }
}

function* instances() {
  for (let at = 0; at < SERVICES * INSTANCES_EACH; at++) {
    const service = `svc-${Math.floor(at / INSTANCES_EACH)}`;
    const instance = {
      key: `node-${at % NODES}\0${service}-${at}`,
      datacenter: 'dc1',
      nodeKey: `node-${at % NODES}`,
      id: `${service}-${at}`,
      service,
      kind: '',
      tags: ['v1', 'primary'],
      address: '',
      taggedAddresses: {},
      port: 8000 + (at % 1000),
      meta: {},
      weights: { passing: 1, warning: 1 },
      marks: [],
      connectService: '',
    };
    yield { kind: 'put-instance', instance };
  }
}

function queries(nameOf, type, edns) {
  return Array.from({ length: SERVICES }, (_, at) => {
    const name = nameOf(at)
      .split('.')
      .map((label) => String.fromCharCode(label.length) + label)
      .join('');
    const header = Buffer.from([at >> 8, at & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, edns ? 1 : 0]);
    const question = Buffer.from(`${name}\0\0${String.fromCharCode(type)}\0\x01`, 'latin1');
    const opt = Buffer.from([0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0]);
    return Buffer.concat(edns ? [header, question, opt] : [header, question]);
  });
}
