import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { serialize } from 'node:v8';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import type { DnsOptions } from '../../../src/dns/options.ts';
import { DnsThread } from '../../../src/dns/server/dns-thread.ts';
import { type Endpoint, openTransports } from '../../../src/dns/server/open-transports.ts';
import type { FromThread, Reply, Request, ToThread } from '../../../src/dns/server/protocol.ts';
import { errorOf } from '../../../src/dns/server/refusal-error.ts';
import type { BindAddress, SocketAddress } from '../../../src/dns/server/transport.ts';
import type { ViewDelta } from '../../../src/dns/view/delta.ts';
import { type LogLevel, silentLogger } from '../../../src/runtime/index.ts';
import { HeldClock, settle } from '../../support/held-clock.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeZones } from '../../support/zone-folder.ts';
import { query, see } from '../ask.ts';
import { answering, silent, upstreamOfTest } from '../forward/upstream.ts';
import { type Client, privateLoopback, tcpClient, udpClient } from './clients.ts';
import {
  APEX,
  asking,
  dnsOptions,
  forwardingTo,
  question,
  service,
  smallView,
  view,
} from './serving.ts';

const LOOPBACK: Endpoint = { address: '127.0.0.1', port: 0, optional: false };
const clients: Client[] = [];
const running: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const stop of running.splice(0)) await stop();
});

interface Setting {
  readonly options?: Partial<DnsOptions>;
  readonly endpoints?: readonly Endpoint[];
  readonly zones?: Readonly<Record<string, string>>;
  readonly logLevel?: LogLevel;
}

/** A thread without a thread: the same object, its messages in a list. */
function run({ options, endpoints = [LOOPBACK], zones, logLevel = 'info' }: Setting = {}) {
  const folder = writeZones(temporaryFolder(), zones ?? { 'consul.zone': APEX });
  const clock = new HeldClock();
  const posted: FromThread[] = [];
  let hasExited = false;
  const thread = new DnsThread(
    { options: dnsOptions(folder, options), forwards: true, logLevel },
    {
      post: (message) => posted.push(structuredClone(message)),
      exit: () => (hasExited = true),
      clock,
    },
  );
  const send = (message: ToThread): void => thread.receive(structuredClone(message));
  const find = <Kind extends FromThread['kind']>(kind: Kind) =>
    posted.find((message): message is Extract<FromThread, { kind: Kind }> => message.kind === kind);
  let nextId = 1;
  const replyTo = (id: number): Reply | undefined => {
    const reply = posted.findLast((message) => message.kind === 'reply' && message.id === id);
    return reply?.kind === 'reply' ? reply.reply : undefined;
  };
  /** The reply to what is answered at once. */
  const request = (asked: Request): Reply => {
    const id = nextId++;
    send({ kind: 'request', id, request: asked });
    const reply = replyTo(id);
    if (reply === undefined) throw new Error('no reply');
    return reply;
  };
  /** The reply to what takes its time. */
  const ask = async (asked: Request): Promise<Reply> => {
    const id = nextId++;
    send({ kind: 'request', id, request: asked });
    for (;;) {
      const reply = replyTo(id);
      if (reply !== undefined) return reply;
      await settle();
    }
  };
  const apply = (delta: ViewDelta): void => send({ kind: 'view', delta: serialize(delta) });
  const reload = async (options: DnsOptions): Promise<Reply> => {
    const prepared = await ask({ kind: 'prepare', options });
    return prepared.kind === 'done' ? ask({ kind: 'adopt' }) : prepared;
  };
  const stop = async (): Promise<void> => {
    send({ kind: 'stop' });
    while (!hasExited) {
      clock.advance(1000);
      await settle();
    }
  };
  running.push(stop);
  const openOne = async (transport: 'udp' | 'tcp', at: BindAddress) => {
    const reply = await ask({ kind: 'open', transport, at, sharing: 'alone' });
    if (reply.kind === 'refused') throw errorOf(reply.refusal);
    if (reply.kind !== 'opened') throw new Error(`replied ${reply.kind}`);
    const { address, socket } = reply;
    return {
      kind: transport,
      address,
      close: async () => void (await ask({ kind: 'shut', socket })),
    };
  };
  /** Where UDP listens, as the service has its threads open both transports. @throws BindError */
  const open = async (): Promise<SocketAddress[]> => {
    const opened = await openTransports(endpoints, {
      openDatagrams: (at) => openOne('udp', at),
      openStreams: (at) => openOne('tcp', at),
      logger: silentLogger,
    });
    return opened.filter(({ kind }) => kind === 'udp').map(({ address }) => address);
  };
  const listening = async (): Promise<SocketAddress> => {
    apply(smallView);
    expect(await ask({ kind: 'serve' })).toEqual({ kind: 'serving' });
    const [address] = await open();
    return address!;
  };
  return {
    folder,
    clock,
    posted,
    send,
    find,
    request,
    ask,
    apply,
    open,
    reload,
    stop,
    listening,
    exited: () => hasExited,
  };
}

