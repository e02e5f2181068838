/**
 * Walks over the tokens of one entry and reads from them what every field is made of: names relative to the
 * origin, octets with their escapes resolved, numbers, durations. Faults are thrown as FieldFault and name the token.
 * Does not know record types.
 */
import { type Name, octets, parseName } from '../../wire/name.ts';
import { FieldFault } from '../zone-error.ts';
import type { Token } from './tokens.ts';

/** RFC 2181 §8: a TTL is 31 bits. */
export const TTL_SECONDS_MAX = 2 ** 31 - 1;

export class TokenCursor {
  readonly origin: Name;
  readonly #tokens: readonly Token[];
  readonly #refuseName: (text: string) => string | undefined;
  #at: number;
  #line: number;

  /** `refuseName` says what else keeps a text from being a name. */
  constructor(
    tokens: readonly Token[],
    origin: Name,
    line: number,
    refuseName: (text: string) => string | undefined = () => undefined,
  ) {
    this.#tokens = tokens;
    this.#refuseName = refuseName;
    this.#at = 0;
    this.origin = origin;
    this.#line = line;
  }

  /** Line of the token that was read last. */
  get line(): number {
    return this.#line;
  }

  peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  /** The next token; `what` says in a fault which one is missing. */
  next(what: string): Token {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new FieldFault(this.#line, `the ${what} is missing`);
    this.#at += 1;
    this.#line = token.line;
    return token;
  }

  /** All that is left, at least one token. */
  rest(what: string): Token[] {
    const tokens = [this.next(what)];
    while (this.peek() !== undefined) tokens.push(this.next(what));
    return tokens;
  }

  /** Refuses whatever follows `after`. */
  end(after: string): void {
    if (this.peek() === undefined) return;
    const extra = this.next(after);
    throw new FieldFault(extra.line, `unexpected "${extra.text}" after the ${after}`);
  }

  fault(token: Token, problem: string): FieldFault {
    return new FieldFault(token.line, `"${token.text}" ${problem}`);
  }

  name(what: string): Name {
    const token = this.next(what);
    const problem = this.#refuseName(token.text);
    if (problem !== undefined) throw this.fault(token, problem);
    const name = resolveName(token, this.origin);
    if (name === undefined) throw this.fault(token, 'is not a domain name');
    return name;
  }

  integer(what: string, max: number): number {
    const token = this.next(what);
    const value = /^\d{1,10}$/.test(token.text) ? Number(token.text) : Number.NaN;
    if (!(value <= max)) throw this.fault(token, `is not a number from 0 to ${max}`);
    return value;
  }

  seconds(what: string): number {
    const token = this.next(what);
    const value = parseSeconds(token.text);
    if (value === undefined) {
      throw this.fault(token, 'is not a time such as 3600 or 1h30m, up to 2147483647 seconds');
    }
    return value;
  }

  /** One char an octet. */
  octets(what: string): string {
    const token = this.next(what);
    const value = unescapeOctets(token.text);
    if (value === undefined) throw this.fault(token, 'has an escape above \\255');
    return value;
  }
}

/** Relative to `origin` unless it ends in a dot; `@` is the origin (RFC 1035 §5.1). */
export function resolveName(token: Token, origin: Name): Name | undefined {
  if (token.text === '@' && !token.quoted) return origin;
  if (token.text === '') return undefined;
  const name = parseName(token.text);
  if (name === undefined || endsInDot(token.text)) return name;
  const absolute = name.slice(0, -1) + origin;
  return absolute.length <= 255 ? absolute : undefined;
}

function endsInDot(text: string): boolean {
  const escapes = /(\\*)\.$/.exec(text)?.[1];
  return escapes !== undefined && escapes.length % 2 === 0;
}

/** Plain seconds, or BIND's `1w2d3h4m5s` in any case; undefined when it is neither or over 2^31 − 1. */
export function parseSeconds(text: string): number | undefined {
  if (/^\d{1,10}$/.test(text)) return inRange(Number(text));
  if (!/^(\d{1,10}[wdhms])+$/i.test(text)) return undefined;
  let total = 0;
  for (const [, digits, unit] of text.matchAll(/(\d+)([wdhms])/gi)) {
    total += Number(digits) * (SECONDS_BY_UNIT[(unit ?? 's').toLowerCase()] ?? 1);
  }
  return inRange(total);
}

const SECONDS_BY_UNIT: Readonly<Record<string, number>> = {
  w: 604_800,
  d: 86_400,
  h: 3600,
  m: 60,
  s: 1,
};

function inRange(seconds: number): number | undefined {
  return seconds <= TTL_SECONDS_MAX ? seconds : undefined;
}

/** Resolves `\DDD` and `\X`; text beyond ASCII becomes its UTF-8 octets. Undefined past `\255`. */
export function unescapeOctets(text: string): string | undefined {
  let tooLarge = false;
  const resolved = octets(text).replace(/\\(\d{3}|.)/gs, (_, escaped: string) => {
    if (escaped.length === 1) return escaped;
    const code = Number(escaped);
    if (code > 255) tooLarge = true;
    return String.fromCharCode(code & 255);
  });
  return tooLarge ? undefined : resolved;
}
