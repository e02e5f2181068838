/**
 * JSON of any length, a slice at a time: between two, other requests, commits and checks have their turn. What is done
 * with the first slice is a text, up to a mebibyte it is one buffer, and what is longer is a stream that makes the next
 * slice when the client took the one before. The octets are those of `encodeJson` and `encodePrettyJson`.
 */
import { Readable } from 'node:stream';
import {
  createIndent,
  encodeEntry,
  encodeJson,
  encodePrettyJson,
  GoMap,
  ListOf,
} from './encode.ts';

/** Items of a slice, and characters from which on it ends: a millisecond or two of work. */
const SLICE_ITEMS = 256;
const SLICE_CHARACTERS = 1 << 16;
/** What is longer is not held in memory as a whole. */
const WHOLE_OCTETS_MAX = 1 << 20;

/** A list or a map, or a struct around one. */
interface Items {
  readonly open: string;
  readonly close: string;
  readonly count: number;
  readonly encode: (at: number) => string;
}

/** @returns at once what is short */
export function encodeInSlices(
  value: unknown,
  pretty: boolean,
): string | Promise<Buffer | JsonStream> {
  const items = itemsOf(value) ?? itemsInStruct(value);
  if (items === undefined) return pretty ? encodePrettyJson(value) : encodeJson(value);
  const slices = new Slices(items, pretty);
  const first = slices.next();
  return slices.isOver ? first : gather(first, slices);
}

async function gather(first: string, slices: Slices): Promise<Buffer | JsonStream> {
  const made = [Buffer.from(first)];
  let octets = 0;
  while (!slices.isOver) {
    if (octets > WHOLE_OCTETS_MAX) return new JsonStream(made, slices);
    await new Promise((resolve) => setImmediate(resolve));
    const slice = Buffer.from(slices.next());
    octets += slice.length;
    made.push(slice);
  }
  return Buffer.concat(made);
}

class Slices {
  readonly #items: Items;
  readonly #indent: ((compact: string) => string) | undefined;
  #at = 0;

  constructor(items: Items, pretty: boolean) {
    this.#items = items;
    if (pretty) this.#indent = createIndent();
  }

  /** Whether there is none left. */
  get isOver(): boolean {
    return this.#at === this.#items.count;
  }

  /** Call only while there is one. */
  next(): string {
    const { open, close, count, encode } = this.#items;
    let text = this.#at === 0 ? open : '';
    const end = Math.min(this.#at + SLICE_ITEMS, count);
    do {
      if (this.#at > 0) text += ',';
      text += encode(this.#at++);
    } while (this.#at < end && text.length < SLICE_CHARACTERS);
    if (this.isOver) text += close;
    if (this.#indent === undefined) return text;
    return this.#indent(text) + (this.isOver ? '\n' : '');
  }
}

/** The slices made so far, and each other one when it is asked for. */
export class JsonStream extends Readable {
  readonly #slices: Slices;
  readonly #made: Buffer[];
  #turn: NodeJS.Immediate | undefined;

  constructor(made: readonly Buffer[], slices: Slices) {
    super();
    this.#made = [...made];
    this.#slices = slices;
  }

  override _read(): void {
    const slice = this.#made.shift();
    if (slice !== undefined) this.push(slice);
    else if (this.#slices.isOver) this.push(null);
    else this.#turn = setImmediate(() => this.#makeNext());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearImmediate(this.#turn);
    done(error);
  }

  #makeNext(): void {
    try {
      this.push(Buffer.from(this.#slices.next()));
    } catch (error) {
      this.destroy(error as Error);
    }
  }
}

/** Undefined for what is no list or map, and for one item or none. */
function itemsOf(value: unknown): Items | undefined {
  if (Array.isArray(value)) {
    if (value.length < 2) return undefined;
    const encode = (at: number): string => encodeJson(value[at]);
    return { open: '[', close: ']', count: value.length, encode };
  }
  if (value instanceof ListOf) {
    const encode = (at: number): string => value.encode(at);
    const count = value.items.length;
    return count < 2 ? undefined : { open: '[', close: ']', count, encode };
  }
  if (!(value instanceof GoMap)) return undefined;
  const { keys, record } = value;
  if (keys.length < 2) return undefined;
  const encode = (at: number): string =>
    encodeEntry(keys[at] as string, record[keys[at] as string]);
  return { open: '{', close: '}', count: keys.length, encode };
}

/** The longest list or map of a struct is what it is cut in; its other fields are written in one go. */
function itemsInStruct(value: unknown): Items | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value) || value instanceof ListOf || value instanceof GoMap) return undefined;
  let longest: Items | undefined;
  let name = '';
  for (const [field, content] of Object.entries(value)) {
    const items = itemsOf(content);
    if (items === undefined || items.count <= (longest?.count ?? 0)) continue;
    longest = items;
    name = field;
  }
  if (longest === undefined) return undefined;
  const fields = Object.entries(value).filter(([, content]) => content !== undefined);
  const at = fields.findIndex(([field]) => field === name);
  const encoded = fields.map(([field, content]) =>
    field === name ? '' : encodeEntry(field, content),
  );
  const before = [...encoded.slice(0, at), `${encodeJson(name)}:${longest.open}`];
  const after = [longest.close, ...encoded.slice(at + 1)];
  return { ...longest, open: `{${before.join(',')}`, close: `${after.join(',')}}` };
}
