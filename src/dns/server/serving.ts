/**
 * What answers in a thread, once the zones are read: the forwarder or the way to it, the responder over view and zones,
 * and its twin for explanations. Knows no transport and no messages.
 */
import type { Clock, Logger, Random } from '../../runtime/index.ts';
import type { Query } from '../answer/outcome.ts';
import { createResponder, type Responder, type ResponderParts } from '../answer/responder.ts';
import type { ResponderOptions } from '../answer/settings.ts';
import type { Forwarder, ForwarderParts } from '../forward/forwarder.ts';
import { createNameGrammar } from '../names.ts';
import { type DnsOptions, isForwarding } from '../options.ts';
import type { View } from '../view/view.ts';
import { type LoadOptions, loadZones } from '../zone/load-zones.ts';
import type { StoredZones } from '../zone/stored-zones.ts';
import { createZoneSource } from '../zone/zone-source.ts';
import type { ZoneStore } from '../zone/zone-store.ts';
import { isOwnName } from './own-names.ts';
import type { SocketAddress } from './transport.ts';

export interface ServingParts {
  readonly options: DnsOptions;
  readonly view: View;
  /** What is stored at this moment. */
  readonly stored: () => StoredZones;
  readonly listeners: () => readonly SocketAddress[];
  /** Asks upstreams, or whoever asks them for this thread. */
  readonly createForwarder: (parts: ForwarderParts) => Forwarder;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export class Serving {
  readonly forwarder: Forwarder;
  readonly responder: Responder;
  readonly explainer: Responder;
  readonly #parts: ServingParts;
  /** Of the master files, without what is stored; replaced as a whole. */
  #files: ZoneStore;

  /** @throws ZoneError */
  constructor(parts: ServingParts) {
    const { options, view } = parts;
    this.#parts = parts;
    this.#files = loadZones(loadOptions(options));
    const grammar = createNameGrammar(options.identity);
    this.forwarder = parts.createForwarder({
      options: options.forward,
      listeners: parts.listeners,
      isOurs: (name) => isOwnName({ grammar, zones: () => this.zones, view }, name),
      follow: (query) => this.responder.ask(query),
      clock: parts.clock,
      random: parts.random,
      logger: parts.logger,
    });
    this.responder = createResponder(this.#responderParts((query) => this.responder.ask(query)));
    // Explaining is neither counted nor limited: the same code and settings, with counts that nobody looks at.
    this.explainer = createResponder({
      ...this.#responderParts((query) => this.explainer.ask(query)),
      settings: this.responder.settings,
      unlimited: true,
    });
  }

  /** Of the master files. */
  get files(): ZoneStore {
    return this.#files;
  }

  /** Master files and what is stored. */
  get zones(): ZoneStore {
    return this.#parts.stored().over(this.#files);
  }

  /** Takes over new options and zones between two queries. */
  adopt(options: DnsOptions, files: ZoneStore): void {
    const settings = responderOptions(options);
    // The one that may throw goes first, and changes nothing then.
    this.responder.setOptions(settings);
    this.explainer.setOptions(settings);
    this.forwarder.scope.setOptions(options.forward);
    this.#files = files;
    this.#parts.view.dropSelections();
  }

  #responderParts(follow: (query: Query) => ReturnType<Responder['ask']>): ResponderParts {
    const { options, view, stored, random, logger, clock } = this.#parts;
    const forwards = (name: string): boolean => this.forwarder.scope.reaches(name);
    return {
      view,
      identity: options.identity,
      options: responderOptions(options),
      apex: {
        soaOf: (zone, serial) => this.zones.soaOf(zone, serial),
        hasName: (name) => this.zones.hasName(name),
      },
      zones: [
        createZoneSource({
          zones: () => this.zones,
          isStored: (zone, owner, type) => stored().has(zone, owner, type),
          follow,
          forwards,
        }),
      ],
      forward: [this.forwarder],
      forwards,
      forwardsFor: (address) => this.forwarder.scope.serves(address),
      forwardsForAll: () => this.forwarder.scope.servesAll,
      random,
      logger,
      clock,
    };
  }
}

export function loadOptions({ identity, zoneDirectory }: DnsOptions): LoadOptions {
  const { domain, altDomain } = identity;
  return { directory: zoneDirectory, domain, altDomain };
}

function responderOptions({ answer, protocol, forward }: DnsOptions): ResponderOptions {
  return { answer, protocol, recursionAvailable: isForwarding(forward) };
}
