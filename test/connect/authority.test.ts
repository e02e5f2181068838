/** The authority and the certificates it is asked for, over a real store and a held clock. */
import { X509Certificate } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { State } from '../../src/catalog/index.ts';
import { CertificateAuthority, type Leaf, LeafCertificates } from '../../src/connect/index.ts';
import { openEmbeddedEngine, openLmdbRowStore } from '../../src/engine/index.ts';
import { limits, seededRandom, silentLogger } from '../../src/runtime/index.ts';
import { HeldClock } from '../support/held-clock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const LEAF_TTL_MS = 72 * 3_600_000;

async function start(folder: string, clusterId = '') {
  const state = new State();
  const store = await openLmdbRowStore(folder);
  const engine = openEmbeddedEngine({ state, store, logger: silentLogger });
  const clock = new HeldClock();
  const authority = new CertificateAuthority({
    state,
    commit: (body) => engine.commit(body),
    clock,
    datacenter: 'dc1',
    options: { clusterId, leafTtlMs: LEAF_TTL_MS },
  });
  const random = seededRandom(1);
  const leaves = new LeafCertificates({ authority, clock, random, logger: silentLogger });
  const stop = async (): Promise<void> => {
    leaves.close();
    await engine.close();
  };
  onTestFinished(stop);
  return { state, authority, leaves, clock, stop };
}

type Server = Awaited<ReturnType<typeof start>>;

async function taken({ leaves }: Server, service = 'web'): Promise<Leaf> {
  const outcome = await leaves.take(service);
  if (outcome.kind === 'busy') throw new Error('busy');
  return outcome.leaf;
}

const isIssuedBy = ({ certificate }: Leaf, root: string): boolean =>
  new X509Certificate(certificate).verify(new X509Certificate(root).publicKey);

it('an agent that nobody asks has no root, and all who ask at once get the same', async () => {
  const { authority, state } = await start(temporaryFolder());
  expect(authority.readRoots().value).toEqual({ trustDomain: '', activeId: '', rows: [] });
  await Promise.all([authority.ready(), authority.ready()]);
  expect(authority.readRoots()).toMatchObject({ index: 1, value: { rows: [{ createIndex: 1 }] } });
  await authority.ready();
  expect(state.index).toBe(1);
});

it('a restart keeps the root, its key, its trust domain and the serial numbers', async () => {
  const folder = temporaryFolder();
  const first = await start(folder, '11111111-2222-3333-4444-555555555555');
  const before = await taken(first);
  const roots = first.authority.readRoots();
  await first.stop();
  const second = await start(folder, '99999999-2222-3333-4444-555555555555');
  expect(second.authority.readRoots()).toEqual(roots);
  const after = await taken(second);
  expect(after.uri).toBe(before.uri);
  expect(isIssuedBy(after, roots.value.rows[0]?.certificate ?? '')).toBe(true);
  const serials = [before, after].map(({ certificate }) => new X509Certificate(certificate));
  expect(serials.map(({ serialNumber }) => serialNumber)).toEqual(['02', '03']);
});

it('a restart keeps what was set, which goes before the configuration of the agent', async () => {
  const folder = temporaryFolder();
  const first = await start(folder);
  const wanted = {
    leafTtlMs: 2 * 3_600_000,
    intermediateTtlMs: null,
    rootTtlMs: null,
    forceWithoutCrossSigning: false,
    other: { note: 'x' },
  };
  expect(await first.authority.configure(wanted)).toBe(true);
  expect(await first.authority.configure(wanted)).toBe(false);
  const set = first.authority.readConfiguration();
  await first.stop();
  const second = await start(folder);
  expect(second.authority.readConfiguration()).toEqual(set);
  const leaf = await taken(second);
  expect(leaf.notAfter.getTime()).toBe(second.clock.now() + wanted.leafTtlMs);
});

it('a certificate is kept, holds from a minute ago, and is signed anew once it expired', async () => {
  const server = await start(temporaryFolder());
  const { clock, leaves } = server;
  const [one, same] = await Promise.all([taken(server), taken(server)]);
  expect(same).toBe(one);
  expect(await leaves.take('web')).toEqual({ kind: 'kept', leaf: one });
  expect(one.notBefore.getTime()).toBe(clock.now() - 60_000);
  expect(one.notAfter.getTime()).toBe(clock.now() + LEAF_TTL_MS);
  expect(await taken(server, 'api')).not.toBe(one);
  // A process that was stopped for days: no timer ran.
  clock.now = () => one.notAfter.getTime();
  const next = await leaves.take('web');
  expect(next).toMatchObject({ kind: 'signed' });
});

it('one that is asked for is renewed well before it expires, and who waits for it is woken', async () => {
  const server = await start(temporaryFolder());
  const { clock, leaves } = server;
  const one = await taken(server);
  const woken = new Promise<void>((resolve) => leaves.watches.add(['web'], resolve));
  expect(leaves.read(one).index).toBe(one.index);
  clock.advance(0.59 * LEAF_TTL_MS);
  expect(clock.pending).toBe(1);
  clock.advance(0.31 * LEAF_TTL_MS);
  await woken;
  const next = leaves.read(one);
  expect(next.index).toBeGreaterThan(one.index);
  expect(next.value.notAfter.getTime()).toBeGreaterThan(one.notAfter.getTime());
});

it('one that nobody asks for again is forgotten instead', async () => {
  const server = await start(temporaryFolder());
  const one = await taken(server);
  server.clock.advance(LEAF_TTL_MS - 1);
  expect(server.clock.pending).toBe(0);
  expect(server.leaves.read(one).value).toBe(one);
  expect((await server.leaves.take('web')).kind).toBe('signed');
});

it('no more wait to be signed than may', async () => {
  const never = new Promise<Leaf>(() => {});
  const [clock, random] = [new HeldClock(), seededRandom(1)];
  const authority = { sign: () => never, rootId: '' };
  const leaves = new LeafCertificates({ authority, clock, random, logger: silentLogger });
  for (let count = 0; count < limits.caSignings.default; count++) void leaves.take(`s${count}`);
  expect(await leaves.take('one-more')).toEqual({ kind: 'busy' });
});
