/**
 * Reads JSON and says where it is wrong. JSON.parse gives neither line nor column, and takes a key that is there
 * twice in silence; a configuration file deserves better. Objects have no prototype, so any key is only a key.
 */

export class JsonSyntaxError extends Error {
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;

  constructor(text: string, at: number, message: string) {
    super(message);
    const before = text.slice(0, at).split('\n');
    this.line = before.length;
    this.column = (before.at(-1) ?? '').length + 1;
  }
}

/** Nesting deeper than this is no configuration, and would exhaust the stack. */
const DEPTH_MAX = 64;

/** @throws JsonSyntaxError */
export function parseJson(text: string): unknown {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class Reader {
  readonly #text: string;
  #at: number;

  constructor(text: string) {
    this.#text = text;
    this.#at = text.startsWith('\uFEFF') ? 1 : 0;
  }

  value(depth: number): unknown {
    if (depth > DEPTH_MAX) this.#fail(`nested deeper than ${DEPTH_MAX} levels`);
    const next = this.#peek();
    if (next === '{') return this.#object(depth);
    if (next === '[') return this.#array(depth);
    if (next === '"') return this.#string();
    return this.#scalar();
  }

  end(): void {
    if (this.#peek() !== '') this.#unexpected('the end of the file');
  }

  #object(depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = Object.create(null);
    this.#at += 1;
    if (this.#taken('}')) return object;
    do {
      if (this.#peek() !== '"') this.#unexpected('a key in double quotes');
      const keyAt = this.#at;
      const key = this.#string();
      if (key in object) this.#fail(`key ${JSON.stringify(key)} is given twice`, keyAt);
      if (!this.#taken(':')) this.#unexpected('":" after the key');
      object[key] = this.value(depth + 1);
    } while (this.#taken(','));
    if (!this.#taken('}')) this.#unexpected('"," or "}"');
    return object;
  }

  #array(depth: number): unknown[] {
    const items: unknown[] = [];
    this.#at += 1;
    if (this.#taken(']')) return items;
    do items.push(this.value(depth + 1));
    while (this.#taken(','));
    if (!this.#taken(']')) this.#unexpected('"," or "]"');
    return items;
  }

  #string(): string {
    const start = this.#at;
    const literal = this.#match(/"[^"\\]*(?:\\.[^"\\]*)*"/sy);
    if (literal === undefined) this.#fail('string does not end');
    try {
      return JSON.parse(literal);
    } catch {
      return this.#fail('string holds a bad escape or a raw line break', start);
    }
  }

  #scalar(): unknown {
    const literal =
      this.#match(/(?:true|false|null)\b/y) ??
      this.#match(/-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?(?![\w.])/y);
    if (literal === undefined) this.#unexpected('a value');
    return JSON.parse(literal);
  }

  /** The next character that is not white space, which stays; empty at the end. */
  #peek(): string {
    this.#match(/[ \t\r\n]*/y);
    return this.#text.charAt(this.#at);
  }

  #taken(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at += 1;
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text)?.[0];
    this.#at += match?.length ?? 0;
    return match;
  }

  #unexpected(expected: string): never {
    const next = this.#peek();
    const found = next === '' ? 'the end of the file' : JSON.stringify(next);
    this.#fail(`expected ${expected}, found ${found}`);
  }

  #fail(message: string, at = this.#at): never {
    throw new JsonSyntaxError(this.#text, at, message);
  }
}
