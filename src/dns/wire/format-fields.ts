/**
 * The fields of RDATA in presentation form (RFC 1035 §5.1): each reads octets from an offset on, and tells the text
 * and where it ended. A field writes what a master file reads back as the same octets, and refuses anything else: the
 * record is then written octet by octet. Only numbers of seconds past 2^31 are shown and not read. One char an octet.
 */
import { formatName, NAME_BYTES_MAX } from './name.ts';
import { formatType } from './types.ts';

/** Text and the offset behind the field; undefined when the octets do not form one. */
export type FormatField = (octets: string, at: number) => FormattedField | undefined;

export interface FormattedField {
  /** Empty for a field that may be left out and is. */
  readonly text: string;
  readonly end: number;
}

/** The value of up to four octets. */
export function integerOf(octets: string): number {
  let value = 0;
  for (const octet of octets) value = value * 256 + octet.charCodeAt(0);
  return value;
}

const fixed =
  (octetCount: number, format: (octets: string) => string): FormatField =>
  (octets, at) => {
    const end = at + octetCount;
    return end <= octets.length ? { text: format(octets.slice(at, end)), end } : undefined;
  };

const decimal = (octets: string): string => String(integerOf(octets));

export const octet: FormatField = fixed(1, decimal);
export const word: FormatField = fixed(2, decimal);
export const long: FormatField = fixed(4, decimal);
export const ipv4: FormatField = fixed(4, formatIpv4);
export const ipv6: FormatField = fixed(16, formatIpv6);
export const recordType: FormatField = fixed(2, (octets) => formatType(integerOf(octets)));

/** RFC 4034 §3.2: `YYYYMMDDHHmmSS` in UTC. */
export const signatureTime: FormatField = fixed(4, (octets) =>
  new Date(integerOf(octets) * 1000).toISOString().replace(/\D/g, '').slice(0, 14),
);

const hyphenated = (octets: string): string =>
  Array.from(octets, (one) => one.charCodeAt(0).toString(16).padStart(2, '0')).join('-');

/** RFC 7043 */
export const eui48: FormatField = fixed(6, hyphenated);
export const eui64: FormatField = fixed(8, hyphenated);

/** An uncompressed name. */
export const name: FormatField = (octets, start) => {
  for (let at = start; at < octets.length && at - start < NAME_BYTES_MAX; ) {
    const length = octets.charCodeAt(at);
    if (length === 0) return { text: formatName(octets.slice(start, at + 1)), end: at + 1 };
    if (length > 63) return undefined;
    at += 1 + length;
  }
  return undefined;
};

/** Octets after their count in one octet. */
const counted =
  (format: (octets: string) => string | undefined): FormatField =>
  (octets, at) => {
    const end = at + 1 + octets.charCodeAt(at);
    if (!(end <= octets.length)) return undefined;
    const text = format(octets.slice(at + 1, end));
    return text === undefined ? undefined : { text, end };
  };

/** A <character-string> (RFC 1035 §3.3) in quotes. */
export const characterString: FormatField = counted(quote);

/** RFC 8659 §4.1.1: letters and digits, not in quotes. */
export const tag: FormatField = counted((octets) =>
  /^[A-Za-z0-9]+$/.test(octets) ? octets : undefined,
);

/** RFC 5155 §3.3 */
export const salt: FormatField = counted((octets) => (octets === '' ? '-' : hexOf(octets)));

/** RFC 5155 §3.3: Base32hex without padding. */
export const hashedOwner: FormatField = counted((octets) =>
  octets === '' ? undefined : base32HexOf(octets),
);

/** One character string or more, to the end. */
export const strings: FormatField = (octets, start) => {
  const texts: string[] = [];
  let at = start;
  do {
    const string = characterString(octets, at);
    if (string === undefined) return undefined;
    texts.push(string.text);
    at = string.end;
  } while (at < octets.length);
  return { text: texts.join(' '), end: at };
};

/** All that is left, at least one octet. */
const remaining =
  (format: (octets: string) => string): FormatField =>
  (octets, at) =>
    at < octets.length ? { text: format(octets.slice(at)), end: octets.length } : undefined;

