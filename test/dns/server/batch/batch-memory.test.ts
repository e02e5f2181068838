/** What a reply takes over of the packet information that came with its query, in places that loopback does not reach. */
import { describe, expect, it } from 'vitest';
import { BATCH, BatchMemory, ROUTE_WORDS } from '../../../../src/dns/server/batch/batch-memory.ts';
import { formatHost6 } from '../../../../src/dns/server/batch/sender.ts';
import { encodeIpv6 } from '../../../../src/dns/wire/address-text.ts';
import { libcHere } from './sockets.ts';

const INTERFACE = 3;

/** The memory of a socket on `::`, whose first query came to `address`. */
function memoryOf(address: string): BatchMemory {
  const libc = libcHere();
  const memory = new BatchMemory(libc, { family: 6, choosesSource: true });
  const base = libc.addressOf(memory.bytes.buffer as ArrayBuffer);
  const { buffer, byteOffset } = memory.queries;
  const header = new DataView(buffer, byteOffset);
  const control = Number(header.getBigUint64(32, true) - base);
  header.setUint32(40, 40, true);
  const message = new DataView(buffer, control);
  message.setUint32(0, 36, true);
  message.setUint32(8, 41, true);
  message.setUint32(12, 50, true);
  Buffer.from(buffer, control + 16).write(encodeIpv6(address) ?? '', 'latin1');
  message.setUint32(32, INTERFACE, true);
  return memory;
}

/** The address and the interface that a reply says it comes from. */
function sourceOf(memory: BatchMemory, slot: number): readonly [string, number] {
  const route = new Uint32Array(ROUTE_WORDS);
  memory.saveRoute(slot, route, 0);
  const source = new Uint8Array(route.buffer, (ROUTE_WORDS - 5) * 4);
  return [formatHost6(source.slice(0, 20), 0, libcHere()), route[ROUTE_WORDS - 1] as number];
}

describe('a reply comes', () => {
  it.each([
    ['from the address that was asked, by the routes', '2001:db8::7', '2001:db8::7', 0],
    ['from a link-local address, over its interface', 'fe80::7', `fe80::7%${INTERFACE}`, INTERFACE],
    ['from an address of the interface that a group was asked on', 'ff02::fb', '::', INTERFACE],
    ['from an IPv4 address that was asked', '::ffff:192.0.2.7', '::ffff:192.0.2.7', 0],
    ['from any IPv4 address when a group was asked', '::ffff:224.0.0.251', '::ffff:0.0.0.0', 0],
    ['from any IPv4 address when all were asked', '::ffff:255.255.255.255', '::ffff:0.0.0.0', 0],
  ])('%s', (_, asked, source, index) => {
    const memory = memoryOf(asked);
    memory.takeRoute(0, 0);
    const [address, scope] = sourceOf(memory, 0);
    // The name of the interface is that of this machine, where it has one.
    expect([address.replace(/%.*/, ''), scope]).toEqual([source.replace(/%.*/, ''), index]);
  });

  it('from where it was asked when its query is not in the slot of its reply', () => {
    const memory = memoryOf('2001:db8::7');
    memory.takeRoute(0, BATCH - 1);
    expect(sourceOf(memory, BATCH - 1)).toEqual(['2001:db8::7', 0]);
  });
});

describe('a sender', () => {
  const host = (address: string, scope: number): string => {
    const bytes = Buffer.from(new ArrayBuffer(20));
    bytes.write(encodeIpv6(address) ?? '', 'latin1');
    bytes.writeUInt32LE(scope, 16);
    return formatHost6(bytes, 0, libcHere());
  };

  it('that is link-local is told with its interface', () => {
    expect(host('fe80::1', 1)).toBe('fe80::1%lo');
  });

  it('that came over an interface which is gone has its number', () => {
    expect(host('fe80::1', 987_654)).toBe('fe80::1%987654');
  });

  it('that is not link-local has no interface', () => {
    expect(host('2001:db8::1', 1)).toBe('2001:db8::1');
  });
});
