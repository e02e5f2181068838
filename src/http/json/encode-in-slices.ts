/**
 * Long lists and maps as JSON, a slice at a time: between two, other requests, commits and checks have their turn. The
 * octets are those of `encodeJson`.
 */
import { encodeJson, GoMap, ListOf } from './encode.ts';

/** Items of a slice: a millisecond or two of work. */
const SLICE_ITEMS = 256;

interface Long {
  readonly open: string;
  readonly close: string;
  readonly count: number;
  readonly encode: (at: number) => string;
}

/** Whether a value is so long that it should be written in slices. */
export function isLong(value: unknown): boolean {
  return (longOf(value)?.count ?? 0) > SLICE_ITEMS;
}

export async function encodeInSlices(value: unknown): Promise<Buffer> {
  const long = longOf(value);
  if (long === undefined) return Buffer.from(encodeJson(value));
  const { open, close, count, encode } = long;
  const slices: Buffer[] = [];
  for (let from = 0; from < count; from += SLICE_ITEMS) {
    if (from > 0) await new Promise((resolve) => setImmediate(resolve));
    let text = from === 0 ? open : ',';
    const end = Math.min(from + SLICE_ITEMS, count);
    for (let at = from; at < end; at++) text += (at === from ? '' : ',') + encode(at);
    slices.push(Buffer.from(end === count ? text + close : text));
  }
  return count === 0 ? Buffer.from(open + close) : Buffer.concat(slices);
}

function longOf(value: unknown): Long | undefined {
  if (Array.isArray(value)) {
    const encode = (at: number): string => encodeJson(value[at]);
    return { open: '[', close: ']', count: value.length, encode };
  }
  if (value instanceof ListOf) {
    const encode = (at: number): string => value.encode(at);
    return { open: '[', close: ']', count: value.items.length, encode };
  }
  if (!(value instanceof GoMap)) return undefined;
  const { keys, record } = value;
  const encode = (at: number): string => {
    const key = keys[at] as string;
    return `${encodeJson(key)}:${encodeJson(record[key])}`;
  };
  return { open: '{', close: '}', count: keys.length, encode };
}
