/**
 * `Near` of a prepared query: instances in the order of the estimated round-trip time from one node. Every distance that
 * occurs is a location of its own, so that the draw among equals, and all that follows it, stays what it is elsewhere.
 */
import { distanceBetween } from '../../../query/index.ts';
import { limits } from '../../../runtime/index.ts';
import { catalogLabel } from '../../names.ts';
import { parseAddress } from '../../subnet.ts';
import type { InstanceEntry, NodeEntry } from '../../view/entries.ts';
import type { Path } from '../../view/locations.ts';
import { Selection } from '../../view/selection.ts';
import { octetText } from '../../wire/octet-text.ts';
import type { Asked, CatalogContext } from '../catalog-context.ts';
import { readClientSubnet } from '../edns/client-subnet.ts';

interface Ranked {
  /** The row of the node whose nearest come first: a changed one makes other distances. */
  readonly from: NodeEntry['row'];
  readonly selection: Selection;
  readonly path: Path;
}

/** What to answer with instead, when `near` names a node that is known; else what was given. */
export function orderNear(
  context: CatalogContext,
  asked: Asked,
  near: string,
  selection: Selection,
): { readonly context: CatalogContext; readonly selection: Selection } {
  if (near === '') return { context, selection };
  const node = nearNode(context, asked, near);
  const ranked = node && rankedFrom(node, selection);
  // Without a node the order is drawn; the next client may have one.
  const path = ranked?.path ?? [];
  const locate = (_address: Uint8Array, bitsKnown?: number) => {
    return { path, scopeBits: near === '_ip' ? (bitsKnown ?? 0) : 0 };
  };
  return {
    context: { ...context, locations: { locate } },
    selection: ranked?.selection ?? selection,
  };
}

function nearNode(
  { view, nodeName }: CatalogContext,
  { query }: Asked,
  near: string,
): NodeEntry | undefined {
  if (near !== '_ip') {
    return view.here.nodes.byName(catalogLabel(near === '_agent' ? nodeName : near));
  }
  const subnet = readClientSubnet(query.question.edns);
  const address = subnet?.octets ?? parseAddress(query.client.address);
  return address && view.nodeAt(octetText(address, 0, address.length));
}

/** Kept with the selection for a few nodes, until it or the node changes. */
function rankedFrom(node: NodeEntry, selection: Selection): Ranked {
  const byNode = selection.derive('near', () => new Map<string, Ranked>());
  const kept = byNode.get(node.key);
  if (kept !== undefined && kept.from === node.row) return kept;
  const ranked = rank(node, selection);
  byNode.delete(node.key);
  if (byNode.size >= limits.poolGroups.default) {
    const [oldest] = byNode.keys();
    if (oldest !== undefined) byNode.delete(oldest);
  }
  byNode.set(node.key, ranked);
  return ranked;
}

/** No reply shows more distances than these in their order; those beyond are drawn as one. */
const RANKS_MAX = 256;

function rank(node: NodeEntry, { instances, rules, failOpen }: Selection): Ranked {
  const from = node.row?.coordinates ?? [];
  const distances = new Map(
    instances.map((one) => {
      // The node itself goes before others that are equally near.
      const distance =
        one.node === node ? -1 : distanceBetween(from, one.node.row?.coordinates ?? []);
      return [one, distance] as const;
    }),
  );
  const distanceOf = (one: InstanceEntry): number => distances.get(one) ?? Infinity;
  const sorted = [...new Set(distances.values())].sort((one, other) => one - other);
  const path = sorted.slice(0, RANKS_MAX).map(nameOf);
  const places = new Map(path.map((name) => [name, [name]] as const));
  const nowhere: Path = [];
  const pathOf = (one: InstanceEntry): Path => places.get(nameOf(distanceOf(one))) ?? nowhere;
  const nearestFirst = [...instances].sort((one, other) => {
    const [a, b] = [distanceOf(one), distanceOf(other)];
    return a === b ? 0 : a - b;
  });
  const parts = { instances: nearestFirst, rules, isRemote: false, failOpen, pathOf };
  return { from: node.row, selection: new Selection(parts), path };
}

/** As `explain` shows it. */
function nameOf(distance: number): string {
  if (distance < 0) return 'the node itself';
  return distance === Infinity ? 'not known' : `${distance * 1000} ms`;
}
