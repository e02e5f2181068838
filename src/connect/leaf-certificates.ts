/**
 * The certificates of services that clients ask for, as an agent of Consul keeps them: in memory alone, and renewed
 * well before they expire for as long as somebody asks. One that nobody asked for since it was signed is forgotten
 * instead. How one is made is `authority.ts`.
 */
import { type Reading, Watches } from '../catalog/index.ts';
import {
  type Clock,
  InTurn,
  type Logger,
  limits,
  type Random,
  type Timer,
} from '../runtime/index.ts';
import type { CertificateAuthority, Leaf } from './authority.ts';

export interface LeafCertificatesDeps {
  readonly authority: Pick<CertificateAuthority, 'sign' | 'rootId'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Consul renews within this part of a lifetime, at random: those that were signed together are not renewed together. */
const RENEW_FROM = 0.6;
const RENEW_TO = 0.9;
const RETRY_MS = 60_000;

interface Kept {
  readonly leaf: Leaf;
  /** Of the wall clock. */
  readonly renewAt: number;
  /** Somebody asked for it since it was signed. */
  asked: boolean;
  timer: Timer;
}

/** What asking for a certificate came to; `busy`: too many wait to be signed. */
export type LeafOutcome =
  | { readonly kind: 'kept' | 'signed'; readonly leaf: Leaf }
  | { readonly kind: 'busy' };

export class LeafCertificates {
  readonly #deps: LeafCertificatesDeps;
  /** By service, those asked for longest ago first. */
  readonly #kept = new Map<string, Kept>();
  readonly #signing = new Map<string, Promise<Leaf>>();
  readonly #turns = new InTurn();
  #closed = false;

  /** A service is a topic: it is woken when it has a new certificate. */
  readonly watches = new Watches();

  constructor(deps: LeafCertificatesDeps) {
    this.#deps = deps;
  }

  /** The certificate of `service`, signed now if there is none that still holds. */
  async take(service: string): Promise<LeafOutcome> {
    const kept = this.#find(service);
    if (kept !== undefined) return { kind: 'kept', leaf: kept.leaf };
    const isQueued = this.#signing.has(service);
    if (!isQueued && this.#signing.size >= limits.caSignings.default) return { kind: 'busy' };
    return { kind: 'signed', leaf: await this.#sign(service) };
  }

  /** For those that know `leaf` and wait for the next one. */
  read(leaf: Leaf): Reading<Leaf> {
    const value = this.#find(leaf.service)?.leaf ?? leaf;
    return { value, index: value.index, topics: [leaf.service] };
  }

  /** May be called twice. */
  close(): void {
    this.#closed = true;
    for (const { timer } of this.#kept.values()) timer.cancel();
    this.#kept.clear();
  }

  #find(service: string): Kept | undefined {
    const kept = this.#kept.get(service);
    if (kept === undefined || !this.#holds(kept.leaf)) return undefined;
    kept.asked = true;
    this.#kept.delete(service);
    this.#kept.set(service, kept);
    return kept;
  }

  /** Not when it expired while no timer ran, nor when a restored snapshot brought another root. */
  #holds({ notAfter, rootId }: Leaf): boolean {
    const { authority, clock } = this.#deps;
    return notAfter.getTime() > clock.now() && rootId === authority.rootId;
  }

  /** All that ask meanwhile get the same one. */
  #sign(service: string): Promise<Leaf> {
    const begun = this.#signing.get(service);
    if (begun !== undefined) return begun;
    const signing = this.#turns
      .run(() => this.#deps.authority.sign(service))
      .then((leaf) => this.#keep(leaf))
      .finally(() => this.#signing.delete(service));
    this.#signing.set(service, signing);
    return signing;
  }

  #keep(leaf: Leaf): Leaf {
    if (this.#closed) return leaf;
    const { service, notBefore, notAfter } = leaf;
    this.#forget(service);
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined && this.#kept.size >= limits.caLeaves.default) this.#forget(oldest);
    const part = RENEW_FROM + this.#deps.random.float() * (RENEW_TO - RENEW_FROM);
    const lifeMs = notAfter.getTime() - notBefore.getTime();
    const renewAt = notBefore.getTime() + part * lifeMs;
    const delayMs = renewAt - this.#deps.clock.now();
    const timer = this.#schedule(service, delayMs);
    this.#kept.set(service, { leaf, renewAt, asked: false, timer });
    this.watches.wake(new Set([service]));
    return leaf;
  }

  #forget(service: string): void {
    this.#kept.get(service)?.timer.cancel();
    this.#kept.delete(service);
  }

  #schedule(service: string, delayMs: number): Timer {
    return this.#deps.clock.schedule(delayMs, () => void this.#renew(service));
  }

  async #renew(service: string): Promise<void> {
    const kept = this.#kept.get(service);
    if (kept === undefined) return;
    const earlyMs = kept.renewAt - this.#deps.clock.now();
    if (earlyMs > 0) {
      // The clock was put back, or the delay was longer than a timer can be.
      kept.timer = this.#schedule(service, earlyMs);
      return;
    }
    if (!kept.asked) {
      this.#forget(service);
      return;
    }
    try {
      await this.#sign(service);
    } catch (error) {
      this.#deps.logger.warn({ err: error, service }, 'certificate could not be renewed');
      if (this.#kept.get(service) === kept) kept.timer = this.#schedule(service, RETRY_MS);
    }
  }
}
