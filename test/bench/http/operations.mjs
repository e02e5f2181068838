// The requests that are measured, each a function from a number to the text that goes over the wire. The catalog is the
// set `three`: 10,000 services of three instances. An aim says which figure it is of, and at how many connections. Knows
// nothing of how that is measured.
import { requestText } from './connection.mjs';

export const KEYS = 10_000;
const SERVICES = 10_000;
/** Registrations go round this many services, each time with another port, so every one is a change. */
const REGISTERED = 20_000;
/** Steps of the walk through names: no divisor in common with 10,000, so all are visited, none beside the last. */
const STRIDE = 7919;

const get = (path) => requestText('GET', path);
const put = (path, body) => requestText('PUT', path, body);
const at10k = (at) => (at * STRIDE) % SERVICES;
const key = (at) => `bench/${at % KEYS}`;

/** A value of 100 octets that no other write has. */
export const valueText = (at) => String(at).padStart(100, '.');

const portOf = (at) => 1024 + (Math.floor(at / REGISTERED) % 60_000);
const agentService = (at, more) =>
  JSON.stringify({ ID: `r-${at % REGISTERED}`, Name: `r-${at % 1000}`, Port: portOf(at), ...more });

/** Four writes of keys, in one command. */
const transaction = (at) =>
  JSON.stringify(
    [0, 1, 2, 3].map((of) => {
      const Value = Buffer.from(valueText(4 * at + of)).toString('base64');
      return { KV: { Verb: 'set', Key: key(4 * at + of), Value } };
    }),
  );

const catalogInstance = (at) => {
  const [id, node] = [`c-${at % REGISTERED}`, `c-${at % 1000}`];
  return JSON.stringify({
    Node: node,
    Address: '172.31.0.1',
    Service: { ID: id, Service: `c-${at % 1000}`, Port: portOf(at) },
    Check: { CheckID: id, Name: 'alive', Status: 'passing', ServiceID: id },
  });
};

export const operations = [
  {
    id: 'kv-get',
    title: 'get of a key of 100 octets',
    request: (at) => get(`/v1/kv/${key(at10k(at))}`),
    aim: { of: 'perSecond', connections: 32, atLeast: 25_000 },
  },
  {
    id: 'kv-put',
    title: 'put of such a key',
    request: (at) => put(`/v1/kv/${key(at10k(at))}`, valueText(at)),
    aim: { of: 'perSecond', connections: 32, atLeast: 12_000 },
  },
  {
    id: 'health',
    title: 'healthy instances of a service with three',
    request: (at) => get(`/v1/health/service/svc-${at10k(at)}?passing`),
    aim: { of: 'perSecond', connections: 32, atLeast: 20_000 },
  },
  {
    id: 'catalog',
    title: 'instances of a service with three',
    request: (at) => get(`/v1/catalog/service/svc-${at10k(at)}`),
  },
  {
    id: 'services',
    title: 'names of all 10,000 services',
    request: () => get('/v1/catalog/services'),
    aim: { of: 'medianMs', connections: 1, atMost: 10 },
  },
  {
    id: 'register',
    title: 'registration of a service with the agent',
    request: (at) => put('/v1/agent/service/register', agentService(at)),
    aim: { of: 'perSecond', connections: 32, atLeast: 10_000 },
  },
  {
    id: 'register-check',
    title: 'the same with a TTL check',
    request: (at) =>
      put(
        '/v1/agent/service/register',
        agentService(at, { Check: { TTL: '1h', Status: 'passing' } }),
      ),
  },
  {
    id: 'catalog-register',
    title: 'registration of node, service and check with the catalog',
    request: (at) => put('/v1/catalog/register', catalogInstance(at)),
  },
  {
    id: 'txn',
    title: 'transaction that puts four keys',
    request: (at) => put('/v1/txn', transaction(at)),
  },
];
