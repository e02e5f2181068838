/**
 * A place in the text of a filter, and what to say when it cannot be read. Consul's parser tells how far any reading
 * of the text came and what could have stood there; a few mistakes have words of their own, and then only those are
 * shown. Both are kept here in its form, so that a message that somebody knows leads to the same mistake.
 */
import { quoteAsGo } from '../go-quote.ts';

/** Characters that may stand at a place. */
export interface CharacterClass {
  /** As an error shows it. */
  readonly shown: string;
  readonly test: RegExp;
}

export class Scanner {
  readonly text: string;
  at = 0;
  /** The furthest place at which something was missed, and all that was missed there. */
  #missedAt = 0;
  readonly #missed = new Set<string>();
  readonly #faults = new Set<string>();

  constructor(text: string) {
    this.text = text;
  }

  /** Passes over `word` if it stands here. */
  literal(word: string): boolean {
    if (!this.text.startsWith(word, this.at)) return this.#miss(quoteAsGo(word));
    this.at += word.length;
    return true;
  }

  /** Passes over one character of the class. */
  one({ shown, test }: CharacterClass): boolean {
    if (!test.test(this.text.charAt(this.at))) return this.#miss(shown);
    this.at++;
    return true;
  }

  /** Passes over as many characters of the class as there are, and tells whether there were any. */
  many(characters: CharacterClass): boolean {
    const start = this.at;
    while (this.one(characters));
    return this.at > start;
  }

  /** Whether the text ends here. */
  end(): boolean {
    return this.at === this.text.length || this.#miss(END);
  }

  /** Notes a mistake that has words of its own. */
  fault(rule: string, message: string, at = this.at): undefined {
    this.#faults.add(`${this.#place(at)}: rule ${quoteAsGo(rule)}: ${message}`);
    return undefined;
  }

  /** Why the text cannot be read; undefined when no mistake was noted and `complete` says that it was read. */
  problem(complete: boolean): string | undefined {
    if (this.#faults.size > 0) return [...this.#faults].join('\n');
    if (complete) return undefined;
    return `${this.#place(this.#missedAt)}: no match found, expected: ${this.#expected()}`;
  }

  #miss(what: string): false {
    if (this.at > this.#missedAt) {
      this.#missedAt = this.at;
      this.#missed.clear();
    }
    if (this.at === this.#missedAt) this.#missed.add(what);
    return false;
  }

  #expected(): string {
    const named = [...this.#missed].filter((what) => what !== END).sort();
    if (this.#missed.has(END)) named.push(END);
    const last = named.pop() ?? END;
    return named.length === 0 ? last : `${named.join(', ')} or ${last}`;
  }

  /** Line, column and offset in octets, as Consul's parser counts: a line begins at its newline. */
  #place(at: number): string {
    const before = this.text.slice(0, at);
    const through = this.text.slice(0, at + 1);
    const line = through.split('\n').length;
    const column = [...before].length - [...before.slice(0, through.lastIndexOf('\n') + 1)].length;
    const isNewline = this.text.charAt(at) === '\n';
    return `${line}:${isNewline ? 0 : column + 1} (${Buffer.byteLength(before)})`;
  }
}

const END = 'EOF';
