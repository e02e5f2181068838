/** `/v1/connect/ca` and `/v1/agent/connect/ca`: what clients see of the authority of the mesh. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { openApi, type TestApi } from './api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openApi();
  return () => api.close();
});

const ROOTS = '/v1/agent/connect/ca/roots';
const LEAF = '/v1/agent/connect/ca/leaf/';
const indexOf = (reply: { headers: Record<string, unknown> }) =>
  Number(reply.headers['x-consul-index']);
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

it('the configuration shows what certificates are like', async () => {
  const reply = await api.get('/v1/connect/ca/configuration');
  const index = indexOf(reply);
  expect(reply.json()).toEqual({
    Provider: 'consul',
    Config: { IntermediateCertTTL: '8760h', LeafCertTTL: '72h', RootCertTTL: '87600h' },
    State: null,
    ForceWithoutCrossSigning: false,
    CreateIndex: index,
    ModifyIndex: index,
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