describe('the DNS thread', () => {
  it('answers live and static names over UDP and TCP on one port', async () => {
    const thread = run({
      zones: { 'consul.zone': `${APEX}www 60 A 192.0.2.1\napi CNAME web.service` },
    });
    const address = await thread.listening();
    for (const over of [udpClient, tcpClient]) {
      const ask = await asking(address, over);
      expect(await ask('web.service.consul')).toBe('NOERROR 10.0.0.2');
      expect(await ask('www.consul')).toBe('NOERROR 192.0.2.1');
      expect(await ask('api.consul')).toBe('NOERROR web.service.consul 10.0.0.2');
      expect(await ask('gone.consul')).toBe('NXDOMAIN');
      expect(await ask('gone.service.consul')).toBe('NXDOMAIN');
      expect(await ask('ns.consul')).toBe('NOERROR 10.0.0.1');
      expect(await ask('example.com')).toBe('REFUSED');
    }
  });

  it('applies commits in order and says how far it is', async () => {
    const thread = run();
    const ask = await asking(await thread.listening());
    expect(thread.request({ kind: 'applied-index' })).toEqual({ kind: 'applied-index', index: 7 });
    thread.apply(view(8, service('web', '10.0.0.8')));
    thread.apply(view(9, service('api', '10.0.0.9')));
    thread.apply(view(10, { kind: 'delete-instance', key: 'n1\0api' }));
    expect(thread.request({ kind: 'applied-index' })).toEqual({ kind: 'applied-index', index: 10 });
    expect(await ask('web.service.consul')).toBe('NOERROR 10.0.0.8');
    expect(await ask('api.service.consul')).toBe('NXDOMAIN');
  });

  it('marks answers while the view has rows that are not durable', async () => {
    const thread = run();
    const { port } = await thread.listening();
    const client = await udpClient({ address: '127.0.0.1', port });
    clients.push(client);
    const isMarked = async () => {
      client.send(query('A web.service.consul', { edns: 1232 }));
      return (await client.next()).includes('the store fails');
    };
    const seen: boolean[] = [];
    for (const hasUnsaved of [false, true, false]) {
      thread.send({ kind: 'unsaved', hasUnsaved });
      seen.push(await isMarked());
    }
    expect(seen).toEqual([false, true, false]);
  });

  it('counts what it does', async () => {
    const thread = run();
    const address = await thread.listening();
    const ask = await asking(address);
    await ask('web.service.consul');
    const reply = thread.request({ kind: 'stats' });
    expect(reply).toMatchObject({
      kind: 'stats',
      stats: {
        appliedIndex: 7,
        nodes: 1,
        instances: 1,
        endpoints: [
          { transport: 'udp', address, queries: 1, replies: 1, dropped: 0 },
          { transport: 'tcp', address, queries: 0, connections: 0 },
        ],
      },
    });
  });

  it('refuses to serve bad zones, telling every fault', async () => {
    const thread = run({ zones: { 'consul.zone': `${APEX}www 60 A 300.1.1.1`, 'x.zone': 'x' } });
    expect(thread.request({ kind: 'serve' })).toEqual({
      kind: 'refused',
      refusal: {
        kind: 'zones',
        faults: [
          {
            file: `${thread.folder}/consul.zone`,
            line: 4,
            reason: '"300.1.1.1" is not an IPv4 address',
          },
          { file: `${thread.folder}/x.zone`, line: 1, reason: 'the type is missing' },
        ],
      },
    });
  });

  it('refuses to open an address that is in use', async () => {
    const taken = createSocket('udp4').bind(0, '127.0.0.1');
    await once(taken, 'listening');
    onTestFinished(() => void taken.close());
    const { port } = taken.address();
    const thread = run();
    thread.request({ kind: 'serve' });
    const at = { address: '127.0.0.1', port, ipv6Only: false };
    expect(
      await thread.ask({ kind: 'open', transport: 'udp', at, sharing: 'alone' }),
    ).toMatchObject({
      kind: 'refused',
      refusal: { kind: 'bind', address: { address: '127.0.0.1', port }, reason: 'EADDRINUSE' },
    });
  });

  it('posts log lines from its level on', async () => {
    const zones = { 'consul.zone': APEX, 'x.zone': APEX };
    const slip = async (thread: ReturnType<typeof run>) => {
      await thread.listening();
      writeZones(thread.folder, { 'x.zone': `${APEX}www 60 A 192.0.2.1` });
      await thread.reload(dnsOptions(thread.folder));
      return thread.find('log');
    };
    expect(await slip(run({ zones, logLevel: 'warn' }))).toMatchObject({ level: 'warn' });
    const quiet = run({ zones });
    quiet.send({ kind: 'log-level', level: 'error' });
    expect(await slip(quiet)).toBeUndefined();
  });

  it('takes over a view that replaces its own, and answers from the old one until it is whole', async () => {
    const thread = run();
    const ask = await asking(await thread.listening());
    const zone = '\x01x\x04test\x00';
    const soa = {
      owner: zone,
      type: 6,
      class: 1,
      ttl: 60,
      rdata: Buffer.from('\x00\x00'.padEnd(22, '\x00')),
    };
    thread.apply(
      view(8, { kind: 'put-rrset', rrset: { zone, owner: zone, type: 6, records: [soa] } }),
    );
    expect(await ask('x.test', 'SOA')).toMatch(/^NOERROR/);
    thread.send({ kind: 'view-begin' });
    thread.apply(view(9, smallView.changes[0]!, service('api', '10.0.0.9')));
    expect(await ask('web.service.consul')).toBe('NOERROR 10.0.0.2');
    expect(await ask('x.test', 'SOA')).toMatch(/^NOERROR/);
    thread.send({ kind: 'view-end' });
    expect(await ask('web.service.consul')).toBe('NXDOMAIN');
    expect(await ask('api.service.consul')).toBe('NOERROR 10.0.0.9');
    expect(await ask('x.test', 'SOA')).toBe('REFUSED');
  });
});

