/**
 * The certificate authority of the mesh. Its root and its key are rows of the catalog, made by whoever needs them first
 * and kept: an agent that nobody asks for a certificate has no secret, and its store stays as old as it was. Serial
 * numbers are counted in the catalog too, so that none is used twice. Which leaves are kept is `leaf-certificates.ts`.
 */
import { randomUUID, X509Certificate } from 'node:crypto';
import {
  type CaConfigurationRow,
  type CaRootRow,
  equalJson,
  findCaConfiguration,
  putCaConfiguration,
  type Reading,
  readCaConfiguration,
  readCaRoots,
  readCaSigner,
  type State,
  setCaRoot,
  type Transaction,
  takeCaSerial,
  type Unversioned,
} from '../catalog/index.ts';
import type { Clock } from '../runtime/index.ts';
import { createLeaf, createRoot, type KeyedCertificate } from './certificates.ts';
import { type CaConfiguration, configurationOf } from './configuration.ts';
import { authorityUri, serviceUri, trustDomainOf } from './spiffe.ts';

export interface AuthorityDeps {
  readonly state: State;
  readonly commit: <Result>(
    body: (transaction: Transaction) => Result,
  ) => Promise<{ readonly result: Result; readonly index: number }>;
  readonly clock: Clock;
  readonly datacenter: string;
  readonly options: AuthorityOptions;
}

export interface AuthorityOptions {
  /** UUID that the trust domain is made of; empty: one is made with the first root. Later it stays what it was. */
  readonly clusterId: string;
  readonly leafTtlMs: number;
}

/** What clients know of the authority; it has no private key. */
export interface Roots {
  readonly trustDomain: string;
  /** Empty while there is no root. */
  readonly activeId: string;
  readonly rows: readonly CaRootRow[];
}

/** What holds about certificates, with the indexes of the row that says so. */
export interface SetConfiguration extends CaConfiguration {
  readonly createIndex: number;
  readonly modifyIndex: number;
}

/** A certificate of a service with its private key. */
export interface Leaf extends KeyedCertificate {
  readonly service: string;
  readonly uri: string;
  /** Of the root that signed it. */
  readonly rootId: string;
  /** Catalog index that it was signed at. */
  readonly index: number;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** Clocks of peers may be behind ours. */
const BACKDATED_MS = 60_000;

export class CertificateAuthority {
  readonly #deps: AuthorityDeps;
  #making: Promise<void> | undefined;

  constructor(deps: AuthorityDeps) {
    this.#deps = deps;
  }

  /** Of the agent's own configuration, where nothing else was set. */
  get configuredLeafTtlMs(): number {
    return this.#deps.options.leafTtlMs;
  }

  /** Of the root that signs now; empty while there is none. */
  get rootId(): string {
    return readCaSigner(this.#deps.state)?.rootId ?? '';
  }

  /** Makes the root if there is none yet. */
  async ready(): Promise<void> {
    if (readCaSigner(this.#deps.state) !== undefined) return;
    this.#making ??= this.#makeRoot().finally(() => {
      this.#making = undefined;
    });
    await this.#making;
  }

  readRoots(): Reading<Roots> {
    const { state } = this.#deps;
    const signer = readCaSigner(state);
    const { value: rows, ...reading } = readCaRoots(state);
    return {
      ...reading,
      value: {
        trustDomain: signer === undefined ? '' : trustDomainOf(signer.clusterId),
        activeId: this.rootId,
        rows,
      },
    };
  }

  /** What holds, with the indexes of what was set, or else of the root. */
  readConfiguration(): Reading<SetConfiguration> {
    const { state, options } = this.#deps;
    const { value: row, index, topics } = readCaConfiguration(state);
    const roots = this.readRoots();
    const { createIndex = 0, modifyIndex = 0 } = row ?? roots.value.rows[0] ?? {};
    return {
      value: { ...configurationOf(row, options.leafTtlMs), createIndex, modifyIndex },
      index: Math.max(index, roots.index),
      topics: [...topics, ...roots.topics],
    };
  }

  /** For certificates from now on. @returns false when all of it holds already */
  async configure(wanted: Unversioned<CaConfigurationRow>): Promise<boolean> {
    const { commit, options } = this.#deps;
    const { result } = await commit((transaction) => {
      const before = findCaConfiguration(transaction);
      const [now, then] = [before, wanted].map((row) => configurationOf(row, options.leafTtlMs));
      if (equalJson(now, then)) return false;
      putCaConfiguration(transaction, wanted);
      return true;
    });
    return result;
  }

  /** A new certificate for any service: whether there is one of that name is not asked. */
  async sign(service: string): Promise<Leaf> {
    await this.ready();
    const { commit, clock, datacenter } = this.#deps;
    const { result, index } = await commit(takeCaSerial);
    const { serial, signer, root } = result;
    const uri = serviceUri(trustDomainOf(signer.clusterId), datacenter, service);
    const now = wholeSeconds(clock.now());
    const notBefore = new Date(now - BACKDATED_MS);
    const rootEnds = Date.parse(new X509Certificate(root.certificate).validTo);
    // No leaf outlives the root that vouches for it.
    const notAfter = new Date(Math.min(now + this.#configuration.leafTtlMs, rootEnds));
    const subject = { serial, uri, notBefore, notAfter };
    const issuer = { certificate: root.certificate, privateKey: signer.privateKey };
    const leaf = await createLeaf(subject, issuer);
    return { ...leaf, service, uri, rootId: root.id, index, notBefore, notAfter };
  }

  get #configuration(): CaConfiguration {
    return this.readConfiguration().value;
  }

  async #makeRoot(): Promise<void> {
    const { commit, clock, options } = this.#deps;
    const clusterId = options.clusterId || randomUUID();
    const serial = 1;
    const now = wholeSeconds(clock.now());
    const { certificate, privateKey } = await createRoot({
      serial,
      uri: authorityUri(trustDomainOf(clusterId)),
      commonName: `pri-${randomUUID().slice(0, 8)}.consul.ca.${clusterId.slice(0, 8)}.consul`,
      notBefore: new Date(now - BACKDATED_MS),
      notAfter: new Date(now + this.#configuration.rootTtlMs),
    });
    const id = new X509Certificate(certificate).fingerprint.toLowerCase();
    const signer = { clusterId, rootId: id, privateKey, lastSerial: serial };
    await commit((transaction) => setCaRoot(transaction, { id, certificate }, signer));
  }
}

/** A certificate knows no parts of a second. */
function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
