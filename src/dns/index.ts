export type { DnsOptions } from './options.ts';
export type {
  CheckMark,
  TaggedAddress,
  ViewChange,
  ViewDelta,
  ViewInstance,
  ViewNode,
} from './view/delta.ts';
export { followView, type PublishedState } from './view/publish.ts';
