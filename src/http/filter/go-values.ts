/** Numbers and booleans of a filter, read as Go's strconv reads them, with its errors. */

import { quoteAsGo } from '../go-quote.ts';
import { parseBool } from '../query.ts';

export type GoValue<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly message: string };

/** Go's integer types, as far as filters meet them. */
export type IntegerKind = 'int' | 'uint8' | 'uint16';

const RANGES: Readonly<Record<IntegerKind, readonly [least: bigint, most: bigint]>> = {
  int: [-(2n ** 63n), 2n ** 63n - 1n],
  uint8: [0n, 2n ** 8n - 1n],
  uint16: [0n, 2n ** 16n - 1n],
};

/** A sign, and a literal of Go: decimal, or with a prefix that tells its base. */
const INTEGER =
  /^([+-]?)(0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0(?:_?[0-7])*|[1-9](?:_?[0-9])*)$/;

export function parseInteger(text: string, kind: IntegerKind): GoValue<bigint> {
  const name = kind === 'int' ? 'ParseInt' : 'ParseUint';
  const [, sign = '', digits] = INTEGER.exec(text) ?? [];
  if (digits === undefined || (sign !== '' && kind !== 'int')) {
    return refused(name, text, 'invalid syntax');
  }
  const plain = digits.replaceAll('_', '').replace(/^0(?=[0-7])/, '0o');
  const value = sign === '-' ? -BigInt(plain) : BigInt(plain);
  const [least, most] = RANGES[kind];
  if (value < least || value > most) return refused(name, text, 'value out of range');
  return { ok: true, value };
}

export function parseFlag(text: string): GoValue<boolean> {
  const value = parseBool(text);
  return value === undefined ? refused('ParseBool', text, 'invalid syntax') : { ok: true, value };
}

function refused(name: string, text: string, reason: string): { ok: false; message: string } {
  return { ok: false, message: `strconv.${name}: parsing ${quoteAsGo(text)}: ${reason}` };
}
