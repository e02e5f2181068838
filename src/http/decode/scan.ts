/**
 * Reads JSON text character by character, only to say what is wrong with it in the words of Go's encoding/json, or
 * where its first value ends: Go's decoder leaves alone what follows. Used after JSON.parse refused the text.
 */
import { quoteCharacterAsGo } from '../go-quote.ts';

export type Scan =
  | { readonly ok: true; readonly end: number }
  | { readonly ok: false; readonly message: string };

/** Go's decoder refuses deeper nesting. */
const DEPTH_MAX = 10_000;

export function scanJson(text: string): Scan {
  const scanner = new Scanner(text);
  try {
    return { ok: true, end: scanner.firstValue() };
  } catch (error) {
    if (error instanceof SyntaxProblem) return { ok: false, message: error.message };
    throw error;
  }
}

class SyntaxProblem extends Error {}

/** What may stand next, after a whole value or before one. */
interface Container {
  readonly close: '}' | ']';
}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** @returns the offset behind the first value */
  firstValue(): number {
    this.#skipSpace();
    if (this.#at === this.#text.length) throw new SyntaxProblem('EOF');
    const open: Container[] = [];
    do {
      this.#valueOrOpen(open);
    } while (open.length > 0);
    return this.#at;
  }

  /** One scalar, an opening bracket, or what closes brackets up to the next value. */
  #valueOrOpen(open: Container[]): void {
    this.#skipSpace();
    const character = this.#peek();
    if (character === '{' || character === '[') {
      if (open.length >= DEPTH_MAX) throw new SyntaxProblem('exceeded max depth');
      this.#at++;
      open.push({ close: character === '{' ? '}' : ']' });
      if (this.#opensValue(character)) return;
      this.#at++;
      open.pop();
    } else this.#scalar(character);
    this.#close(open);
  }

  /** Whether the bracket just opened holds anything; reads the first key of an object. */
  #opensValue(bracket: '{' | '['): boolean {
    this.#skipSpace();
    if (bracket === '[') return this.#peek() !== ']';
    if (this.#peek() === '}') return false;
    this.#key();
    return true;
  }

  /** After a value: commas lead to the next value, brackets close. */
  #close(open: Container[]): void {
    for (let container = open.at(-1); container !== undefined; container = open.at(-1)) {
      this.#skipSpace();
      const character = this.#peek();
      this.#expect(character === ',' || character === container.close, () =>
        container?.close === ']' ? 'after array element' : 'after object key:value pair',
      );
      this.#at++;
      if (character === ',') {
        this.#skipSpace();
        if (container.close === '}') this.#key();
        return;
      }
      open.pop();
    }
  }

  #key(): void {
    this.#expect(this.#peek() === '"', () => 'looking for beginning of object key string');
    this.#string();
    this.#skipSpace();
    this.#expect(this.#peek() === ':', () => 'after object key');
    this.#at++;
  }

  #scalar(character: string): void {
    if (character === '"') this.#string();
    else if (character === '-' || isDigit(character)) this.#number();
    else if (character === 't') this.#literal('true');
    else if (character === 'f') this.#literal('false');
    else if (character === 'n') this.#literal('null');
    else this.#refuse('looking for beginning of value');
  }

  #literal(word: string): void {
    for (const expected of word) {
      this.#expect(
        this.#peek() === expected,
        () => `in literal ${word} (expecting ${quote(expected)})`,
      );
      this.#at++;
    }
  }

  #string(): void {
    this.#at++;
    for (let character = this.#peek(); character !== '"'; character = this.#peek()) {
      this.#expect(character >= ' ', () => 'in string literal');
      this.#at++;
      if (character === '\\') this.#escape();
    }
    this.#at++;
  }

  #escape(): void {
    const character = this.#peek();
    this.#expect('"\\/bfnrtu'.includes(character), () => 'in string escape code');
    this.#at++;
    if (character !== 'u') return;
    for (let digit = 0; digit < 4; digit++) {
      this.#expect(/[0-9a-fA-F]/.test(this.#peek()), () => 'in \\u hexadecimal character escape');
      this.#at++;
    }
  }

  #number(): void {
    if (this.#peek() === '-') this.#at++;
    if (this.#peek() === '0') this.#at++;
    else this.#digits('in numeric literal');
    if (this.#has('.')) {
      this.#at++;
      this.#digits('after decimal point in numeric literal');
    }
    if (this.#has('e') || this.#has('E')) {
      this.#at++;
      if (this.#peek() === '+' || this.#peek() === '-') this.#at++;
      this.#digits('in exponent of numeric literal');
    }
  }

  /** At least one digit. */
  #digits(context: string): void {
    this.#expect(isDigit(this.#peek()), () => context);
    while (this.#at < this.#text.length && isDigit(this.#text.charAt(this.#at))) this.#at++;
  }

  #has(character: string): boolean {
    return this.#text.charAt(this.#at) === character;
  }

  /** The character that stands next; there must be one. */
  #peek(): string {
    if (this.#at >= this.#text.length) throw new SyntaxProblem('unexpected EOF');
    return this.#text.charAt(this.#at);
  }

  #skipSpace(): void {
    while (' \t\r\n'.includes(this.#text.charAt(this.#at)) && this.#at < this.#text.length) {
      this.#at++;
    }
  }

  #expect(holds: boolean, context: () => string): void {
    if (!holds) this.#refuse(context());
  }

  #refuse(context: string): never {
    throw new SyntaxProblem(`invalid character ${quote(this.#text.slice(this.#at))} ${context}`);
  }
}

const isDigit = (character: string): boolean => character >= '0' && character <= '9';

/** Go quotes the first byte of what it found, taken as a character of its own. */
function quote(found: string): string {
  const byte = Buffer.from(String.fromCodePoint(found.codePointAt(0) ?? 0))[0] ?? 0;
  return quoteCharacterAsGo(String.fromCharCode(byte));
}
