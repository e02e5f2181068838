/** The session that a lock is held by: kept alive until it is ended, or found lost. */
import type { ApiClient } from './client.ts';
import { ApiError } from './client.ts';
import { objectOf, textOf } from './json-value.ts';

const TTL_MS = 15_000;
const RENEWAL_MS = TTL_MS / 2;

export interface SessionOptions {
  readonly name: string;
  /** What becomes of its keys when it is lost. */
  readonly behavior: 'release' | 'delete';
}

export class LockSession {
  readonly id: string;
  readonly #client: ApiClient;
  readonly #timer: NodeJS.Timeout;
  readonly #lost = new AbortController();
  #renewedMs = performance.now();

  private constructor(client: ApiClient, id: string) {
    this.#client = client;
    this.id = id;
    this.#timer = setInterval(() => void this.#renew(), RENEWAL_MS);
  }

  static async begin(client: ApiClient, { name, behavior }: SessionOptions): Promise<LockSession> {
    const created = await client.put({
      doing: 'creating session',
      path: '/v1/session/create',
      body: { Name: name, TTL: `${TTL_MS / 1000}s`, Behavior: behavior },
    });
    return new LockSession(client, textOf(objectOf(JSON.parse(created)).ID));
  }

  /** Aborted once the session is gone, or may be. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    const doing = 'destroying session';
    await this.#client.put({ doing, path: `/v1/session/destroy/${this.id}` });
  }

  async #renew(): Promise<void> {
    const path = `/v1/session/renew/${this.id}`;
    try {
      const signal = AbortSignal.timeout(RENEWAL_MS);
      await this.#client.put({ doing: 'renewing session', path, signal });
      this.#renewedMs = performance.now();
    } catch (error) {
      const isGone = error instanceof ApiError && error.statusCode === 404;
      if (isGone || performance.now() - this.#renewedMs >= TTL_MS) this.#lost.abort();
    }
  }
}
