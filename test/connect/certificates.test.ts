/** What the authority makes, judged by two other readers of certificates: `node:crypto`, and openssl where there is one. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { createLeaf, createRoot, type KeyedCertificate } from '../../src/connect/certificates.ts';
import { authorityUri, serviceUri, trustDomainOf } from '../../src/connect/spiffe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const TRUST_DOMAIN = trustDomainOf('11111111-2222-3333-4444-555555555555');
const notBefore = new Date('2026-01-01T00:00:00Z');
const notAfter = new Date('2100-01-01T00:00:00Z');
const uri = serviceUri(TRUST_DOMAIN, 'dc1', 'web');

let root: KeyedCertificate;
let leaf: KeyedCertificate;
beforeAll(async () => {
  const rootUri = authorityUri(TRUST_DOMAIN);
  root = await createRoot({ serial: 1, uri: rootUri, commonName: 'root', notBefore, notAfter });
  leaf = await createLeaf({ serial: 255, uri, notBefore, notAfter }, root);
});

it('the leaf is signed by the root and both keys are those of their certificates', () => {
  const issuer = new X509Certificate(root.certificate);
  const certificate = new X509Certificate(leaf.certificate);
  expect(certificate.verify(issuer.publicKey)).toBe(true);
  expect(certificate.checkIssued(issuer)).toBe(true);
  expect([issuer.ca, certificate.ca]).toEqual([true, false]);
  for (const { certificate, privateKey } of [root, leaf]) {
    const key = createPrivateKey(privateKey);
    expect(new X509Certificate(certificate).checkPrivateKey(key)).toBe(true);
    expect(key.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
  }
  expect(leaf.privateKey).toMatch(/^-----BEGIN EC PRIVATE KEY-----\n/);
});

it('both say who they are, from when and until when', () => {
  const issuer = new X509Certificate(root.certificate);
  const certificate = new X509Certificate(leaf.certificate);
  expect(issuer.subjectAltName).toBe(`URI:spiffe://${TRUST_DOMAIN}`);
  expect(certificate.subjectAltName).toBe(`URI:spiffe://${TRUST_DOMAIN}/ns/default/dc/dc1/svc/web`);
  expect([issuer.serialNumber, certificate.serialNumber]).toEqual(['01', 'FF']);
  expect(certificate.validFrom).toBe('Jan  1 00:00:00 2026 GMT');
  expect(certificate.validTo).toBe('Jan  1 00:00:00 2100 GMT');
});

it.each([
  ['a/b', 'a%2Fb'],
  ['..', '..'],
  ['x?y#z', 'x%3Fy%23z'],
  ['größe', 'gr%C3%B6%C3%9Fe'],
])('the service %j is one part of its name', (service, part) => {
  expect(serviceUri('t.consul', 'dc1', service)).toBe(
    `spiffe://t.consul/ns/default/dc/dc1/svc/${part}`,
  );
});

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

it.skipIf(!hasOpenssl)('openssl takes the chain for both ends of TLS, and reads the usages', () => {
  const folder = temporaryFolder();
  const [rootFile, leafFile] = [join(folder, 'root.pem'), join(folder, 'leaf.pem')];
  writeFileSync(rootFile, root.certificate);
  writeFileSync(leafFile, leaf.certificate);
  for (const purpose of ['sslserver', 'sslclient']) {
    const args = ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', rootFile, leafFile];
    expect(execFileSync('openssl', args, { encoding: 'utf8' })).toBe(`${leafFile}: OK\n`);
  }
  const read = (file: string): string =>
    execFileSync('openssl', ['x509', '-noout', '-text', '-in', file], { encoding: 'utf8' });
  expect(read(rootFile)).toMatch(
    /Key Usage: critical\s+Digital Signature, Certificate Sign, CRL Sign\n/,
  );
  expect(read(leafFile)).toMatch(
    /Key Usage: critical\s+Digital Signature, Key Encipherment, Data Encipherment, Key Agreement\n/,
  );
  expect(read(leafFile)).toMatch(
    /Extended Key Usage: \s+TLS Web Client Authentication, TLS Web Server Authentication\n/,
  );
});
