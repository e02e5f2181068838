/**
 * The shape of a request body, as data: which fields there are, of what kind, under which other spellings. A shape
 * gives its decoded value a type (`Decoded`); `decode.ts` interprets it. A field that is absent or null decodes to
 * the zero value of its kind, as in Go.
 */
import type { Json } from '../../catalog/index.ts';

export type Shape =
  | { readonly kind: 'text' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'integer' }
  /** Decodes to a bigint. */
  | { readonly kind: 'uint64' }
  /** A 64-bit floating-point number. */
  | { readonly kind: 'number' }
  /** A Go duration, or a count of nanoseconds; decodes to milliseconds. */
  | { readonly kind: 'duration' }
  | { readonly kind: 'list'; readonly of: Shape; readonly goType: string }
  | { readonly kind: 'map'; readonly of: Shape; readonly goType: string }
  /** Any value, kept as it is. */
  | { readonly kind: 'json' }
  /** Absent and null decode to undefined. */
  | { readonly kind: 'optional'; readonly of: Shape }
  | FieldsShape;

export interface FieldsShape {
  readonly kind: 'fields';
  readonly goType: string;
  readonly fields: Readonly<Record<string, Shape>>;
  /** Other spellings, to the field that they mean. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Fields that are accepted and dropped. */
  readonly ignored?: readonly string[];
  /** Unknown fields are dropped instead of refused. */
  readonly tolerant?: boolean;
  /** Go decodes it by a function of its own, so its error texts name fields from here on only. */
  readonly ownPath?: boolean;
}

export const text = { kind: 'text' } as const;
export const boolean = { kind: 'boolean' } as const;
export const integer = { kind: 'integer' } as const;
export const number = { kind: 'number' } as const;
export const uint64 = { kind: 'uint64' } as const;
export const duration = { kind: 'duration' } as const;
export const anyJson = { kind: 'json' } as const;
export const textList = { kind: 'list', of: text, goType: '[]string' } as const;
export const textMap = { kind: 'map', of: text, goType: 'map[string]string' } as const;

/** The value that a shape decodes to. */
export type Decoded<S> = S extends { readonly kind: 'text' }
  ? string
  : S extends { readonly kind: 'boolean' }
    ? boolean
    : S extends { readonly kind: 'uint64' }
      ? bigint
      : S extends { readonly kind: 'integer' | 'number' | 'duration' }
        ? number
        : S extends { readonly kind: 'list'; readonly of: infer Of }
          ? Decoded<Of>[]
          : S extends { readonly kind: 'map'; readonly of: infer Of }
            ? Record<string, Decoded<Of>>
            : S extends { readonly kind: 'json' }
              ? Json
              : S extends { readonly kind: 'optional'; readonly of: infer Of }
                ? Decoded<Of> | undefined
                : S extends { readonly kind: 'fields'; readonly fields: infer Fields }
                  ? { readonly [Name in keyof Fields]: Decoded<Fields[Name]> }
                  : never;
