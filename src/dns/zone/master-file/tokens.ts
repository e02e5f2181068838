/**
 * Cuts the text of a master file into entries of tokens (RFC 1035 §5.1): comments, quotes, parentheses and
 * line ends are dealt with here and nowhere else. Escapes stay as written, since `\.` and `.` mean different
 * things to a name; whoever knows what a token stands for resolves them.
 *
 *   www  60 ( IN A   ; comment     →  { line: 1, ownerOmitted: false,
 *        192.0.2.1 )                    tokens: www · 60 · IN · A · 192.0.2.1 (line 2) }
 */
import { limits } from '../../../runtime/index.ts';
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
  /** From its first to the end of its last line, comments and all. */
  readonly characters: number;
}

/**
 * Entries in order, empty lines among them; a FieldFault stands in for one that cannot be cut into tokens, and an entry
 * without any for each further line of it.
 */
export function* readEntries(text: string): Generator<Entry | FieldFault> {
  const cutter = new Cutter(text);
  for (let next = cutter.next(); next !== undefined; next = cutter.next()) yield next;
}

const BACKSLASH = 0x5c;
/** By character code, 1 for what is one of `characters`. */
function table(characters: string): Uint8Array {
  const codes = new Uint8Array(128);
  for (const character of characters) codes[character.charCodeAt(0)] = 1;
  return codes;
}

const BLANKS = ' \t\r';
const ENDS_WORD = table(`${BLANKS}\n;()"`);
const ENDS_QUOTE = table('\n"');

class Cutter {
  readonly #text: string;
  #at = 0;
  #line = 1;
  /** Lines of the parentheses that are open. */
  #open: number[] = [];
  /** Where the entry ends at the latest. */
  #end = 0;
  /** The line belongs to an entry that had a fault. */
  #skipping = false;

  constructor(text: string) {
    // A byte order mark is no part of the first owner.
    this.#text = text.startsWith('\ufeff') ? text.slice(1) : text;
  }

  next(): Entry | FieldFault | undefined {
    if (this.#at >= this.#text.length) return undefined;
    const start = this.#at;
    this.#end = start + limits.zoneEntryCharacters.default;
    try {
      if (!this.#skipping) return this.#entry(start);
      const line = this.#line;
      this.#skipLine();
      return { line, ownerOmitted: true, tokens: [], characters: this.#at - start };
    } catch (error) {
      if (!(error instanceof FieldFault)) throw error;
      this.#skipLine();
      return error;
    }
  }

  #entry(start: number): Entry {
    const first = this.#text.charAt(start);
    const ownerOmitted = first === ' ' || first === '\t';
    const tokens: Token[] = [];
    this.#open = [];
    for (;;) {
      this.#checkLength();
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
      } else if (BLANKS.includes(char)) {
        this.#at += 1;
      } else {
        tokens.push(char === '"' ? this.#quoted() : this.#word());
      }
    }
    const line = tokens[0]?.line ?? this.#line;
    return { line, ownerOmitted, tokens, characters: this.#at - start };
  }

  #word(): Token {
    let text = '';
    for (;;) {
      text += this.#run(ENDS_WORD);
      const char = this.#text.charAt(this.#at);
      if (char !== '"') return { text, quoted: false, line: this.#line };
      // RFC 9460 §2.1 writes `key="value"`; anywhere else a quote inside a word is a slip.
      if (!text.endsWith('=')) {
        throw new FieldFault(this.#line, `a quote inside the word "${text}"; write \\" for it`);
      }
      text += this.#quoted().text;
    }
  }

  #quoted(): Token {
    this.#at += 1;
    const text = this.#run(ENDS_QUOTE);
    if (this.#text.charAt(this.#at) !== '"') {
      throw new FieldFault(this.#line, `the quoted string "${text}" is not closed on its line`);
    }
    this.#at += 1;
    return { text, quoted: true, line: this.#line };
  }

  /** Up to the first of `ends` that is not escaped. */
  #run(ends: Uint8Array): string {
    const start = this.#at;
    const stop = Math.min(this.#text.length, this.#end + 1);
    while (this.#at < stop) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === BACKSLASH) {
        // What it escapes ends nothing.
        this.#checkEscape();
        this.#at += 2;
      } else {
        if (ends[code] === 1) break;
        this.#at += 1;
      }
    }
    this.#checkLength();
    return this.#text.slice(start, this.#at);
  }

  #checkEscape(): void {
    const escaped = this.#text.charAt(this.#at + 1);
    if (escaped === '' || escaped === '\n' || escaped === '\r') {
      throw new FieldFault(this.#line, '"\\" at the end of the line escapes nothing');
    }
  }

  #skipToLineEnd(): void {
    const end = this.#text.indexOf('\n', this.#at);
    this.#at = end === -1 ? this.#text.length : end;
  }

  /** An entry is read without a pause, and nothing that can be served is as long. */
  #checkLength(): void {
    if (this.#at <= this.#end) return;
    const most = limits.zoneEntryCharacters.default;
    const opened = this.#open.at(-1);
    const hint = opened === undefined ? '' : '; is its parenthesis closed?';
    const reason = `the entry has more than ${most} characters${hint}`;
    throw new FieldFault(opened ?? this.#line, reason);
  }

  /** After a fault: on to the next line, which starts an entry or goes on with this one. */
  #skipLine(): void {
    this.#skipToLineEnd();
    this.#at += 1;
    this.#line += 1;
    // What `(` had opened goes on over lines that begin with a blank or close it.
    this.#skipping = this.#open.length > 0 && /^[ \t)]/.test(this.#text.charAt(this.#at));
  }
}