describe('a reload', () => {
  it('replaces zones, answers and recursors together', async () => {
    const upstream = await upstreamOfTest(answering());
    const thread = run();
    const ask = await asking(await thread.listening());
    expect(await ask('www.consul')).toBe('NXDOMAIN');
    writeZones(thread.folder, {
      'consul.zone': `${APEX}www 60 A 192.0.2.1`,
      'x.zone': `${APEX}a 1 A 192.0.2.2`,
    });
    const options = dnsOptions(thread.folder, {
      identity: { domain: 'other.', altDomain: '', datacenter: 'dc9', nodeName: 'n9' },
      ...forwardingTo(upstream),
    });
    expect(await thread.reload(options)).toEqual({ kind: 'done' });
    expect(await ask('www.consul')).toBe('NOERROR 192.0.2.1');
    expect(await ask('a.x')).toBe('NOERROR 192.0.2.2');
    expect(await ask('example.com')).toBe('NOERROR 192.0.2.1');
    // The identity needs a restart.
    expect(await ask('web.service.dc1.consul')).toBe('NOERROR 10.0.0.2');
  });

  it('with a bad zone is refused, and everything stays', async () => {
    const upstream = await upstreamOfTest(answering());
    const thread = run({ zones: { 'consul.zone': `${APEX}www 60 A 192.0.2.1` } });
    const ask = await asking(await thread.listening());
    writeZones(thread.folder, { 'consul.zone': `${APEX}www 60 A 192.0.2.2\nx A` });
    const options = dnsOptions(thread.folder, forwardingTo(upstream));
    expect(await thread.reload(options)).toMatchObject({
      kind: 'refused',
      refusal: { kind: 'zones', faults: [{ line: 5, reason: 'the address is missing' }] },
    });
    expect(await ask('www.consul')).toBe('NOERROR 192.0.2.1');
    expect(await ask('example.com')).toBe('REFUSED');
  });

  it('is answered later, and a request after it is not', async () => {
    const thread = run();
    await thread.listening();
    const reloaded = thread.reload(dnsOptions(thread.folder));
    expect(thread.request({ kind: 'applied-index' })).toEqual({ kind: 'applied-index', index: 7 });
    expect(await reloaded).toEqual({ kind: 'done' });
  });

  it('that a stop overtakes is left', async () => {
    const thread = run();
    await thread.listening();
    thread.send({
      kind: 'request',
      id: 99,
      request: { kind: 'prepare', options: dnsOptions(thread.folder) },
    });
    await thread.stop();
    for (let turn = 0; turn < 50; turn++) await settle();
    expect(thread.posted.some((message) => message.kind === 'reply' && message.id === 99)).toBe(
      false,
    );
  });

  it('tells of a zone whose records changed and whose serial did not', async () => {
    const thread = run({ zones: { 'consul.zone': APEX, 'x.zone': APEX } });
    await thread.listening();
    writeZones(thread.folder, { 'x.zone': `${APEX}www 60 A 192.0.2.1` });
    expect(await thread.reload(dnsOptions(thread.folder))).toEqual({ kind: 'done' });
    const lines = thread.posted.filter((message) => message.kind === 'log');
    expect(lines).toMatchObject([
      {
        level: 'warn',
        fields: { zone: 'x.', file: `${thread.folder}/x.zone`, serialBefore: 1, serial: 1 },
        message: 'the records of a zone changed and its serial did not',
      },
    ]);
  });
});

