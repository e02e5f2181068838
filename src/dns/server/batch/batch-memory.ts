/**
 * The memory of one batch: headers, addresses, control data and octets of the datagrams that one recvmmsg takes and of
 * the replies that one sendmmsg sends. Nothing is made for a datagram; all of it is laid out once, and the words that
 * change are written in place. Knows the layouts, makes no calls.
 *
 * Slot i of a batch has one of each of these, at i times its size (x86-64 and arm64, little endian, pointers of 64 bits):
 *
 *   struct mmsghdr  0 name  8 namelen(4) +pad  16 iov  24 iovlen(8)  32 control  40 controllen(8)  48 flags(4) +pad
 *                   56 len(4) +pad                                                                       64 octets
 *   struct iovec    0 base  8 len(8)                                                                     16 octets
 *   sockaddr_in     0 family(2)  2 port(2, big endian)  4 address(4)                                     16 octets
 *   sockaddr_in6    0 family(2)  2 port(2, big endian)  4 flow(4)  8 address(16)  24 scope(4)            28 octets
 *   struct cmsghdr  0 len(8)  8 level(4)  12 type(4)  16 data, padded to 8
 *   in_pktinfo      0 interface(4)  4 own address(4)  8 destination(4)                                   12 octets
 *   in6_pktinfo     0 destination(16)  16 interface(4)                                                   20 octets
 *   timespec        0 seconds(8)  8 nanoseconds(8)                                                       16 octets
 *
 * This is glibc, and the kernel. musl has iovlen, controllen and cmsg len of 4 octets followed by 4 of padding: small
 * numbers of 8 octets written there are the same, as this is little endian.
 */
import { limits } from '../../../runtime/index.ts';
import { type Libc, linux } from './libc.ts';

/** Datagrams in one call. */
export const BATCH = 64;

/** Of a query; what is longer is cut, and read as a message that ends too early. None that means well is half as long. */
export const QUERY_BYTES_MAX = 4096;
export const REPLY_BYTES_MAX = limits.udpPayloadBytes.max;
/** Added to the sizes of slots: with powers of two, the starts of all would fall on the same lines of the cache. */
const STAGGER_BYTES = 192;

const HEADER_BYTES = 64;
const IOVEC_BYTES = 16;
const ADDRESS_BYTES = 32;
/** Room for a timestamp and one of the two kinds of packet information: 32 and 40 octets. */
const CONTROL_BYTES = 96;
const CMSG_DATA = 16;

/** Words of what `saveRoute` keeps: an address, and the data of packet information. */
const ADDRESS_WORDS = ADDRESS_BYTES / 4;
const SOURCE_WORDS = 5;
export const ROUTE_WORDS = ADDRESS_WORDS + SOURCE_WORDS;

export interface MemoryOptions {
  readonly family: 4 | 6;
  /** Whether replies have to say which of the addresses of this machine they come from. */
  readonly choosesSource: boolean;
}

export class BatchMemory {
  readonly bytes: Uint8Array;
  /** Each from one slot on to the end: what is left to send after some were. */
  readonly repliesFrom: readonly Uint8Array[];
  readonly queries: Uint8Array;
  readonly #memory: ArrayBuffer;
  readonly #words: Uint32Array;
  readonly family: 4 | 6;
  readonly #choosesSource: boolean;
  // Where each part begins, in octets.
  readonly #queryHeaders: number;
  readonly #queryIovecs: number;
  readonly #queryControl: number;
  readonly #queryData: number;
  readonly #replyHeaders: number;
  readonly #replyIovecs: number;
  readonly #replyControl: number;
  readonly #replyData: number;
  readonly #addresses: number;

