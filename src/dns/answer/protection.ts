/**
 * What `ProtocolOptions` say, made ready to be used for query after query: the octets of the NSID, the secrets of the
 * cookies, the buckets of the rate limit. A reload keeps what clients would miss: the secret of this process, and who
 * is over the limit.
 */
import { randomBytes } from 'node:crypto';
import { ResponseLimiter } from '../limit/response-limiter.ts';
import type { ProtocolOptions } from '../options.ts';
import { KEY_BYTES } from '../sip-hash.ts';
import { encodeNsid } from './edns/nsid.ts';
import type { OptionSettings } from './edns/option.ts';
import { ServerCookies } from './edns/server-cookies.ts';

export class Protection {
  readonly #ownSecret = randomBytes(KEY_BYTES);
  #optionSettings: OptionSettings;
  #limiter: ResponseLimiter | undefined;

  constructor(options: ProtocolOptions) {
    this.#optionSettings = this.#compile(options);
    this.#setLimit(options);
  }

  replace(options: ProtocolOptions): void {
    this.#optionSettings = this.#compile(options);
    this.#setLimit(options);
  }

  get optionSettings(): OptionSettings {
    return this.#optionSettings;
  }

  /** Undefined when there is no limit: then nothing is counted, and no table kept. */
  get limiter(): ResponseLimiter | undefined {
    return this.#limiter;
  }

  #compile({ nsid, cookies, cookieSecrets }: ProtocolOptions): OptionSettings {
    const configured = cookieSecrets.map((hex) => Buffer.from(hex, 'hex'));
    const secrets = configured.length === 0 ? [this.#ownSecret] : configured;
    return {
      nsid: encodeNsid(nsid),
      cookies: cookies ? new ServerCookies(secrets) : undefined,
    };
  }

  #setLimit({ rateLimit }: ProtocolOptions): void {
    if (rateLimit.responsesPerSecond <= 0) this.#limiter = undefined;
    else if (this.#limiter === undefined) this.#limiter = new ResponseLimiter(rateLimit);
    else this.#limiter.setOptions(rateLimit);
  }
}
