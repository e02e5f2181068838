/**
 * Reads the addresses that sockets give for their peers, query by query, without leaving anything behind. Takes what
 * the system writes (RFC 5952, with a zone perhaps) and does not judge it; `parseAddress` is for what people write.
 */

const COLON = 58;
const DOT = 46;
const PERCENT = 37;

export class AddressReader {
  readonly #ipv4 = new Uint8Array(4);
  readonly #ipv6 = new Uint8Array(16);

  /** 4 or 16 octets, good until the next reading; an IPv4-mapped IPv6 address is IPv4 (RFC 4291 §2.5.5.2). */
  read(text: string): Uint8Array {
    const isIpv6 = text.includes(':');
    if (!isIpv6) return this.#readIpv4(text, 0);
    const octets = this.#ipv6;
    this.#readIpv6(text);
    for (let at = 0; at < 10; at++) if (octets[at] !== 0) return octets;
    if (octets[10] !== 0xff || octets[11] !== 0xff) return octets;
    for (let at = 0; at < 4; at++) this.#ipv4[at] = octets[12 + at] as number;
    return this.#ipv4;
  }

  #readIpv4(text: string, start: number): Uint8Array {
    let value = 0;
    let octet = 0;
    for (let at = start; at < text.length; at++) {
      const code = text.charCodeAt(at);
      // The zone of an address with an IPv4 part.
      if (code === PERCENT) break;
      if (code !== DOT) {
        value = value * 10 + (code - 48);
        continue;
      }
      this.#ipv4[octet++] = value;
      value = 0;
    }
    this.#ipv4[octet] = value;
    return this.#ipv4;
  }

  #readIpv6(text: string): void {
    const octets = this.#ipv6.fill(0);
    let next = 0;
    let gap = -1;
    let group = 0;
    let groupAt = 0;
    for (let at = 0; at <= text.length; at++) {
      const code = at < text.length ? text.charCodeAt(at) : PERCENT;
      if (code === DOT) {
        octets.set(this.#readIpv4(text, groupAt), next);
        next += 4;
        break;
      }
      if (code !== COLON && code !== PERCENT) {
        group = group * 16 + (code <= 57 ? code - 48 : (code | 32) - 87);
        continue;
      }
      if (at > groupAt) {
        octets[next++] = group >>> 8;
        octets[next++] = group & 0xff;
      } else if (at > 0 && code === COLON) {
        gap = next;
      }
      if (code === PERCENT) break;
      group = 0;
      groupAt = at + 1;
    }
    if (gap >= 0) {
      octets.copyWithin(16 - (next - gap), gap, next);
      octets.fill(0, gap, 16 - (next - gap));
    }
  }
}
