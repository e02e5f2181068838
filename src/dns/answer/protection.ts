/**
 * What `ProtocolOptions` say, made ready to be used for query after query: the octets of the NSID, the secrets of the
 * cookies, the buckets of the rate limit. A reload keeps what clients would miss: the secret of this process, and who
 * is over the limit.
 */
import { randomBytes } from 'node:crypto';
import { compileRateLimit, type RateLimit, ResponseLimiter } from '../limit/response-limiter.ts';
import type { ProtocolOptions } from '../options.ts';
import { KEY_BYTES } from '../sip-hash.ts';
import { encodeNsid } from './edns/nsid.ts';
import type { OptionSettings } from './edns/option.ts';
import { ServerCookies } from './edns/server-cookies.ts';

/** All that may fail is behind it: what is left is to put it in place. */
export interface CompiledProtocol {
  readonly optionSettings: OptionSettings;
  /** Undefined: there is none. */
  readonly rateLimit: RateLimit | undefined;
}

export class Protection {
  readonly #ownSecret = randomBytes(KEY_BYTES);
  readonly #isUnlimited: boolean;
  #optionSettings: OptionSettings;
  #limiter: ResponseLimiter | undefined;

  /** `isUnlimited`: without a rate limit, whatever the options say. */
  constructor(options: ProtocolOptions, isUnlimited = false) {
    this.#isUnlimited = isUnlimited;
    const { optionSettings, rateLimit } = this.compile(options);
    this.#optionSettings = optionSettings;
    this.#limiter = rateLimit && new ResponseLimiter(rateLimit);
  }

  /** What these options come to; until it is put in place, nothing changes. */
  compile({ nsid, cookies, cookieSecrets, rateLimit }: ProtocolOptions): CompiledProtocol {
    const configured = cookieSecrets.map((hex) => Buffer.from(hex, 'hex'));
    const secrets = configured.length === 0 ? [this.#ownSecret] : configured;
    const isLimited = !this.#isUnlimited && rateLimit.responsesPerSecond > 0;
    return {
      optionSettings: {
        nsid: encodeNsid(nsid),
        cookies: cookies ? new ServerCookies(secrets) : undefined,
      },
      rateLimit: isLimited ? compileRateLimit(rateLimit) : undefined,
    };
  }

  replace({ optionSettings, rateLimit }: CompiledProtocol): void {
    this.#optionSettings = optionSettings;
    if (rateLimit === undefined) this.#limiter = undefined;
    else if (this.#limiter === undefined) this.#limiter = new ResponseLimiter(rateLimit);
    else this.#limiter.setLimit(rateLimit);
  }

  get optionSettings(): OptionSettings {
    return this.#optionSettings;
  }

  /** Undefined when there is no limit: then nothing is counted, and no table kept. */
  get limiter(): ResponseLimiter | undefined {
    return this.#limiter;
  }
}
