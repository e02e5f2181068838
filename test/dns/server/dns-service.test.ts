/** The service with its real thread, which runs the compiled files: `npm run build` goes before. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import type { DnsOptions } from '../../../src/dns/options.ts';
import { BindError } from '../../../src/dns/server/bind-error.ts';
import { DnsService } from '../../../src/dns/server/dns-service.ts';
import type { Endpoint } from '../../../src/dns/server/open-transports.ts';
import { ZoneError } from '../../../src/dns/zone/zone-error.ts';
import { type Clock, type Logger, silentLogger, systemClock } from '../../../src/runtime/index.ts';
import { dig } from '../../support/dig.ts';
import { until } from '../../support/held-clock.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeZones } from '../../support/zone-folder.ts';
import { answering, silent, upstreamOfTest } from '../forward/upstream.ts';
import { privateLoopback } from './clients.ts';
import { APEX, asking, dnsOptions, forwardingTo, service, smallView, view } from './serving.ts';

const services: DnsService[] = [];
afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.close()));
});

/** Waits no longer than it must. */
class QuickClock implements Clock {
  now = (): number => systemClock.now();
  monotonic = (): number => systemClock.monotonic();
  schedule = (delayMs: number, run: () => void) => systemClock.schedule(Math.min(delayMs, 1), run);
}

interface Setting {
  readonly clock?: Clock;
  readonly options?: Partial<DnsOptions>;
  readonly endpoints?: readonly Endpoint[];
  readonly zones?: Readonly<Record<string, string>>;
  readonly logger?: Logger;
}

function make({ options, endpoints, zones, logger, clock }: Setting = {}) {
  const folder = writeZones(temporaryFolder(), zones ?? { 'consul.zone': APEX });
  const failures: string[] = [];
  const made = new DnsService({
    options: dnsOptions(folder, options),
    endpoints: endpoints ?? [{ address: '127.0.0.1', port: 0, optional: false }],
    logger: logger ?? silentLogger,
    onFailure: (reason) => failures.push(reason),
    ...(clock === undefined ? {} : { clock }),
  });
  services.push(made);
  return { dns: made, folder, failures };
}

describe('the DNS service', () => {
  it('answers from its thread, over both transports, and follows every commit', async () => {
    const { dns } = make();
    const [address] = await dns.start(() => smallView);
    const server = { host: address!.address, port: address!.port };
    expect(await dig(server, 'web.service.consul')).toMatchObject({
      status: 'NOERROR',
      answers: ['web.service.consul. 0 IN A 10.0.0.2'],
    });
    expect(await dig(server, 'web.service.consul', 'SRV', '+tcp')).toMatchObject({
      answers: ['web.service.consul. 0 IN SRV 1 1 80 0a000002.addr.dc1.consul.'],
    });
    dns.publish(view(8, service('api', '10.0.0.8')));
    expect(await dns.appliedIndex()).toBe(8);
    const ask = await asking(address!);
    expect(await ask('api.service.consul')).toBe('NOERROR 10.0.0.8');
    expect((await dns.stats()).endpoints[0]).toMatchObject({ transport: 'udp', queries: 2 });
  });

  it('answers from threads that began before there was a catalog, and ends them if there never is one', async () => {
    const { dns } = make();
    dns.begin();
    const [address] = await dns.start(() => smallView);
    const ask = await asking(address!);
    expect(await ask('web.service.consul')).toBe('NOERROR 10.0.0.2');
    expect((await dns.stats()).restarts).toBe(0);
    const { dns: other, failures } = make();
    other.begin();
    await other.close();
    expect(failures).toEqual([]);
  });

  it('answers by a commit whoever asks after it, on a socket that is open already', async () => {
    const { dns } = make();
    const [address] = await dns.start(() => smallView);
    const ask = await asking(address!);
    for (let round = 0; round < 300; round++) {
      const host = `10.1.${round >> 8}.${round & 255}`;
      dns.publish(view(8 + round, service('web', host)));
      expect(await ask('web.service.consul')).toBe(`NOERROR ${host}`);
    }
  });

  it('has a large first view whole before it answers, commits of meanwhile included', async () => {
    const { dns } = make();
    const count = 9000;
    const changes = Array.from({ length: count }, (_, at) => service(`s${at}`, '10.0.0.3'));
    const started = dns.start(() => view(20, ...smallView.changes, ...changes));
    dns.publish(view(21, service('s0', '10.0.0.21')));
    const [address] = await started;
    const ask = await asking(address!);
    expect(await ask(`s${count - 1}.service.consul`)).toBe('NOERROR 10.0.0.3');
    expect(await ask('s0.service.consul')).toBe('NOERROR 10.0.0.21');
    expect(await dns.appliedIndex()).toBe(21);
  });

  it('has one thread, which explains, when nobody can ask', async () => {
    const { dns } = make({ endpoints: [] });
    expect(await dns.start(() => smallView)).toEqual([]);
    expect(await dns.stats()).toMatchObject({ threads: 1, endpoints: [] });
    dns.publish(view(9));
    expect(await dns.appliedIndex()).toBe(9);
  });

  it('starts on an empty catalog and knows its index', async () => {
    const { dns } = make();
    await dns.start(() => view(5));
    expect(await dns.appliedIndex()).toBe(5);
  });

  it('listens on all addresses, on one port', async () => {
    const endpoints = ['127.0.0.1', '::1'].map((address) => ({ address, port: 0, optional: true }));
    const { dns } = make({ endpoints });
    const addresses = await dns.start(() => smallView);
    expect(addresses.map(({ address }) => address)).toEqual(['127.0.0.1', '::1']);
    expect(addresses[0]!.port).toBe(addresses[1]!.port);
    for (const address of addresses) {
      expect(await (await asking(address))('web.service.consul')).toBe('NOERROR 10.0.0.2');
    }
  });

  it('reloads, and keeps what it has when the new zones are bad', async () => {
    const { dns, folder } = make();
    const [address] = await dns.start(() => smallView);
    const ask = await asking(address!);
    writeZones(folder, { 'consul.zone': `${APEX}www 60 A 192.0.2.1` });
    await dns.reload(dnsOptions(folder));
    expect(await ask('www.consul')).toBe('NOERROR 192.0.2.1');
    writeZones(folder, { 'consul.zone': `${APEX}www 60 A 300.1.1.1` });
    const error = await dns.reload(dnsOptions(folder)).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ZoneError);
    expect((error as ZoneError).message).toBe(
      `${folder}/consul.zone:4: "300.1.1.1" is not an IPv4 address`,
    );
    expect(await ask('www.consul')).toBe('NOERROR 192.0.2.1');
  });

  it('writes the log of its thread', async () => {
    const lines: unknown[] = [];
    const logger: Logger = {
      ...silentLogger,
      info: ({ address }, message) => address !== undefined && lines.push([message, address]),
    };
    const endpoints = [{ address: '192.0.2.1', port: 53_535, optional: true }];
    const { dns } = make({ endpoints, logger });
    expect(await dns.start(() => smallView)).toEqual([]);
    expect(lines).toEqual([['not listening on an optional address', '192.0.2.1:53535']]);
  });
});

