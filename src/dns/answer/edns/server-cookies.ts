/**
 * Server cookies that every server with the same secrets understands (RFC 9018 §4), so that they outlive a restart and
 * hold for an anycast set. A client that returns one has shown that it receives what is sent to its address. Knows
 * nothing of messages.
 *
 *   client cookie (64) | VERSION 1 (8) | RESERVED (24) | TIMESTAMP, s (32) | HASH (64)
 *   HASH = SipHash-2-4(client cookie | VERSION | RESERVED | TIMESTAMP | client's address)
 */
import { AddressReader } from '../../address-reader.ts';
import { SipHash } from '../../sip-hash.ts';

export interface CookieVerdict {
  /** What the query had; `bad`: a server cookie that is not ours, or no longer good. */
  readonly kind: 'client-only' | 'bad' | 'valid';
  /** The whole option to send back. */
  readonly data: Uint8Array;
}

export const CLIENT_COOKIE_BYTES = 8;
/** Of every option that is sent back. */
export const COOKIE_BYTES = 24;
const HASHED_BYTES = 16;
const HASH_AT = HASHED_BYTES;
const TIMESTAMP_AT = 12;
const VERSION = 1;

/** RFC 9018 §4.3: how old a cookie may be, how far ahead another server's clock, and from when it is replaced. */
const AGE_SECONDS_MAX = 3600;
const AHEAD_SECONDS_MAX = 300;
const RENEW_SECONDS = 1800;

export class ServerCookies {
  /** The first signs, all verify (RFC 9018 §5). */
  readonly #hashes: readonly SipHash[];
  readonly #addresses = new AddressReader();
  readonly #input = new Uint8Array(HASHED_BYTES + 16);

  /** At least one secret, each of 16 octets. */
  constructor(secrets: readonly Uint8Array[]) {
    this.#hashes = secrets.map((secret) => new SipHash(secret));
  }

  /** `option` is well formed: 8, or 16 to 40 octets. */
  judge(option: Uint8Array, address: string, nowSeconds: number): CookieVerdict {
    const octets = this.#addresses.read(address);
    if (option.length === CLIENT_COOKIE_BYTES) {
      return { kind: 'client-only', data: this.#sign(option, octets, nowSeconds) };
    }
    const signer = option.length === COOKIE_BYTES ? this.#signerOf(option, octets) : -1;
    const age = (nowSeconds - readTimestamp(option)) | 0;
    // RFC 9018 §4.3: serial arithmetic (RFC 1982), in which the difference has a sign.
    if (signer < 0 || age > AGE_SECONDS_MAX || age < -AHEAD_SECONDS_MAX) {
      return { kind: 'bad', data: this.#sign(option, octets, nowSeconds) };
    }
    // RFC 9018 §5: cookies of a secret that goes away are replaced before it does.
    const isKept = signer === 0 && age <= RENEW_SECONDS;
    return { kind: 'valid', data: isKept ? option : this.#sign(option, octets, nowSeconds) };
  }

  /** Which secret made the server cookie; -1 when none did. */
  #signerOf(option: Uint8Array, address: Uint8Array): number {
    if (option[CLIENT_COOKIE_BYTES] !== VERSION) return -1;
    for (let signer = 0; signer < this.#hashes.length; signer++) {
      const hash = this.#hashes[signer] as SipHash;
      // RFC 9018 §4.2: reserved bits are hashed as they came.
      this.#digest(hash, option, address);
      if (isHash(option, hash)) return signer;
    }
    return -1;
  }

  /** A fresh server cookie for the client cookie that `option` begins with. */
  #sign(option: Uint8Array, address: Uint8Array, nowSeconds: number): Uint8Array {
    const [hash] = this.#hashes as [SipHash];
    const data = new Uint8Array(COOKIE_BYTES);
    for (let at = 0; at < CLIENT_COOKIE_BYTES; at++) data[at] = option[at] as number;
    data[CLIENT_COOKIE_BYTES] = VERSION;
    for (let octet = 0; octet < 4; octet++) {
      data[TIMESTAMP_AT + octet] = nowSeconds >>> (24 - 8 * octet);
    }
    this.#digest(hash, data, address);
    for (let octet = 0; octet < 8; octet++) data[HASH_AT + octet] = octetOf(hash, octet);
    return data;
  }

  /** Hashes the beginning of `cookie` and the address. */
  #digest(hash: SipHash, cookie: Uint8Array, address: Uint8Array): void {
    const input = this.#input;
    for (let at = 0; at < HASHED_BYTES; at++) input[at] = cookie[at] as number;
    for (let at = 0; at < address.length; at++) input[HASHED_BYTES + at] = address[at] as number;
    hash.digest(input, HASHED_BYTES + address.length);
  }
}

/** Takes as long for any cookie: how much of a guess is right is not to be told by the time it took to refuse it. */
function isHash(cookie: Uint8Array, hash: SipHash): boolean {
  let different = 0;
  for (let octet = 0; octet < 8; octet++) {
    different |= (cookie[HASH_AT + octet] as number) ^ octetOf(hash, octet);
  }
  return different === 0;
}

/** The `at`th of the eight octets of a digest. */
function octetOf({ low, high }: SipHash, at: number): number {
  return ((at < 4 ? low : high) >>> (8 * (at & 3))) & 0xff;
}

function readTimestamp(cookie: Uint8Array): number {
  return (
    ((cookie[TIMESTAMP_AT] as number) << 24) |
    ((cookie[TIMESTAMP_AT + 1] as number) << 16) |
    ((cookie[TIMESTAMP_AT + 2] as number) << 8) |
    (cookie[TIMESTAMP_AT + 3] as number)
  );
}
