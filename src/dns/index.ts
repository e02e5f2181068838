export type {
  CheckMark,
  TaggedAddress,
  ViewChange,
  ViewDelta,
  ViewInstance,
  ViewNode,
} from './view/delta.ts';
