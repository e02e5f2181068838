/**
 * Reads replies of the API without trusting their shape: what is not there, or is something else, reads as empty.
 */
import { formatLossless } from '../runtime/index.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export function objectOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text as it is, a number or boolean in digits or letters, anything else as the empty text. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return ['number', 'bigint', 'boolean'].includes(typeof value) ? String(value) : '';
}

/** As the API's JSON, indented the way Consul's commands do it. */
export function formatJson(value: unknown): string {
  return `${formatLossless(value, 4)}\n`;
}

/** `k=v` pairs in the order of their keys. */
export function formatPairs(value: unknown, separator: string): string {
  return Object.entries(objectOf(value))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, one]) => `${key}=${textOf(one)}`)
    .join(separator);
}
