/** What a responder counts about its replies since it was made: plain numbers, read as a whole now and then. */
import { Rcode } from '../wire/types.ts';
import type { CookieVerdict } from './edns/server-cookies.ts';
import type { Reply } from './respond.ts';

export type RcodeName = keyof typeof Rcode;

export interface ReplyCounts {
  /** Replies that were sent, by rcode; `other` are those that an upstream made up. */
  readonly rcodes: Readonly<Record<RcodeName | 'other', number>>;
  /** Sent with TC. */
  readonly truncated: number;
  /** NXDOMAIN, and NOERROR without an answer that is no referral. */
  readonly negative: number;
  readonly refused: number;
  /** Answers of all instances because too few were healthy. */
  readonly failOpen: number;
  /** Queries with a server cookie that was good, or was not. */
  readonly cookiesValid: number;
  readonly cookiesBad: number;
  /** Replies over the rate limit: not sent, or sent empty with TC. */
  readonly rateDropped: number;
  readonly rateSlipped: number;
}

const RCODES_MAX = 24;

export class Counts {
  readonly #rcodes: number[] = new Array(RCODES_MAX).fill(0);
  #truncated = 0;
  #negative = 0;
  #failOpen = 0;
  #cookiesValid = 0;
  #cookiesBad = 0;
  #rateDropped = 0;
  #rateSlipped = 0;
  #all = 0;

  /** A reply on its way out. */
  sent(reply: Pick<Reply, 'rcode' | 'isNegative' | 'failOpen'>, isTruncated: boolean): void {
    this.#all += 1;
    if (reply.rcode < RCODES_MAX) (this.#rcodes[reply.rcode] as number)++;
    if (isTruncated) this.#truncated += 1;
    if (reply.isNegative) this.#negative += 1;
    if (reply.failOpen) this.#failOpen += 1;
  }

  /** A reply of NOERROR on its way out, of all healthy instances. */
  answered(isTruncated: boolean, isNegative: boolean): void {
    this.#all += 1;
    (this.#rcodes[Rcode.NOERROR] as number)++;
    if (isTruncated) this.#truncated += 1;
    if (isNegative) this.#negative += 1;
  }

  cookie({ kind }: CookieVerdict): void {
    if (kind === 'valid') this.#cookiesValid += 1;
    if (kind === 'bad') this.#cookiesBad += 1;
  }

  limited(verdict: 'slip' | 'drop'): void {
    if (verdict === 'slip') this.#rateSlipped += 1;
    else this.#rateDropped += 1;
  }

  read(): ReplyCounts {
    const known = Object.entries(Rcode).map(
      ([name, rcode]) => [name, this.#rcodes[rcode] as number] as const,
    );
    const other = known.reduce((rest, [, count]) => rest - count, this.#all);
    const rcodes = Object.fromEntries([...known, ['other', other]]);
    return {
      rcodes: rcodes as ReplyCounts['rcodes'],
      truncated: this.#truncated,
      negative: this.#negative,
      refused: this.#rcodes[Rcode.REFUSED] as number,
      failOpen: this.#failOpen,
      cookiesValid: this.#cookiesValid,
      cookiesBad: this.#cookiesBad,
      rateDropped: this.#rateDropped,
      rateSlipped: this.#rateSlipped,
    };
  }
}
