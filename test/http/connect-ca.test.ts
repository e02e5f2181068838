/** `/v1/connect/ca` and `/v1/agent/connect/ca`: what clients see of the authority of the mesh. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/runtime/index.ts';
import { openApi, type TestApi } from './api.ts';
import { indexOf } from './replies.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openApi();
  return () => api.close();
});

const ROOTS = '/v1/agent/connect/ca/roots';
const LEAF = '/v1/agent/connect/ca/leaf/';
const HEX = (octets: number) => new RegExp(`^([0-9a-f]{2}:){${octets - 1}}[0-9a-f]{2}$`);

describe('the roots', () => {
  it('are one, with everything that it says, and nothing of its key', async () => {
    const reply = await api.get('/v1/connect/ca/roots');
    const { TrustDomain, ActiveRootID, Roots } = reply.json();
    expect(TrustDomain).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.consul$/);
    const index = indexOf(reply);
    expect(Roots).toEqual([
      {
        ID: ActiveRootID,
        Name: 'Consul CA Primary Cert',
        SerialNumber: 1,
        SigningKeyID: expect.stringMatching(HEX(32)),
        ExternalTrustDomain: TrustDomain.replace('.consul', ''),
        NotBefore: '2025-12-31T23:59:00Z',
        NotAfter: '2035-12-30T00:00:00Z',
        RootCert: expect.stringMatching(/^-----BEGIN CERTIFICATE-----\n.*\n$/s),
        IntermediateCerts: null,
        Active: true,
        PrivateKeyType: 'ec',
        PrivateKeyBits: 256,
        CreateIndex: index,
        ModifyIndex: index,
      },
    ]);
    expect(ActiveRootID).toMatch(HEX(20));
    expect(reply.body).not.toContain('PRIVATE KEY');
    expect(reply.headers).toMatchObject({ 'x-consul-knownleader': 'true' });
    expect(reply.headers['x-cache']).toBeUndefined();
  });

  it('are the same of the agent, which keeps them', async () => {
    const reply = await api.get(ROOTS);
    expect(reply.json()).toEqual((await api.get('/v1/connect/ca/roots')).json());
    expect(reply.headers).toMatchObject({ 'x-cache': 'HIT', age: '0' });
    const looked = await api.get(ROOTS, { 'cache-control': 'max-age=0' });
    expect(looked.headers['x-cache']).toBe('MISS');
  });

  it('are a chain of PEM on request', async () => {
    const reply = await api.get('/v1/connect/ca/roots?pem=true');
    expect(reply.headers['content-type']).toBe('application/pem-certificate-chain');
    const [root] = (await api.get('/v1/connect/ca/roots?pem=0')).json().Roots;
    expect(reply.body).toBe(root.RootCert);
    const refused = await api.get('/v1/connect/ca/roots?pem=x');
    expect([refused.statusCode, refused.body]).toEqual([
      400,
      "The 'pem' query parameter must be a boolean value",
    ]);
  });

  it('block until their index passes', async () => {
    const index = indexOf(await api.get(ROOTS));
    const waiting = api.get(`${ROOTS}?index=${index}&wait=1s`);
    await expect.poll(() => api.state.watches.size).toBe(1);
    api.clock.advance(2000);
    expect(indexOf(await waiting)).toBe(index);
  });
});

describe('the certificate of a service', () => {
  it('is signed by the root for its SPIFFE name, with its key', async () => {
    const [root] = (await api.get(ROOTS)).json().Roots;
    const { TrustDomain } = (await api.get(ROOTS)).json();
    const reply = await api.get(`${LEAF}web`);
    const leaf = reply.json();
    const index = indexOf(reply);
    const ServiceURI = `spiffe://${TrustDomain}/ns/default/dc/dc1/svc/web`;
    expect(leaf).toEqual({
      SerialNumber: '02',
      CertPEM: expect.any(String),
      PrivateKeyPEM: expect.stringMatching(/^-----BEGIN EC PRIVATE KEY-----\n/),
      Service: 'web',
      ServiceURI,
      ValidAfter: '2025-12-31T23:59:00Z',
      ValidBefore: '2026-01-04T00:00:00Z',
      CreateIndex: index,
      ModifyIndex: index,
    });
    const certificate = new X509Certificate(leaf.CertPEM);
    expect(certificate.verify(new X509Certificate(root.RootCert).publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(leaf.PrivateKeyPEM))).toBe(true);
    expect(certificate.subjectAltName).toBe(`URI:${ServiceURI}`);
  });

  it('is kept: the first reply is a miss, the next ones are hits', async () => {
    const first = await api.get(`${LEAF}web`);
    expect(first.headers['x-cache']).toBe('MISS');
    const second = await api.get(`${LEAF}web`);
    expect(second.headers).toMatchObject({ 'x-cache': 'HIT', age: '0' });
    expect(second.body).toBe(first.body);
    expect((await api.get(`${LEAF}api`)).json().SerialNumber).toBe('03');
  });

  it('blocks until it is renewed, and for that alone', async () => {
    const first = await api.get(`${LEAF}web`);
    const url = `${LEAF}web?index=${indexOf(first)}`;
    // Somebody asked for it meanwhile.
    await api.get(`${LEAF}web`);
    const inTime = api.get(`${url}&wait=10m`);
    await api.get(`${LEAF}api`);
    await expect.poll(() => api.clock.pending).toBe(3);
    api.clock.advance(11 * 60_000);
    expect((await inTime).body).toBe(first.body);
    api.clock.advance(0.9 * 72 * 3_600_000);
    const next = await api.get(`${url}&wait=10m`);
    expect(indexOf(next)).toBeGreaterThan(indexOf(first));
    expect(next.json().ValidBefore > first.json().ValidBefore).toBe(true);
  });

  it.each([
    ['', 400, 'Missing service name'],
    [`${'a'.repeat(513)}`, 400, 'Service name is longer than 512 bytes'],
    ['web?dc=dc9', 500, 'No path to datacenter'],
    ['web?index=x', 400, 'Invalid index'],
  ])('%j is refused with %d', async (name, status, body) => {
    const reply = await api.get(`${LEAF}${name}`);
    expect([reply.statusCode, reply.body]).toEqual([status, body]);
  });
});

describe('the configuration', () => {
  const CONFIGURATION = '/v1/connect/ca/configuration';
  const DEFAULTS = { IntermediateCertTTL: '8760h', LeafCertTTL: '72h', RootCertTTL: '87600h' };
  const shown = async () => (await api.get(CONFIGURATION)).json();
  const set = (config: Record<string, unknown>, more: Record<string, unknown> = {}) =>
    api.put(CONFIGURATION, { Provider: 'consul', Config: config, ...more });

  it('shows what certificates are like', async () => {
    const reply = await api.get(CONFIGURATION);
    const index = indexOf(reply);
    expect(reply.json()).toEqual({
      Provider: 'consul',
      Config: DEFAULTS,
      State: null,
      ForceWithoutCrossSigning: false,
      CreateIndex: index,
      ModifyIndex: index,
    });
  });

  it('is taken back as it was shown, and nothing changes', async () => {
    const before = await api.get(CONFIGURATION);
    const put = await api.put(CONFIGURATION, before.body);
    expect([put.statusCode, put.body, put.headers['content-type']]).toEqual([200, '', undefined]);
    expect(await shown()).toEqual(before.json());
    await set({ ...DEFAULTS, LeafCertTTL: '1h' });
    const index = api.state.index;
    expect((await api.put(CONFIGURATION, await shown())).statusCode).toBe(200);
    expect(api.state.index).toBe(index);
  });

  it('has the lifetime of certificates that are signed from then on', async () => {
    const first = (await api.get(`${LEAF}web`)).json();
    expect(first.ValidBefore).toBe('2026-01-04T00:00:00Z');
    await set({ LeafCertTTL: '2h30m' });
    expect((await api.get(`${LEAF}web`)).json()).toEqual(first);
    expect((await api.get(`${LEAF}api`)).json().ValidBefore).toBe('2026-01-01T02:30:00Z');
    const reply = await api.get(CONFIGURATION);
    const index = indexOf(reply);
    expect(reply.json()).toMatchObject({
      Config: { ...DEFAULTS, LeafCertTTL: '2h30m' },
      CreateIndex: index,
      ModifyIndex: index,
    });
    expect(indexOf(await api.get(ROOTS))).toBeLessThan(index);
  });

  it('has its defaults again for what is left out', async () => {
    await set({ LeafCertTTL: '2h', note: 'x' }, { ForceWithoutCrossSigning: true });
    await set({});
    expect(await shown()).toMatchObject({ Config: DEFAULTS, ForceWithoutCrossSigning: false });
    expect((await shown()).Config.note).toBeUndefined();
    expect((await api.get(`${LEAF}web`)).json().ValidBefore).toBe('2026-01-04T00:00:00Z');
  });

  it('has the lifetime of a root that is not made yet', async () => {
    await set({ RootCertTTL: '8760h' });
    expect((await api.get(ROOTS)).json().Roots[0].NotAfter).toBe('2027-01-01T00:00:00Z');
  });

  it("keeps what Consul's own client sets, durations as numbers and state for its tests", async () => {
    const hours = (count: number) => count * 3_600_000 * 1e6;
    const before = await shown();
    Object.assign(before.Config, {
      PrivateKey: '',
      IntermediateCertTTL: hours(300 * 24),
      RootCertTTL: hours(11 * 365 * 24),
      test_state: { foo: 'bar' },
    });
    expect((await api.put(CONFIGURATION, before)).statusCode).toBe(200);
    expect(await shown()).toMatchObject({
      Config: {
        IntermediateCertTTL: '7200h',
        LeafCertTTL: '72h',
        RootCertTTL: '96360h',
        PrivateKey: '',
        test_state: { foo: 'bar' },
      },
      State: { foo: 'bar' },
    });
  });

  it('takes keys in any case, and keeps others as they are', async () => {
    const config = { leafcertttl: '3h', RotationPeriod: '2160h', nested: { list: [1, null] } };
    const body = { provider: 'consul', config, force_without_cross_signing: true, unknown: 1 };
    expect((await api.put(CONFIGURATION, body)).statusCode).toBe(200);
    const { Config, ForceWithoutCrossSigning } = await shown();
    expect(Config).toEqual({
      ...DEFAULTS,
      LeafCertTTL: '3h',
      RotationPeriod: '2160h',
      nested: { list: [1, null] },
    });
    expect(ForceWithoutCrossSigning).toBe(true);
  });

  it.each([
    ['{', 400, /^Request decode failed: unexpected EOF$/],
    ['{"Provider":1}', 400, /^Request decode failed: json: cannot unmarshal number /],
    ['{"Provider":"consul","Config":[]}', 400, /^Request decode failed: json: cannot unmarshal /],
    ['{}', 400, /^unknown CA provider ""$/],
    ['{"Provider":"mine"}', 400, /^unknown CA provider "mine"$/],
    ['{"Provider":"vault"}', 501, /^the CA provider "vault" is not supported, only "consul" is$/],
  ])('refuses %s with %d', async (body, status, text) => {
    const reply = await api.put(CONFIGURATION, body);
    expect(reply.statusCode).toBe(status);
    expect(reply.body).toMatch(text);
  });

  it.each([
    [{ LeafCertTTL: '59m' }, 400, 'leaf cert TTL must be greater or equal than 1h0m0s'],
    [
      { LeafCertTTL: '8761h', IntermediateCertTTL: '80000h' },
      400,
      'leaf cert TTL must be less than 8760h0m0s',
    ],
    [
      { LeafCertTTL: '2h', IntermediateCertTTL: '4h' },
      400,
      'Intermediate Cert TTL must be greater or equal than 3 * LeafCertTTL (>=6h0m0s).',
    ],
    [
      { RootCertTTL: '1h' },
      400,
      'root cert TTL is set and is not greater than intermediate cert ttl. root cert ttl: 1h0m0s, intermediate cert ttl: 8760h0m0s',
    ],
    [{ LeafCertTTL: 'x' }, 400, 'Request decode failed: time: invalid duration "x"'],
    [{ PrivateKey: 'k' }, 501, 'PrivateKey is not supported: the root is made here'],
    [{ RootCert: 'c' }, 501, 'RootCert is not supported: the root is made here'],
    [
      { PrivateKeyType: 'rsa', PrivateKeyBits: 2048 },
      501,
      'private keys of type "rsa" with 2048 bits are not supported, only "ec" with 256 bits',
    ],
  ])('%j is refused with %d, and nothing changes', async (config, status, text) => {
    const before = await shown();
    const reply = await set(config);
    expect([reply.statusCode, reply.body]).toEqual([status, text]);
    expect(await shown()).toEqual(before);
  });

  it('is of so many octets at most, and of this datacenter', async () => {
    const large = await set({ note: 'x'.repeat(limits.caConfigurationBytes.default) });
    expect(large.statusCode).toBe(413);
    const foreign = await api.put(`${CONFIGURATION}?dc=dc9`, { Provider: 'consul' });
    expect([foreign.statusCode, foreign.body]).toEqual([500, 'No path to datacenter']);
  });
});

it.each(['/v1/connect/ca/roots', ROOTS, `${LEAF}web`, '/v1/connect/ca/configuration'])(
  '%s says that Connect is off where it is',
  async (url) => {
    const off = await openApi({ deps: { connect: undefined } });
    const reply = await off.get(url);
    expect([reply.statusCode, reply.body]).toEqual([
      500,
      'Connect must be enabled in order to use this endpoint',
    ]);
    await off.close();
  },
);
