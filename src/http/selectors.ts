/** Query parameters that select among the rows of a reading: `tag`, `node-meta`. All of them must hold. */
import { type NodeRow, nodeKey, type ServiceRow, type State } from '../catalog/index.ts';
import type { Query } from './query.ts';

export type NodeTest = (node: string) => boolean;

/** Whether a node has all the metadata asked for; undefined when nothing was asked. */
export function nodeMetaTest(state: State, query: Query): NodeTest | undefined {
  const wanted = query.all('node-meta').map(pairOf);
  if (wanted.length === 0) return undefined;
  return (node) => {
    const row = state.tables.nodes.get(nodeKey(node));
    return row !== undefined && wanted.every((pair) => hasMeta(row, pair));
  };
}

/** Whether a service has all the tags asked for, whatever their case; undefined when nothing was asked. */
export function tagTest(query: Query): ((service: ServiceRow) => boolean) | undefined {
  const wanted = query.all('tag').map((tag) => tag.toLowerCase());
  if (wanted.length === 0) return undefined;
  return ({ tags }) => {
    const own = tags.map((tag) => tag.toLowerCase());
    return wanted.every((tag) => own.includes(tag));
  };
}

type Pair = readonly [key: string, value: string];

function pairOf(parameter: string): Pair {
  const at = parameter.indexOf(':');
  return at < 0 ? [parameter, ''] : [parameter.slice(0, at), parameter.slice(at + 1)];
}

function hasMeta({ meta }: NodeRow, [key, value]: Pair): boolean {
  return Object.hasOwn(meta, key) && meta[key] === value;
}
