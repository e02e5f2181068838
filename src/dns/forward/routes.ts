/**
 * Who is asked about a name: the upstreams of the longest domain that it is in, else the recursors. Upstreams that
 * lead back to this server are left out. Knows nothing of how they are.
 */
import { networkInterfaces } from 'node:os';
import type { Logger } from '../../runtime/index.ts';
import type { ForwardOptions, UpstreamAddress } from '../options.ts';
import { lowerName, type Name, parentOf, parseName, ROOT } from '../wire/name.ts';
import { formatAddress } from './format-address.ts';
import { isOwnAddress } from './own-addresses.ts';

/** Those who may be asked about a domain, one value for the same ones in one order. Empty: all lead back here. */
export type Group = readonly UpstreamAddress[];

export interface RoutesParts {
  readonly options: ForwardOptions;
  /** Where this server listens, known once it does. */
  readonly listeners: () => readonly UpstreamAddress[];
  readonly logger: Logger;
}

export class Routes {
  readonly #parts: RoutesParts;
  /** Worked out when first needed. */
  #compiled: Compiled | undefined;

  constructor(parts: RoutesParts) {
    this.#parts = parts;
  }

  /** Undefined when nobody is to be asked about this name, in lower case. */
  find(name: Name): Group | undefined {
    this.#compiled ??= compile(this.#parts);
    const { domains, others } = this.#compiled;
    if (domains.size === 0) return others;
    for (let at = name; ; at = parentOf(at)) {
      const group = domains.get(at);
      if (group !== undefined) return group;
      if (at === ROOT) return others;
    }
  }
}

interface Compiled {
  readonly domains: ReadonlyMap<Name, Group>;
  readonly others: Group | undefined;
}

function compile({ options, listeners, logger }: RoutesParts): Compiled {
  const known = new Map<string, UpstreamAddress>();
  const own = new Set<string>();
  const here = listeners();
  const interfaces = networkInterfaces();
  // One value for one address, wherever it stands: what is known of it is known of all of them.
  const groups = new Map<string, Group>();
  const groupOf = (addresses: readonly UpstreamAddress[]): Group => {
    const found = addresses.flatMap((upstream) => {
      const text = formatAddress(upstream);
      if (isOwnAddress(upstream, here, interfaces)) {
        own.add(text);
        return [];
      }
      const first = known.get(text) ?? upstream;
      known.set(text, first);
      return [first];
    });
    const text = found.map(formatAddress).join(' ');
    const group = groups.get(text) ?? found;
    groups.set(text, group);
    return group;
  };
  const domains = new Map<Name, Group>();
  for (const [domain, addresses] of Object.entries(options.domains ?? {})) {
    const name = parseName(domain);
    if (name !== undefined) domains.set(lowerName(name), groupOf(addresses));
  }
  const others = options.recursors.length === 0 ? undefined : groupOf(options.recursors);
  if (own.size > 0) {
    logger.warn({ recursors: [...own] }, 'a recursor is this server itself and is not asked');
  }
  return { domains, others };
}
