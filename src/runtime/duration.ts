/**
 * Durations as Go writes them (`1h2m3s`, `1.5s`, `100ms`), which is how Consul's API, configuration and command
 * line spell every interval. Inside rollcall a duration is a number of milliseconds. Reading follows Go's
 * time.ParseDuration and writing its Duration.String, error texts included, because clients match on them.
 */

export type ParsedDuration =
  | { readonly ok: true; readonly ms: number }
  | { readonly ok: false; readonly message: string };

const UNIT_NANOSECONDS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n, // U+00B5, micro sign
  μs: 1_000n, // U+03BC, Greek mu
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/** Go keeps a duration in a signed 64-bit count of nanoseconds. */
const NANOSECONDS_MAX = 2n ** 63n - 1n;
/** Go stops reading a fraction once it would overflow; more digits cannot matter. */
const FRACTION_DIGITS_MAX = 19;

/** Reads `text` as Go does; a duration without a unit is refused, except `0`. */
export function parseDuration(text: string): ParsedDuration {
  const negative = text.startsWith('-');
  let rest = negative || text.startsWith('+') ? text.slice(1) : text;
  if (rest === '0') return { ok: true, ms: 0 };
  if (rest === '') return invalid(text);

  let total = 0n;
  while (rest !== '') {
    const [, whole = '', point = '', fraction = ''] = /^([0-9]*)(\.?)([0-9]*)/.exec(rest) ?? [];
    if (whole === '' && fraction === '') return invalid(text);
    rest = rest.slice(whole.length + point.length + fraction.length);
    const [unit = ''] = /^[^0-9.]*/.exec(rest) ?? [];
    if (unit === '') return refused(`time: missing unit in duration ${quote(text)}`);
    const nanoseconds = Object.hasOwn(UNIT_NANOSECONDS, unit) ? UNIT_NANOSECONDS[unit] : undefined;
    if (nanoseconds === undefined) {
      return refused(`time: unknown unit ${quote(unit)} in duration ${quote(text)}`);
    }
    total += BigInt(whole || '0') * nanoseconds + fractionOf(fraction, nanoseconds);
    if (total > NANOSECONDS_MAX) return invalid(text);
    rest = rest.slice(unit.length);
  }
  const ms = Number(total) / 1e6;
  return { ok: true, ms: negative && ms !== 0 ? -ms : ms };
}

/** Writes milliseconds the way Go does: `0s`, `250ms`, `1.5s`, `1m0s`, `1h0m0s`. */
export function formatDuration(ms: number): string {
  const nanoseconds = BigInt(Math.round(Math.abs(ms) * 1e6));
  const sign = ms < 0 && nanoseconds > 0n ? '-' : '';
  return sign + formatNanoseconds(nanoseconds);
}

function formatNanoseconds(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s';
  if (nanoseconds < 1_000n) return `${nanoseconds}ns`;
  if (nanoseconds < 1_000_000n) return `${decimal(nanoseconds, 3)}µs`;
  if (nanoseconds < 1_000_000_000n) return `${decimal(nanoseconds, 6)}ms`;
  const minutes = nanoseconds / 60_000_000_000n;
  const seconds = `${decimal(nanoseconds % 60_000_000_000n, 9)}s`;
  if (minutes === 0n) return seconds;
  if (minutes < 60n) return `${minutes}m${seconds}`;
  return `${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

/** `value` with its last `places` digits behind the point and no trailing zeros. */
function decimal(value: bigint, places: number): string {
  const digits = value.toString().padStart(places + 1, '0');
  const fraction = digits.slice(-places).replace(/0+$/, '');
  return fraction === '' ? digits.slice(0, -places) : `${digits.slice(0, -places)}.${fraction}`;
}

function fractionOf(digits: string, unit: bigint): bigint {
  if (digits === '') return 0n;
  const kept = digits.slice(0, FRACTION_DIGITS_MAX);
  // In floating point, as Go does it: a third of an hour in decimals is twenty minutes again.
  return BigInt(Math.floor(Number(kept) * (Number(unit) / 10 ** kept.length)));
}

function invalid(text: string): ParsedDuration {
  return refused(`time: invalid duration ${quote(text)}`);
}

function refused(message: string): ParsedDuration {
  return { ok: false, message };
}

/** Go's quoting inside package time: other than printable ASCII as the bytes of its UTF-8 form. */
function quote(text: string): string {
  let quoted = '';
  for (const character of text) {
    if (character === '"' || character === '\\') quoted += `\\${character}`;
    else if (character >= ' ' && character < '\u0080') quoted += character;
    else for (const byte of Buffer.from(character)) quoted += `\\x${hex(byte)}`;
  }
  return `"${quoted}"`;
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
