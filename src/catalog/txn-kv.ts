/** The verbs of keys in a transaction. */
import { limits } from '../runtime/index.ts';
import { deleteKv, deleteKvTree, kvUnder, lockKv, putKv, sortKeys, unlockKv } from './kv.ts';
import type { Transaction } from './transaction.ts';
import { Fault, octetsOf, quote, stale, TooLargeFault } from './txn-fault.ts';
import type { TxnOperation, TxnResult } from './txn-operation.ts';

type KvOperation = Extract<TxnOperation, { readonly kind: 'kv' }>;

/** @throws Fault or CatalogError when it cannot be done */
export function runKv(transaction: Transaction, operation: KvOperation): readonly TxnResult[] {
  const { verb, key, value, flags, index, session } = operation;
  const input = { key, value, flags };
  const named = `key ${quote(key)}`;
  const left = (): readonly TxnResult[] => {
    const row = transaction.get('kv', key);
    return row === undefined ? [] : [{ kind: 'kv', row: { ...row, value: '' } }];
  };
  switch (verb) {
    case 'set':
      putKv(transaction, input);
      return left();
    case 'cas':
      if (!putKv(transaction, input, index)) throw stale('set', named);
      return left();
    case 'lock':
      if (lockKv(transaction, input, session) !== 'locked') {
        throw new Fault(`failed to lock ${named}, lock is already held`);
      }
      return left();
    case 'unlock':
      if (!unlockKv(transaction, input, session)) {
        const reason = "lock isn't held, or is held by another session";
        throw new Fault(`failed to unlock ${named}, ${reason}`);
      }
      return left();
    case 'delete':
      deleteKv(transaction, key);
      return [];
    case 'delete-cas':
      if (!deleteKv(transaction, key, index)) throw stale('delete', named);
      return [];
    case 'delete-tree':
      deleteKvTree(transaction, key);
      return [];
    case 'get-tree':
      return readTree(transaction, key);
    case 'get-or-empty': {
      const row = transaction.get('kv', key);
      return [row === undefined ? { kind: 'no-key', key } : { kind: 'kv', row }];
    }
    case 'check-not-exists':
      if (transaction.get('kv', key) !== undefined) throw new Fault(`${named} exists`);
      return [];
    default:
      return runKvOnEntry(transaction, operation);
  }
}

function readTree(transaction: Transaction, prefix: string): readonly TxnResult[] {
  const rows = kvUnder(transaction, prefix);
  const octets = rows.reduce((sum, row) => sum + octetsOf(row), 0);
  if (octets > limits.txnResultBytes.default) throw new TooLargeFault();
  return sortKeys(rows).map((row) => ({ kind: 'kv', row }));
}

/** Verbs for which the key must be there. */
function runKvOnEntry(
  transaction: Transaction,
  { verb, key, index, session }: KvOperation,
): readonly TxnResult[] {
  const row = transaction.get('kv', key);
  const named = `key ${quote(key)}`;
  const absent = `${named} doesn't exist`;
  switch (verb) {
    case 'get':
      if (row === undefined) throw new Fault(absent);
      return [{ kind: 'kv', row }];
    case 'check-session':
      if (row === undefined) throw new Fault(`failed to check session, ${absent}`);
      if (row.session !== session) {
        const differs = `current session ${quote(row.session)} != ${quote(session)}`;
        throw new Fault(`failed session check for ${named}, ${differs}`);
      }
      break;
    case 'check-index':
      if (row === undefined) throw new Fault(`failed to check index, ${absent}`);
      if (row.modifyIndex !== index) {
        const differs = `current modify index ${row.modifyIndex} != ${index}`;
        throw new Fault(`failed index check for ${named}, ${differs}`);
      }
      break;
    default:
      throw new Fault(`unknown KV verb ${quote(verb)}`);
  }
  return [{ kind: 'kv', row: { ...row, value: '' } }];
}
