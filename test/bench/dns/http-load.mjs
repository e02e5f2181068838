// A process of its own that keeps an agent's HTTP side busy: writes at a rate, and lists the whole catalog without a
// break. Its argument is one JSON object `{ http, set, writes, perSecond, lists }`. It prints a line once it is under
// way, and what it did when its input ends. `startHttpLoad` runs it beside a measurement.
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { fileURLToPath } from 'node:url';
import { catalogSet, registration, statusChange } from './catalog-set.mjs';
import { write } from './http-writer.mjs';
import { cores, startOn } from './machine.mjs';

/** Status changes in one transaction. */
const FLIPS_EACH = 20;
const REGISTER = '/v1/catalog/register';
const LISTS = ['/v1/health/state/any', '/v1/catalog/services', '/v1/catalog/nodes'];
/** Registrations go round this many instances of new services. */
const LATE_INSTANCES = 20_000;

/** Kinds of writes: what the request of a number is, each a change of what is there. */
const writers = {
  /**
   * The first instance of each service in turn leaves and comes back; the others of its service stay. Several in one
   * transaction, as whoever has a thousand of them to tell each second does it: a request of its own for each would
   * measure HTTP, which shares the core.
   */
  flips(set) {
    const { services } = catalogSet(set);
    const flip = (at) => {
      const { instances } = services[at % (services.length - 1)];
      const isEven = Math.floor(at / (services.length - 1)) % 2 === 0;
      const { Node, Check } = statusChange(instances[0], isEven ? 'critical' : 'passing');
      return { Check: { Verb: 'set', Check: { Node, ...Check } } };
    };
    const request = (at) => ({
      path: '/v1/txn',
      body: Array.from({ length: FLIPS_EACH }, (_, one) => flip(at * FLIPS_EACH + one)),
    });
    return { request, changesEach: FLIPS_EACH };
  },
  registrations() {
    const request = (at) => {
      const one = at % LATE_INSTANCES;
      const id = `late-${one}`;
      const port = 1024 + (Math.floor(at / LATE_INSTANCES) % 60_000);
      const where = {
        node: `late-${one % 1000}`,
        nodeAddress: '172.31.0.1',
        address: '10.255.0.1',
      };
      return { path: REGISTER, body: registration(`late-${one % 2000}`, { id, port, ...where }) };
    };
    return { request, changesEach: 1 };
  },
};

/** Reads a reply to its end and keeps nothing. @returns its octets */
async function drain(http, path) {
  const [host, port] = http.split(':');
  const sent = httpRequest({ host, port, path }).end();
  const [reply] = await once(sent, 'response');
  if (reply.statusCode !== 200) throw new Error(`${path}: ${reply.statusCode}`);
  let octets = 0;
  for await (const chunk of reply) octets += chunk.length;
  return octets;
}

async function list(http, signal) {
  let [lists, octets] = [0, 0];
  while (!signal.aborted) {
    octets += await drain(http, LISTS[lists % LISTS.length]);
    lists += 1;
  }
  return { lists, listedMb: octets / 1e6 };
}

async function main({ http, set, writes, perSecond, lists }) {
  const over = new AbortController();
  const { signal } = over;
  process.stdin.on('end', () => over.abort()).resume();
  const { request, changesEach } = writers[writes](set);
  const rate = perSecond / changesEach;
  const writing = write({ http, perSecond: rate, signal, request });
  process.stdout.write('under way\n');
  const [written, listed] = await Promise.all([writing, lists ? list(http, signal) : {}]);
  const done = { ...written, ...listed, perSecond: written.perSecond * changesEach };
  process.stdout.write(`${JSON.stringify(done)}\n`);
}

/** Starts the load beside the generator. @returns `stop()`, which gives `{ written, perSecond, lists?, listedMb? }` */
export async function startHttpLoad(options) {
  const command = [process.execPath, fileURLToPath(import.meta.url), JSON.stringify(options)];
  const child = startOn(cores.generator, command, { stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  return async () => {
    if (child.exitCode !== null) throw new Error(`the HTTP load ended with ${child.exitCode}`);
    child.stdin.end();
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`the HTTP load ended with ${code}`);
    return JSON.parse(text.trim().split('\n').at(-1));
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(JSON.parse(process.argv[2]));