  constructor(libc: Libc, { family, choosesSource }: MemoryOptions) {
    let end = 0;
    const place = (slotBytes: number): number => {
      const start = end;
      end += slotBytes * BATCH;
      return start;
    };
    this.#queryHeaders = place(HEADER_BYTES);
    this.#replyHeaders = place(HEADER_BYTES);
    this.#queryIovecs = place(IOVEC_BYTES);
    this.#replyIovecs = place(IOVEC_BYTES);
    this.#addresses = place(ADDRESS_BYTES);
    this.#queryControl = place(CONTROL_BYTES);
    this.#replyControl = place(CONTROL_BYTES);
    this.#queryData = place(QUERY_BYTES_MAX + STAGGER_BYTES);
    this.#replyData = place(REPLY_BYTES_MAX + STAGGER_BYTES);
    this.#memory = new ArrayBuffer(end);
    this.bytes = Buffer.from(this.#memory);
    this.#words = new Uint32Array(this.#memory);
    this.family = family;
    this.#choosesSource = choosesSource;
    this.#layOut(libc.addressOf(this.#memory));
    this.queries = new Uint8Array(this.#memory, this.#queryHeaders, HEADER_BYTES * BATCH);
    this.repliesFrom = Array.from({ length: BATCH }, (_, slot) => {
      const before = slot * HEADER_BYTES;
      const length = HEADER_BYTES * BATCH - before;
      return new Uint8Array(this.#memory, this.#replyHeaders + before, length);
    });
  }

  #layOut(base: bigint): void {
    const view = new DataView(this.#memory);
    const pointer = (at: number, to: number): void =>
      view.setBigUint64(at, base + BigInt(to), true);
    const addressBytes = this.family === 4 ? 16 : 28;
    const header = (at: number, slot: number, iovec: number): void => {
      pointer(at, this.#addresses + slot * ADDRESS_BYTES);
      view.setUint32(at + 8, addressBytes, true);
      pointer(at + 16, iovec);
      view.setUint32(at + 24, 1, true);
    };
    for (let slot = 0; slot < BATCH; slot++) {
      const queryIovec = this.#queryIovecs + slot * IOVEC_BYTES;
      pointer(queryIovec, this.queryStart(slot));
      view.setUint32(queryIovec + 8, QUERY_BYTES_MAX, true);
      const query = this.#queryHeaders + slot * HEADER_BYTES;
      header(query, slot, queryIovec);
      pointer(query + 32, this.#queryControl + slot * CONTROL_BYTES);
      const replyIovec = this.#replyIovecs + slot * IOVEC_BYTES;
      pointer(replyIovec, this.replyStart(slot));
      const reply = this.#replyHeaders + slot * HEADER_BYTES;
      header(reply, slot, replyIovec);
      if (this.#choosesSource) this.#layOutSource(view, reply, { slot, pointer });
    }
  }

  #layOutSource(
    view: DataView,
    header: number,
    { slot, pointer }: { slot: number; pointer: (at: number, to: number) => void },
  ): void {
    const control = this.#replyControl + slot * CONTROL_BYTES;
    const isIpv4 = this.family === 4;
    const dataBytes = isIpv4 ? 12 : 20;
    pointer(header + 32, control);
    view.setUint32(header + 40, isIpv4 ? 32 : 40, true);
    view.setUint32(control, CMSG_DATA + dataBytes, true);
    view.setUint32(control + 8, isIpv4 ? linux.SOL_IP : linux.SOL_IPV6, true);
    view.setUint32(control + 12, isIpv4 ? linux.IP_PKTINFO : linux.IPV6_PKTINFO, true);
  }

  queryStart(slot: number): number {
    return this.#queryData + slot * (QUERY_BYTES_MAX + STAGGER_BYTES);
  }

  queryLength(slot: number): number {
    return this.#words[(this.#queryHeaders + slot * HEADER_BYTES + 56) >>> 2] as number;
  }

  replyStart(slot: number): number {
    return this.#replyData + slot * (REPLY_BYTES_MAX + STAGGER_BYTES);
  }

  setReplyLength(slot: number, length: number): void {
    this.#words[(this.#replyIovecs + slot * IOVEC_BYTES + 8) >>> 2] = length;
  }

  /** Room for control data again, which each receipt narrows to what there was. */
  makeReady(): void {
    // The time of the last of a full batch is enough: control data costs the kernel some time for each datagram.
    for (let slot = this.#choosesSource ? 0 : BATCH - 1; slot < BATCH; slot++) {
      this.#words[(this.#queryHeaders + slot * HEADER_BYTES + 40) >>> 2] = CONTROL_BYTES;
    }
  }

  /** Wall clock, milliseconds, of when the last datagram of a full batch arrived; undefined when the kernel does not tell. */
  lastArrivalMs(): number | undefined {
    const at = this.#controlData(BATCH - 1, linux.SOL_SOCKET, linux.SO_TIMESTAMPNS);
    if (at === -1) return undefined;
    const words = this.#words;
    const seconds = (words[at] as number) + (words[at + 1] as number) * 2 ** 32;
    return seconds * 1000 + (words[at + 2] as number) / 1e6;
  }

  /** Port of the sender of the datagram in `slot`. */
  port(slot: number): number {
    const word = this.#words[(this.#addresses + slot * ADDRESS_BYTES) >>> 2] as number;
    return ((word >>> 8) & 0xff00) | (word >>> 24);
  }

  /** Where its address is, and for IPv6 its scope behind that. */
  hostStart(slot: number): number {
    return this.#addresses + slot * ADDRESS_BYTES + (this.family === 4 ? 4 : 8);
  }

  /** Makes the reply in slot `to` go where the query in slot `from` came from, which is the same or a later one. */
  takeRoute(from: number, to: number): void {
    const words = this.#words;
    if (from !== to) {
      const source = (this.#addresses + from * ADDRESS_BYTES) >>> 2;
      const target = (this.#addresses + to * ADDRESS_BYTES) >>> 2;
      for (let word = 0; word < ADDRESS_WORDS; word++) {
        words[target + word] = words[source + word] as number;
      }
    }
    if (this.#choosesSource) this.#takeSource(from, to);
  }

  /** The reply in `slot` as it goes: to whom, and from which address of ours. */
  saveRoute(slot: number, into: Uint32Array, at: number): void {
    const address = (this.#addresses + slot * ADDRESS_BYTES) >>> 2;
    const source = this.#sourceOf(slot);
    for (let word = 0; word < ADDRESS_WORDS; word++) {
      into[at + word] = this.#words[address + word] as number;
    }
    for (let word = 0; word < SOURCE_WORDS; word++) {
      into[at + ADDRESS_WORDS + word] = this.#words[source + word] as number;
    }
  }

  restoreRoute(slot: number, from: Uint32Array, at: number): void {
    const address = (this.#addresses + slot * ADDRESS_BYTES) >>> 2;
    const source = this.#sourceOf(slot);
    for (let word = 0; word < ADDRESS_WORDS; word++) {
      this.#words[address + word] = from[at + word] as number;
    }
    for (let word = 0; word < SOURCE_WORDS; word++) {
      this.#words[source + word] = from[at + ADDRESS_WORDS + word] as number;
    }
  }

  /** The word at which packet information of a reply has its data. */
  #sourceOf(slot: number): number {
    return (this.#replyControl + slot * CONTROL_BYTES + CMSG_DATA) >>> 2;
  }

  #takeSource(from: number, to: number): void {
    const words = this.#words;
    const source = this.#sourceOf(to);
    if (this.family === 4) {
      const at = this.#controlData(from, linux.SOL_IP, linux.IP_PKTINFO);
      // The interface is left to the routes. Our own address is not the destination where that was a broadcast.
      words[source] = 0;
      words[source + 1] = at === -1 ? 0 : (words[at + 1] as number);
      words[source + 2] = 0;
      return;
    }
    const at = this.#controlData(from, linux.SOL_IPV6, linux.IPV6_PKTINFO);
    for (let word = 0; word < SOURCE_WORDS; word++) {
      words[source + word] = at === -1 ? 0 : (words[at + word] as number);
    }
    if (at !== -1) this.#narrowSource(source);
  }

  /** What is sent in `in6_pktinfo` is not always what came in it. */
  #narrowSource(source: number): void {
    const words = this.#words;
    const bytes = this.bytes;
    const octet = source << 2;
    if (bytes[octet] === 0xff) {
      // A group is no source: the kernel takes one of the interface.
      words.fill(0, source, source + 4);
      return;
    }
    // fe80::/10 means nothing without its interface; all other replies go by the routes.
    if (bytes[octet] === 0xfe && ((bytes[octet + 1] as number) & 0xc0) === 0x80) return;
    words[source + 4] = 0;
    const isMapped = words[source] === 0 && words[source + 1] === 0;
    if (isMapped && words[source + 2] === 0xffff0000 && (bytes[octet + 12] as number) >= 224) {
      words[source + 3] = 0;
    }
  }

  /** The word at which the data of one kind of control message begins; -1 when there is none. */
  #controlData(slot: number, level: number, type: number): number {
    const words = this.#words;
    const start = this.#queryControl + slot * CONTROL_BYTES;
    const end = start + (words[(this.#queryHeaders + slot * HEADER_BYTES + 40) >>> 2] as number);
    for (let at = start; at + CMSG_DATA <= end; ) {
      const word = at >>> 2;
      if (words[word + 2] === level && words[word + 3] === type) return word + CMSG_DATA / 4;
      const length = words[word] as number;
      if (length < CMSG_DATA) return -1;
      at += (length + 7) & ~7;
    }
    return -1;
  }
}
