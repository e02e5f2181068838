/**
 * Cuts the text of a master file into entries of tokens (RFC 1035 §5.1): comments, quotes, parentheses and
 * line ends are dealt with here and nowhere else. Escapes stay as written, since `\.` and `.` mean different
 * things to a name; whoever knows what a token stands for resolves them.
 *
 *   www  60 ( IN A   ; comment     →  { line: 1, ownerOmitted: false,
 *        192.0.2.1 )                    tokens: www · 60 · IN · A · 192.0.2.1 (line 2) }
 */
import { FieldFault } from '../zone-error.ts';

export interface Token {
  /** Escapes kept; the quotes themselves removed. */
  readonly text: string;
  readonly quoted: boolean;
  readonly line: number;
}

export interface Entry {
  readonly line: number;
  /** The line began with a blank: the owner is that of the entry before. */
  readonly ownerOmitted: boolean;
  readonly tokens: readonly Token[];
}

/** Entries in order, empty lines among them; a FieldFault stands in for one that cannot be cut into tokens. */
export function* readEntries(text: string): Generator<Entry | FieldFault> {
  const cutter = new Cutter(text);
  for (let next = cutter.next(); next !== undefined; next = cutter.next()) yield next;
}

/** What ends a word that is not quoted. */
const WORD_END = new Set([' ', '\t', '\r', '\n', ';', '(', ')', '']);

class Cutter {
  readonly #text: string;
  #at = 0;
  #line = 1;
  /** Lines of the parentheses that are open. */
  #open: number[] = [];

  constructor(text: string) {
    // A byte order mark is no part of the first owner.
    this.#text = text.startsWith('\ufeff') ? text.slice(1) : text;
  }

  next(): Entry | FieldFault | undefined {
    if (this.#at >= this.#text.length) return undefined;
    try {
      return this.#entry();
    } catch (error) {
      if (!(error instanceof FieldFault)) throw error;
      this.#skipEntry();
      return error;
    }
  }

  #entry(): Entry {
    const first = this.#text.charAt(this.#at);
    const ownerOmitted = first === ' ' || first === '\t';
    const tokens: Token[] = [];
    this.#open = [];
    for (;;) {
      const char = this.#text.charAt(this.#at);
      if (char === '' || char === '\n') {
        const opened = this.#open.at(-1);
        if (opened !== undefined && char === '') {
          throw new FieldFault(opened, 'the parenthesis "(" is never closed');
        }
        this.#at += 1;
        this.#line += 1;
        if (opened === undefined) break;
      } else if (char === ';') {
        this.#skipToLineEnd();
      } else if (char === '(') {
        this.#open.push(this.#line);
        this.#at += 1;
      } else if (char === ')') {
        if (this.#open.pop() === undefined) {
          throw new FieldFault(this.#line, '")" closes no parenthesis');
        }
        this.#at += 1;
      } else if (WORD_END.has(char)) {
        this.#at += 1;
      } else {
        tokens.push(char === '"' ? this.#quoted() : this.#word());
      }
    }
    return { line: tokens[0]?.line ?? this.#line, ownerOmitted, tokens };
  }

  #word(): Token {
    let text = '';
    for (;;) {
      const char = this.#text.charAt(this.#at);
      if (WORD_END.has(char)) return { text, quoted: false, line: this.#line };
      if (char === '\\') {
        text += this.#escape();
      } else if (char === '"') {
        // RFC 9460 §2.1 writes `key="value"`; anywhere else a quote inside a word is a slip.
        if (!text.endsWith('=')) {
          throw new FieldFault(this.#line, `a quote inside the word "${text}"; write \\" for it`);
        }
        text += this.#quoted().text;
      } else {
        text += char;
        this.#at += 1;
      }
    }
  }

  #quoted(): Token {
    this.#at += 1;
    let text = '';
    for (;;) {
      const char = this.#text.charAt(this.#at);
      if (char === '' || char === '\n') {
        throw new FieldFault(this.#line, `the quoted string "${text}" is not closed on its line`);
      }
      if (char === '\\') {
        text += this.#escape();
        continue;
      }
      this.#at += 1;
      if (char === '"') return { text, quoted: true, line: this.#line };
      text += char;
    }
  }

  /** `\` and what it escapes, so that neither ends the token. */
  #escape(): string {
    const escaped = this.#text.charAt(this.#at + 1);
    if (escaped === '' || escaped === '\n' || escaped === '\r') {
      throw new FieldFault(this.#line, '"\\" at the end of the line escapes nothing');
    }
    this.#at += 2;
    return `\\${escaped}`;
  }

  #skipToLineEnd(): void {
    const end = this.#text.indexOf('\n', this.#at);
    this.#at = end === -1 ? this.#text.length : end;
  }

  /** After a fault: on to the next line that starts an entry. */
  #skipEntry(): void {
    do {
      this.#skipToLineEnd();
      this.#at += 1;
      this.#line += 1;
      // What `(` had opened goes on over lines that begin with a blank or close it.
    } while (this.#open.length > 0 && /^[ \t)]/.test(this.#text.charAt(this.#at)));
  }
}