describe('a service that cannot start', () => {
  it('says which address is in use', async () => {
    const taken = createSocket('udp4').bind(0, '127.0.0.1');
    await once(taken, 'listening');
    onTestFinished(() => void taken.close());
    const { port } = taken.address();
    const { dns, failures } = make({
      endpoints: [{ address: '127.0.0.1', port, optional: false }],
    });
    const error = await dns.start(() => smallView).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(BindError);
    expect((error as BindError).message).toBe(`address 127.0.0.1:${port} is already in use`);
    await dns.close();
    expect(failures).toEqual([]);
  });

  it('says what is wrong with its zones', async () => {
    const { dns, failures, folder } = make({ zones: { 'consul.zone': 'x', 'y.zone': 'y' } });
    const error = await dns.start(() => smallView).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ZoneError);
    expect((error as ZoneError).message).toBe(
      `${folder}/consul.zone:1: the type is missing\n${folder}/y.zone:1: the type is missing`,
    );
    expect(failures).toEqual([]);
    await expect(dns.stats()).rejects.toThrow();
  });
});

describe('the end of the thread', () => {
  it('by its own fault is followed by another, with the whole view, on the same port', async () => {
    const lines: string[] = [];
    const logger = { ...silentLogger, error: (_: unknown, line: string) => void lines.push(line) };
    let current = smallView;
    const { dns, failures } = make({ logger });
    const [address] = await dns.start(() => current);
    current = view(9, ...smallView.changes, service('api', '10.0.0.9'));
    // A change that is none: what any defect in a thread looks like from here.
    dns.publish(view(8, null as never));
    await until(async () => (await dns.stats().catch(() => undefined))?.restarts === 2);
    expect(lines.filter((line) => line === 'a DNS thread died')).toHaveLength(2);
    for (const name of ['web', 'api']) {
      const ask = await asking(address!);
      expect(await ask(`${name}.service.consul`)).toMatch(/^NOERROR/);
    }
    expect((await dns.stats()).threads).toBe(2);
    expect(await dns.appliedIndex()).toBe(9);
    expect(failures).toEqual([]);
  });

  it('again and again is reported once, and requests fail', async () => {
    const { dns, failures } = make({ clock: new QuickClock() });
    let current = smallView;
    await dns.start(() => current);
    current = view(8, null as never);
    dns.publish(current);
    await until(async () => failures.length > 0);
    await expect(dns.stats()).rejects.toThrow();
    dns.publish(view(9));
    await dns.close();
    expect(failures).toHaveLength(1);
  });

  it('by close answers what is in flight, and is no failure', async () => {
    const upstream = await upstreamOfTest(silent);
    const host = privateLoopback();
    const { dns, failures } = make({
      endpoints: [{ address: host, port: 0, optional: false }],
      options: forwardingTo(upstream, { timeoutMs: 5000 }),
    });
    const [address] = await dns.start(() => smallView);
    const waiting = (await asking(address!))('example.com');
    await upstream.received(1);
    const closing = dns.close();
    expect(dns.close()).toBe(closing);
    answering()(upstream.asked[0]!);
    expect(await waiting).toBe('NOERROR 192.0.2.1');
    await closing;
    expect(failures).toEqual([]);
    const again = createSocket('udp4').bind(address!.port, host);
    await once(again, 'listening');
    again.close();
  });

  it('may come before the start', async () => {
    const { dns } = make();
    await dns.close();
  });

  it('may come while it starts', async () => {
    const { dns, failures } = make();
    const started = dns
      .start(() => smallView)
      .then(
        () => 'started',
        () => 'ended',
      );
    await dns.close();
    expect(['started', 'ended']).toContain(await started);
    expect(failures).toEqual([]);
  });
});
