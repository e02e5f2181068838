/** What a transaction is asked to do, and what its operations give. Verbs are Consul's. */
import type { CheckInput, NodeInput, ServiceInput } from './register.ts';
import type { CheckRow, KvRow, NodeRow, ServiceRow } from './rows.ts';

/** `index` is compared by verbs that compare. */
export type TxnOperation =
  | {
      readonly kind: 'kv';
      readonly verb: string;
      readonly key: string;
      readonly value: string;
      readonly flags: string;
      readonly index: number;
      readonly session: string;
    }
  | {
      readonly kind: 'node';
      readonly verb: string;
      readonly node: NodeInput;
      readonly index: number;
    }
  | {
      readonly kind: 'service';
      readonly verb: string;
      readonly node: string;
      readonly service: ServiceInput;
      readonly index: number;
    }
  | {
      readonly kind: 'check';
      readonly verb: string;
      readonly check: CheckInput;
      readonly index: number;
    }
  | { readonly kind: 'none' };

/** A row as an operation left or found it: the index of one that it wrote is 0. Values only where they were asked for. */
export type TxnResult =
  | { readonly kind: 'no-key'; readonly key: string }
  | { readonly kind: 'kv'; readonly row: KvRow }
  | { readonly kind: 'node'; readonly row: NodeRow }
  | { readonly kind: 'service'; readonly row: ServiceRow }
  | { readonly kind: 'check'; readonly row: CheckRow };

/** Whether it changes nothing, whatever it finds. */
export function isReadOnly(operations: readonly TxnOperation[]): boolean {
  return operations.every((operation) => {
    if (operation.kind === 'none') return false;
    if (operation.kind !== 'kv') return operation.verb === 'get';
    return KV_READS.has(operation.verb);
  });
}

const KV_READS: ReadonlySet<string> = new Set([
  'get',
  'get-or-empty',
  'get-tree',
  'check-session',
  'check-index',
  'check-not-exists',
]);

/** Whether it is a verb that can make a key. */
export function makesKey(verb: string): boolean {
  return verb === 'set' || verb === 'cas' || verb === 'lock';
}
