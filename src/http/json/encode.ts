/**
 * JSON as Go's encoder writes it: the keys of maps sorted, `<`, `>`, `&` and U+2028/9 escaped, indented by four
 * spaces when asked. A plain object is a Go struct and keeps its order; undefined fields are left out.
 */

/** A Go map: its keys are sorted when written. */
export class GoMap {
  readonly record: Readonly<Record<string, unknown>>;
  #keys: readonly string[] | undefined;

  constructor(record: Readonly<Record<string, unknown>>) {
    this.record = record;
  }

  /** Sorted. */
  get keys(): readonly string[] {
    this.#keys ??= Object.keys(this.record).sort();
    return this.#keys;
  }
}

/** A list whose items are made into values one by one as they are written: many at once would hold others up. */
export class ListOf<Item> {
  readonly items: readonly Item[];
  readonly #show: (item: Item) => unknown;

  constructor(items: readonly Item[], show: (item: Item) => unknown) {
    this.items = items;
    this.#show = show;
  }

  encode(at: number): string {
    return encodeJson(this.#show(this.items[at] as Item));
  }
}

export function listOf<Item>(items: readonly Item[], show: (item: Item) => unknown): ListOf<Item> {
  return new ListOf(items, show);
}

/** One line, without a newline at the end. */
export function encodeJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return encodeText(value);
    case 'number':
    case 'bigint':
    case 'boolean':
      return `${value}`;
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return encodeList(value);
      if (value instanceof ListOf) return encodeListOf(value);
      if (value instanceof GoMap) return encodeMap(value);
      return encodeStruct(value as Readonly<Record<string, unknown>>);
    default:
      throw new TypeError(`a ${typeof value} has no JSON form`);
  }
}

/** As Go's MarshalIndent with four spaces, and a newline at the end. */
export function encodePrettyJson(value: unknown): string {
  return `${createIndent()(encodeJson(value))}\n`;
}

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^"{}[\],:]+/g;

/** Indents a text that comes in parts, of which none ends within a string or a number. */
export function createIndent(): (compact: string) => string {
  let depth = 0;
  let before = '';
  const newLine = (): string => `\n${'    '.repeat(depth)}`;
  return (compact) => {
    let text = '';
    for (const [token] of compact.matchAll(TOKEN)) {
      const closes = token === '}' || token === ']';
      if (closes) depth--;
      const opened = before === '{' || before === '[';
      // Empty objects and lists stay on one line.
      if (opened ? !closes : closes) text += newLine();
      text += token;
      if (token === '{' || token === '[') depth++;
      else if (token === ',') text += newLine();
      else if (token === ':') text += ' ';
      before = token;
    }
    return text;
  };
}

/** Text that needs no escape: printable ASCII without `"`, `\`, `<`, `>` and `&`. */
const PLAIN = /^[ !#-%'-;=?-[\]-~]*$/;
/** What JSON.stringify leaves and Go escapes, and every escape that it wrote. */
const GO_ESCAPED = /[<>&\u2028\u2029]|\\./g;
const LONE_SURROGATE = /\p{Surrogate}/gu;

function encodeText(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  return JSON.stringify(text.replace(LONE_SURROGATE, '\ufffd')).replace(GO_ESCAPED, escapeAsGo);
}

function escapeAsGo(found: string): string {
  if (found === '\\b') return '\\u0008';
  if (found === '\\f') return '\\u000c';
  if (found.startsWith('\\')) return found;
  return `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function encodeList(list: readonly unknown[]): string {
  let text = '[';
  for (let at = 0; at < list.length; at++) text += (at === 0 ? '' : ',') + encodeJson(list[at]);
  return `${text}]`;
}

function encodeListOf(list: ListOf<unknown>): string {
  let text = '[';
  for (let at = 0; at < list.items.length; at++) text += (at === 0 ? '' : ',') + list.encode(at);
  return `${text}]`;
}

function encodeStruct(struct: Readonly<Record<string, unknown>>): string {
  let text = '';
  for (const key in struct) {
    const value = struct[key];
    if (value === undefined) continue;
    text += (text === '' ? '{' : ',') + encodeField(key) + encodeJson(value);
  }
  return text === '' ? '{}' : `${text}}`;
}

/** Names of fields with what follows them: a few hundred, each written thousands of times. */
const fields = new Map<string, string>();
/** Free-form parts of registrations are structs too, and could bring any number of names. */
const FIELDS_MAX = 1024;

function encodeField(name: string): string {
  const known = fields.get(name);
  if (known !== undefined) return known;
  const field = `${encodeText(name)}:`;
  if (fields.size < FIELDS_MAX) fields.set(name, field);
  return field;
}

function encodeMap({ keys, record }: GoMap): string {
  let text = '{';
  for (const key of keys) {
    text += (text === '{' ? '' : ',') + encodeEntry(key, record[key]);
  }
  return `${text}}`;
}

/** A key, which may be any text, with its value. */
export function encodeEntry(key: string, value: unknown): string {
  return `${encodeText(key)}:${encodeJson(value)}`;
}