describe('forwarding through the thread', () => {
  it('answers other clients while an upstream is slow', async () => {
    const upstream = await upstreamOfTest(silent);
    const thread = run({ options: forwardingTo(upstream) });
    const address = await thread.listening();
    const slow = (await asking(address))('example.com');
    await upstream.received(1);
    expect(await (await asking(address))('web.service.consul')).toBe('NOERROR 10.0.0.2');
    thread.clock.advance(2000);
    expect(await slow).toBe('SERVFAIL');
  });

  it('answers pipelined queries on TCP as they are ready', async () => {
    const upstream = await upstreamOfTest(silent);
    const thread = run({ options: forwardingTo(upstream) });
    const client = await tcpClient(await thread.listening());
    clients.push(client);
    client.send(question('example.com', 'A', 1));
    client.send(question('web.service.consul', 'A', 2));
    expect((await client.next()).readUInt16BE()).toBe(2);
    await upstream.received(1);
    answering()(upstream.asked[0]!);
    expect((await client.next()).readUInt16BE()).toBe(1);
  });

  it('follows a static alias to an upstream', async () => {
    const upstream = await upstreamOfTest(answering({ address: '192.0.2.77' }));
    const zones = { 'consul.zone': `${APEX}out 60 CNAME www.example.com.` };
    const thread = run({ options: forwardingTo(upstream), zones });
    const ask = await asking(await thread.listening());
    expect(await ask('out.consul')).toBe('NOERROR www.example.com 192.0.2.77');
  });

  it('never asks an upstream about a name of its own', async () => {
    const upstream = await upstreamOfTest(answering());
    const thread = run({ options: forwardingTo(upstream) });
    const ask = await asking(await thread.listening());
    expect(await ask('gone.service.consul')).toBe('NXDOMAIN');
    expect(await ask('gone.consul')).toBe('NXDOMAIN');
    expect(upstream.asked).toEqual([]);
  });

  it('gives a small client a truncated reply, and all of it over TCP', async () => {
    const upstream = await upstreamOfTest((asked) => {
      const answers = Array.from({ length: 60 }, (_, at) => ({
        type: 'A' as const,
        name: 'big.example.com',
        ttl: 9,
        data: `192.0.2.${at}`,
      }));
      answering({ answers })(asked);
    });
    const thread = run({ options: forwardingTo(upstream) });
    const address = await thread.listening();
    const client = await udpClient(address);
    clients.push(client);
    client.send(question('big.example.com'));
    const small = await client.next();
    expect(small.length).toBeLessThanOrEqual(512);
    expect(small.readUInt16BE(2) & 0x0200).toBe(0x0200);
    const whole = await (await asking(address, tcpClient))('big.example.com');
    expect(whole.split(' ')).toHaveLength(61);
  });
});

describe('a stop', () => {
  it('answers what waits for an upstream that stays silent with SERVFAIL that says why', async () => {
    const upstream = await upstreamOfTest(silent);
    const thread = run({
      options: forwardingTo(upstream),
    });
    const address = await thread.listening();
    const waiting = await Promise.all([udpClient, tcpClient].map((over) => over(address)));
    clients.push(...waiting);
    for (const [at, client] of waiting.entries()) {
      client.send(query(`A w${at}.example.com`, { edns: 1232 }));
    }
    await upstream.received(2);
    thread.send({ kind: 'stop' });
    thread.send({ kind: 'stop' });
    await settle();
    thread.clock.advance(1500);
    for (const client of waiting) {
      const reply = see(await client.next());
      expect(reply.rcode).toBe(2);
      expect(reply.bytes.includes('the server is stopping')).toBe(true);
    }
    while (!thread.exited()) await settle();
  });

  it('before anything was bound just ends', async () => {
    const thread = run();
    thread.send({ kind: 'stop' });
    await settle();
    expect(thread.exited()).toBe(true);
  });

  it('while it binds closes what it opened', async () => {
    const host = privateLoopback();
    const thread = run({ endpoints: [{ ...LOOPBACK, address: host }] });
    thread.request({ kind: 'serve' });
    const at = { address: host, port: 0, ipv6Only: false };
    thread.send({
      kind: 'request',
      id: 99,
      request: { kind: 'open', transport: 'udp', at, sharing: 'alone' },
    });
    thread.send({ kind: 'stop' });
    while (!thread.exited()) await settle();
    expect(thread.posted.some((message) => message.kind === 'reply' && message.id === 99)).toBe(
      false,
    );
  });
});
