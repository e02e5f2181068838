/**
 * Two servers that draw alike: one answers the generic way, the other from what it has compiled. Whatever is done to
 * both, they say the same, octet for octet, and count the same.
 */
import { expect } from 'vitest';
import type { ViewChange } from '../../../../src/dns/index.ts';
import type { AnswerOptions } from '../../../../src/dns/options.ts';
import type { Datagram } from '../../../../src/dns/wire/datagram.ts';
import { limits } from '../../../../src/runtime/index.ts';
import type { ServedZones } from '../../../fuzz/zones.ts';
import { clientOf, type Server, type ServerSetup, serve } from '../../ask.ts';
import { ANSWER_OPTIONS, PROTOCOL_OPTIONS } from '../../options.ts';

const CLIENT = clientOf();
/** Where the query stands in the memory of many: not at its start. */
const START = 40;
const GUARD = 0xa5;
const ROOM = limits.udpPayloadBytes.max + 2 * START;
const UNTOUCHED = Buffer.alloc(ROOM, GUARD);

/** A datagram of its own, and room for a reply with octets around it that nobody may touch. */
export function datagramOf(query: Uint8Array): Datagram {
  const bytes = new Uint8Array(START + query.length + START).fill(GUARD);
  bytes.set(query, START);
  return {
    bytes,
    start: START,
    end: START + query.length,
    client: CLIENT,
    reply: new Uint8Array(ROOM).fill(GUARD),
    replyStart: START,
  };
}

/** The reply as it was written; undefined when there is none. */
export async function replyTo(server: Server, query: Uint8Array): Promise<Buffer | undefined> {
  const datagram = datagramOf(query);
  const written = server.responder.respondTo(datagram);
  if (typeof written !== 'number') return asBuffer(await written);
  const end = START + written;
  expect(UNTOUCHED.compare(datagram.reply, 0, START, 0, START)).toBe(0);
  expect(UNTOUCHED.compare(datagram.reply, end, ROOM, end, ROOM)).toBe(0);
  return written === 0 ? undefined : Buffer.from(datagram.reply.subarray(START, end));
}

export class Pair {
  readonly generic: Server;
  readonly compiled: Server;
  #index: number;

  /** `zones`: those of one server each, for they ask it in turn. */
  constructor(setup: ServerSetup, zones?: () => ServedZones) {
    const secret = '000102030405060708090a0b0c0d0e0f';
    const protocol = { ...PROTOCOL_OPTIONS, cookieSecrets: [secret], ...setup.protocol };
    this.generic = serveZones({ ...setup, protocol }, zones?.());
    this.compiled = serveZones({ ...setup, protocol }, zones?.());
    this.#index = setup.index ?? 7;
  }

  get stats() {
    return this.compiled.responder.compiled;
  }

  apply(changes: readonly ViewChange[], step = 1): void {
    this.#index += step;
    for (const { view } of [this.generic, this.compiled]) {
      view.apply({ index: this.#index, changes });
    }
  }

  setOptions(answer: Partial<AnswerOptions>, recursionAvailable: boolean): void {
    for (const { responder, view } of [this.generic, this.compiled]) {
      const { protocol } = responder.settings;
      responder.setOptions({
        answer: { ...ANSWER_OPTIONS, ...answer },
        protocol,
        recursionAvailable,
      });
      view.dropSelections();
    }
  }

  setUnsaved(hasUnsaved: boolean): void {
    this.generic.view.hasUnsaved = hasUnsaved;
    this.compiled.view.hasUnsaved = hasUnsaved;
  }

  /** Both are asked, and must agree. */
  async ask(query: Uint8Array): Promise<Buffer | undefined> {
    const wanted = asBuffer(await this.generic.responder.respond(query, CLIENT));
    const got = await replyTo(this.compiled, query);
    if (wanted === undefined || got === undefined || !got.equals(wanted)) {
      expect(got?.toString('hex')).toBe(wanted?.toString('hex'));
    }
    return got;
  }

  /** What was counted up to now is the same. */
  compareCounts(): void {
    expect(this.compiled.responder.counts).toEqual(this.generic.responder.counts);
  }
}

function serveZones(setup: ServerSetup, zones: ServedZones | undefined): Server {
  const server = serve({ ...setup, ...zones });
  zones?.connect(server.responder.ask);
  return server;
}

function asBuffer(bytes: Uint8Array | undefined): Buffer | undefined {
  return bytes && Buffer.from(bytes);
}
