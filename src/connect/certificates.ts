/**
 * Makes the two kinds of certificates of the mesh, a root and the leaf of a service, with EC keys on P-256. The library
 * for it takes half a second to load, so it is loaded by the first certificate. Knows no store, and keeps nothing.
 */
import { createHash, createPrivateKey, createPublicKey, KeyObject, webcrypto } from 'node:crypto';
import type { Extension } from '@peculiar/x509';

/** A certificate and its private key, both as PEM. */
export interface KeyedCertificate {
  readonly certificate: string;
  readonly privateKey: string;
}

export interface CertificateSubject {
  /** At least 1. */
  readonly serial: number;
  /** SPIFFE name. */
  readonly uri: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** A root that signs itself; its key is in PKCS #8. */
export async function createRoot(
  subject: CertificateSubject & { readonly commonName: string },
): Promise<KeyedCertificate> {
  const x509 = await loadX509();
  const keys = await generateKeys();
  const keyId = keyIdOf(keys.publicKey);
  const { keyCertSign, cRLSign, digitalSignature } = x509.KeyUsageFlags;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(subject),
    name: [{ CN: [subject.commonName] }],
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(keyCertSign | cRLSign | digitalSignature, true),
      new x509.SubjectKeyIdentifierExtension(keyId),
      new x509.AuthorityKeyIdentifierExtension(keyId),
      new x509.SubjectAlternativeNameExtension([{ type: 'url', value: subject.uri }]),
    ],
  });
  return { certificate: pem(certificate), privateKey: exported(keys.privateKey, 'pkcs8') };
}

/** A certificate for both ends of TLS, signed by `issuer`; its key is in SEC 1, as Consul's clients read it. */
export async function createLeaf(
  subject: CertificateSubject,
  issuer: KeyedCertificate,
): Promise<KeyedCertificate> {
  const x509 = await loadX509();
  const keys = await generateKeys();
  const root = new x509.X509Certificate(issuer.certificate);
  const { digitalSignature, keyEncipherment, dataEncipherment, keyAgreement } = x509.KeyUsageFlags;
  const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;
  const usages = digitalSignature | keyEncipherment | dataEncipherment | keyAgreement;
  const extensions: Extension[] = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(usages, true),
    new x509.ExtendedKeyUsageExtension([clientAuth, serverAuth]),
    new x509.SubjectKeyIdentifierExtension(keyIdOf(keys.publicKey)),
    new x509.AuthorityKeyIdentifierExtension(keyIdOfCertificate(issuer.certificate)),
    // RFC 5280 §4.2.1.6: critical where the subject is empty, and it is the name alone here.
    new x509.SubjectAlternativeNameExtension([{ type: 'url', value: subject.uri }], true),
  ];
  const certificate = await x509.X509CertificateGenerator.create({
    ...validity(subject),
    issuer: root.subjectName,
    publicKey: keys.publicKey,
    signingKey: await importKey(issuer.privateKey),
    signingAlgorithm: ALGORITHM,
    extensions,
  });
  return { certificate: pem(certificate), privateKey: exported(keys.privateKey, 'sec1') };
}

/** The key identifier of a certificate made here, in hex: SHA-256 of its public key, as Consul's (RFC 7093 §2). */
export function keyIdOfCertificate(certificate: string): string {
  return hash(createPublicKey(certificate));
}

function keyIdOf(publicKey: webcrypto.CryptoKey): string {
  return hash(KeyObject.from(publicKey));
}

function hash(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

/** `@peculiar/x509` finds its parts by metadata that another package adds to `Reflect`. */
async function loadX509() {
  await import('reflect-metadata');
  return await import('@peculiar/x509');
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function importKey(privateKey: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(privateKey).export({ type: 'pkcs8', format: 'der' });
  return await webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign']);
}

function exported(key: webcrypto.CryptoKey, type: 'pkcs8' | 'sec1'): string {
  return KeyObject.from(key).export({ type, format: 'pem' }).toString();
}

function validity({ serial, notBefore, notAfter }: CertificateSubject) {
  return { serialNumber: serialHex(serial), notBefore, notAfter };
}

/** Octets of a positive DER integer: the first bit is its sign. */
function serialHex(serial: number): string {
  const digits = serial.toString(16);
  const octets = digits.length % 2 === 0 ? digits : `0${digits}`;
  return octets >= '80' ? `00${octets}` : octets;
}

function pem(certificate: { toString(format: 'pem'): string }): string {
  return `${certificate.toString('pem')}\n`;
}
