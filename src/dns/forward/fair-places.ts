/**
 * A bounded number of places, shared by groups of upstreams and, within a group, by clients. While there are free ones
 * anybody gets one. When all are taken, who has few takes one from who has most, and the oldest goes; so neither dead
 * upstreams nor a client with many questions take the forwarder away from others. Knows no clock and ends no question:
 * whoever loses a place is told.
 */
import type { Group } from './routes.ts';

export interface Holder {
  readonly group: Group;
  /** Its address. */
  readonly client: string;
}

export interface Place extends Holder {
  readonly sinceMs: number;
  /** Called when the place is given to another. */
  readonly lose: () => void;
}

export interface FairPlacesBounds {
  readonly most: number;
  /** A place that was held for so long may go to anybody. */
  readonly graceMs: number;
}

/** Oldest first. */
type Places = Set<Place>;

interface OfGroup {
  readonly clients: Map<string, Places>;
  count: number;
}

export class FairPlaces {
  readonly #bounds: FairPlacesBounds;
  readonly #places: Places = new Set();
  readonly #groups = new Map<Group, OfGroup>();

  constructor(bounds: FairPlacesBounds) {
    this.#bounds = bounds;
  }

  /** @returns whether there was a place to be had */
  take(place: Place): boolean {
    if (this.#places.size >= this.#bounds.most) {
      const victim = this.#victimOf(place);
      if (victim === undefined) return false;
      this.free(victim);
      victim.lose();
    }
    const { group, client } = place;
    const ofGroup = this.#groups.get(group) ?? { clients: new Map<string, Places>(), count: 0 };
    const ofClient = ofGroup.clients.get(client) ?? new Set();
    this.#places.add(place);
    this.#groups.set(group, ofGroup);
    ofGroup.clients.set(client, ofClient.add(place));
    ofGroup.count += 1;
    return true;
  }

  /** Does nothing when it was lost. */
  free(place: Place): void {
    if (!this.#places.delete(place)) return;
    const { group, client } = place;
    const ofGroup = this.#groups.get(group) as OfGroup;
    const ofClient = ofGroup.clients.get(client) as Places;
    ofClient.delete(place);
    ofGroup.count -= 1;
    if (ofClient.size === 0) ofGroup.clients.delete(client);
    if (ofGroup.count === 0) this.#groups.delete(group);
  }

  /** One more is no reason: two that have nearly as much would take from each other for ever. */
  #victimOf({ group, client, sinceMs }: Place): Place | undefined {
    const own = this.#groups.get(group);
    const largest = most(this.#groups.values(), ({ count }) => count);
    if (largest !== undefined && largest.count > (own?.count ?? 0) + 1) {
      return oldest(heaviest(largest));
    }
    const held = own?.clients.get(client)?.size ?? 0;
    const greedy = own === undefined ? undefined : heaviest(own);
    if (greedy !== undefined && greedy.size > held + 1) return oldest(greedy);
    const first = oldest(this.#places);
    const isOld = first !== undefined && first.sinceMs + this.#bounds.graceMs <= sinceMs;
    return isOld ? first : undefined;
  }
}

function heaviest({ clients }: OfGroup): Places | undefined {
  return most(clients.values(), ({ size }) => size);
}

function oldest(places: Places | undefined): Place | undefined {
  return places?.values().next().value;
}

function most<Item>(items: Iterable<Item>, countOf: (item: Item) => number): Item | undefined {
  let found: Item | undefined;
  for (const item of items) {
    if (found === undefined || countOf(item) > countOf(found)) found = item;
  }
  return found;
}