export const remainingHex: FormatField = remaining(hexOf);
export const remainingBase64: FormatField = remaining((octets) =>
  Buffer.from(octets, 'latin1').toString('base64'),
);
/** The same without any octet: an IPSECKEY may come without a key (RFC 4025 §2.6). */
export const remainingBase64OrNone: FormatField = (octets, at) =>
  at === octets.length ? { text: '', end: at } : remainingBase64(octets, at);
export const remainingText: FormatField = remaining(quote);

/** The same without any octet: RFC 8659 §4.1 lets the value of a CAA be empty. */
export const remainingTextOrNone: FormatField = (octets, at) => ({
  text: quote(octets.slice(at)),
  end: octets.length,
});

/** RFC 4034 §4.1.2: windows of 256 types; see `zone/rdata/dnssec-fields.ts` for the layout. */
export const typeBitmap: FormatField = (octets, start) => {
  const types: string[] = [];
  let windowBefore = -1;
  let at = start;
  while (at < octets.length) {
    const window = octets.charCodeAt(at);
    const length = octets.charCodeAt(at + 1);
    const bitmap = octets.slice(at + 2, at + 2 + length);
    if (!(window > windowBefore && length >= 1 && length <= 32 && bitmap.length === length)) {
      return undefined;
    }
    // Zeros at the end of a bitmap must not be sent, and no text would bring them back.
    if (bitmap.charCodeAt(length - 1) === 0) return undefined;
    types.push(...typesIn(window, bitmap));
    windowBefore = window;
    at += 2 + length;
  }
  return { text: types.join(' '), end: at };
};

function typesIn(window: number, bitmap: string): string[] {
  const types: string[] = [];
  for (let bit = 0; bit < bitmap.length * 8; bit++) {
    const isSet = (bitmap.charCodeAt(bit >> 3) & (0x80 >> (bit & 7))) !== 0;
    if (isSet) types.push(formatType(window * 256 + bit));
  }
  return types;
}

/** In quotes, with `\"`, `\\` and `\DDD` for what is not plain (RFC 1035 §5.1). */
export function quote(octets: string): string {
  const escaped = octets.replace(/["\\]|[^ -~]/g, (char) => {
    const code = char.charCodeAt(0);
    if (code < 32 || code > 126) return `\\${String(code).padStart(3, '0')}`;
    return `\\${char}`;
  });
  return `"${escaped}"`;
}

function hexOf(octets: string): string {
  return Buffer.from(octets, 'latin1').toString('hex').toUpperCase();
}

function base32HexOf(octets: string): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const char of octets) {
    held = ((held << 8) | char.charCodeAt(0)) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += ((held >> (bits - 5)) & 31).toString(32);
  }
  if (bits > 0) text += ((held << (5 - bits)) & 31).toString(32);
  return text.toUpperCase();
}

/** Four octets. */
export function formatIpv4(octets: string): string {
  return Array.from(octets, (octet) => octet.charCodeAt(0)).join('.');
}

const MAPPED_PREFIX = '\0\0\0\0\0\0\0\0\0\0\xff\xff';

/**
 * Sixteen octets. RFC 5952 §4: lower case, no leading zeros, the first longest run of two or more zero groups as `::`;
 * §5: the last part of an IPv4-mapped address in decimal.
 */
export function formatIpv6(octets: string): string {
  if (octets.startsWith(MAPPED_PREFIX)) return `::ffff:${formatIpv4(octets.slice(12))}`;
  const groups: string[] = [];
  for (let at = 0; at < 16; at += 2) {
    groups.push(integerOf(octets.slice(at, at + 2)).toString(16));
  }
  const zeros = groups.map((group) => (group === '0' ? '0' : '1')).join('');
  const run = ['00000000', '0000000', '000000', '00000', '0000', '000', '00'].find((candidate) =>
    zeros.includes(candidate),
  );
  if (run === undefined) return groups.join(':');
  const start = zeros.indexOf(run);
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + run.length).join(':')}`;
}
