/**
 * The ContentHash of `/v1/agent/service/:id`: a structural hash of Consul's AgentService struct, exact because
 * clients keep it and Consul's own tests compare it. FNV-1 over 64 bits; a struct is its name xor-ed with the ordered
 * hash of each field and its value, a map the xor of its entries, a list the ordered hash of its elements.
 */
import type { Json, ServiceRow } from '../catalog/index.ts';

/** @returns 64 bits in hexadecimal, without leading zeros */
export function contentHash(row: ServiceRow): string {
  return ofStruct('AgentService', {
    Kind: ofText(row.kind),
    ID: ofText(row.id),
    Service: ofText(row.service),
    Tags: ofList(row.tags.map(ofText)),
    Meta: ofMap(Object.entries(row.meta).map(([key, value]) => [key, ofText(value)])),
    Port: ofInteger(row.port),
    Address: ofText(row.address),
    SocketPath: ofText(row.socketPath),
    TaggedAddresses: ofMap(
      Object.entries(row.taggedAddresses).map(([tag, { address, port }]) => [
        tag,
        ofStruct('ServiceAddress', { Address: ofText(address), Port: ofInteger(port) }),
      ]),
    ),
    Weights: ofStruct('AgentWeights', {
      Passing: ofInteger(row.weights.passing),
      Warning: ofInteger(row.weights.warning),
    }),
    EnableTagOverride: ofBoolean(row.enableTagOverride),
    // The agent's own state has no indexes.
    CreateIndex: ofInteger(0),
    ModifyIndex: ofInteger(0),
    ContentHash: ofText(''),
    Proxy: ofProxy(row.proxy),
    Connect: ofConnect(row.connect),
    PeerName: ofText(''),
  }).toString(16);
}

const OFFSET = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;
const MASK = 0xffffffffffffffffn;

function fnv(bytes: Iterable<number>): bigint {
  let hash = OFFSET;
  for (const byte of bytes) hash = ((hash * PRIME) & MASK) ^ BigInt(byte);
  return hash;
}

function ofText(text: string): bigint {
  return fnv(Buffer.from(text));
}

function ofInteger(value: number): bigint {
  return fnv(littleEndian(BigInt(value)));
}

function ofBoolean(value: boolean): bigint {
  return fnv([value ? 1 : 0]);
}

function littleEndian(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value & MASK);
  return bytes;
}

function ordered(one: bigint, other: bigint): bigint {
  return fnv(Buffer.concat([littleEndian(one), littleEndian(other)]));
}

function ofList(hashes: readonly bigint[]): bigint {
  return hashes.reduce(ordered, 0n);
}

function ofMap(entries: readonly (readonly [string, bigint])[]): bigint {
  return entries.reduce((hash, [key, value]) => hash ^ ordered(ofText(key), value), 0n);
}

function ofStruct(name: string, fields: Readonly<Record<string, bigint>>): bigint {
  return ofText(name) ^ ofMap(Object.entries(fields));
}

/** Go hashes a nil pointer as the integer zero. */
const NIL = ofInteger(0);

function ofConnect(connect: Json): bigint {
  if (connect === null) return NIL;
  return ofStruct('AgentServiceConnect', { Native: ofBoolean(true), SidecarService: NIL });
}

/** Not Consul's value for a proxy, whose struct goes on for dozens of types; it changes when the block does. */
function ofProxy(proxy: Json): bigint {
  return proxy === null ? NIL : ofText(JSON.stringify(proxy));
}
