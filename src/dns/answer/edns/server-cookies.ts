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
const COOKIE_BYTES = 24;
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
    const age = (nowSeconds - readWord(option, TIMESTAMP_AT)) | 0;
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
    // RFC 9018 §4.2: reserved bits are hashed as they came.
    this.#input.set(option.subarray(0, HASHED_BYTES));
    return this.#hashes.findIndex((hash) => {
      this.#digest(hash, address);
      return (
        readLittleEndian(option, HASH_AT) === hash.low &&
        readLittleEndian(option, HASH_AT + 4) === hash.high
      );
    });
  }

  /** A fresh server cookie for the client cookie that `option` begins with. */
  #sign(option: Uint8Array, address: Uint8Array, nowSeconds: number): Uint8Array {
    const [hash] = this.#hashes as [SipHash];
    const data = Buffer.alloc(COOKIE_BYTES);
    data.set(option.subarray(0, CLIENT_COOKIE_BYTES));
    data[CLIENT_COOKIE_BYTES] = VERSION;
    data.writeUInt32BE(nowSeconds >>> 0, TIMESTAMP_AT);
    this.#input.set(data.subarray(0, HASHED_BYTES));
    this.#digest(hash, address);
    data.writeInt32LE(hash.low, HASH_AT);
    data.writeInt32LE(hash.high, HASH_AT + 4);
    return data;
  }

  #digest(hash: SipHash, address: Uint8Array): void {
    this.#input.set(address, HASHED_BYTES);
    hash.digest(this.#input, HASHED_BYTES + address.length);
  }
}

function readWord(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}

function readLittleEndian(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at + 3] as number) << 24) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 1] as number) << 8) |
    (bytes[at] as number)
  );
}
