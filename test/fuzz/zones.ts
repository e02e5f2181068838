/** The master files of `catalog.ts` as a server has them. */
import type { Outcome, Query, Source } from '../../src/dns/answer/outcome.ts';
import type { ApexRecords } from '../../src/dns/answer/soa.ts';
import { createZoneSource } from '../../src/dns/zone/zone-source.ts';
import { createZoneStore } from '../../src/dns/zone/zone-store.ts';
import { name } from '../dns/records.ts';
import { ZONES } from './catalog.ts';

export interface ServedZones {
  readonly apex: ApexRecords;
  readonly zones: readonly Source[];
  /** To be called with the responder's `ask` once there is one: aliases are followed through it. */
  readonly connect: (ask: (query: Query) => Outcome | Promise<Outcome>) => void;
}

export function servedZones(): ServedZones {
  const store = createZoneStore({ zones: ZONES, catalogApexes: [name('consul.')] });
  let ask: (query: Query) => Outcome | Promise<Outcome> = () => ({ kind: 'skip' });
  const source = createZoneSource({
    zones: () => store,
    follow: (query) => ask(query),
    forwards: () => false,
  });
  return {
    apex: store,
    zones: [source],
    connect: (to) => {
      ask = to;
    },
  };
}
