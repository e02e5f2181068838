/** The certificate authority of the mesh in Consul's JSON: its roots, and the certificate of a service with its key. */
import { X509Certificate } from 'node:crypto';
import type { CaRootRow, Json } from '../../catalog/index.ts';
import {
  keyIdOfCertificate,
  type Leaf,
  type Roots,
  type SetConfiguration,
} from '../../connect/index.ts';
import { formatDuration } from '../../runtime/index.ts';
import { GoMap } from './encode.ts';

export function rootsJson({ activeId, trustDomain, rows }: Roots) {
  return {
    ActiveRootID: activeId,
    TrustDomain: trustDomain,
    Roots: rows.map((row) => rootJson(row, trustDomain, activeId)),
  };
}

function rootJson(row: CaRootRow, trustDomain: string, activeId: string) {
  const { serialNumber, validFrom, validTo } = new X509Certificate(row.certificate);
  return {
    ID: row.id,
    Name: 'Consul CA Primary Cert',
    SerialNumber: Number.parseInt(serialNumber, 16),
    SigningKeyID: withColons(keyIdOfCertificate(row.certificate)),
    ExternalTrustDomain: trustDomain.slice(0, trustDomain.indexOf('.')),
    NotBefore: goTime(new Date(validFrom)),
    NotAfter: goTime(new Date(validTo)),
    RootCert: row.certificate,
    IntermediateCerts: null,
    Active: row.id === activeId,
    PrivateKeyType: 'ec',
    PrivateKeyBits: 256,
    CreateIndex: row.createIndex,
    ModifyIndex: row.modifyIndex,
  };
}

export function leafJson(leaf: Leaf) {
  const { serialNumber } = new X509Certificate(leaf.certificate);
  return {
    SerialNumber: withColons(serialNumber.toLowerCase()),
    CertPEM: leaf.certificate,
    PrivateKeyPEM: leaf.privateKey,
    Service: leaf.service,
    ServiceURI: leaf.uri,
    ValidAfter: goTime(leaf.notBefore),
    ValidBefore: goTime(leaf.notAfter),
    CreateIndex: leaf.index,
    ModifyIndex: leaf.index,
  };
}

export function configurationJson({ other, ...set }: SetConfiguration) {
  return {
    Provider: 'consul',
    Config: new GoMap({
      ...other,
      LeafCertTTL: shortDuration(set.leafTtlMs),
      IntermediateCertTTL: shortDuration(set.intermediateTtlMs),
      RootCertTTL: shortDuration(set.rootTtlMs),
    }),
    // Consul's own provider has no other state than this, which its tests give it.
    State: stateJson(other.test_state),
    ForceWithoutCrossSigning: set.forceWithoutCrossSigning,
    CreateIndex: set.createIndex,
    ModifyIndex: set.modifyIndex,
  };
}

function stateJson(state: Json | undefined): GoMap | null {
  if (typeof state !== 'object' || state === null || Array.isArray(state)) return null;
  return new GoMap(state as Readonly<Record<string, Json>>);
}

/** `72h` rather than `72h0m0s`, as people write them. */
function shortDuration(ms: number): string {
  return formatDuration(ms)
    .replace(/(?<=m)0s$/, '')
    .replace(/(?<=h)0m$/, '');
}

function withColons(hex: string): string {
  return (hex.match(/../g) ?? []).join(':');
}

/** Go's RFC 3339 of a time in whole seconds. */
function goTime(time: Date): string {
  return time.toISOString().replace('.000Z', 'Z');
}
