/**
 * `/v1/txn`: a list of operations that are done all or not at all. Every operation sees what those before it did, and
 * every one that fails is told by its place in the list. Messages are Consul's.
 */
import { limits } from '../runtime/index.ts';
import { CatalogError } from './catalog-error.ts';
import { isLockDelayed } from './kv.ts';
import type { Transaction } from './transaction.ts';
import { runCheck, runNode, runService } from './txn-catalog.ts';
import { Fault, octetsOf, quote, RESULT_OCTETS, TooLargeFault } from './txn-fault.ts';
import { runKv } from './txn-kv.ts';
import { makesKey, type TxnOperation, type TxnResult } from './txn-operation.ts';

export interface TxnFault {
  readonly operation: number;
  readonly what: string;
}

/** Why a transaction was not done. */
export class TxnError extends Error {
  readonly faults: readonly TxnFault[];

  constructor(faults: readonly TxnFault[]) {
    super('the transaction has operations that fail');
    this.name = 'TxnError';
    this.faults = faults;
  }
}

/** @throws TxnError, and then the transaction must be dropped */
export function runTxn(
  transaction: Transaction,
  operations: readonly TxnOperation[],
): readonly TxnResult[] {
  // Consul looks at all of them before it begins with the first.
  faultsOf(operations, (operation) => checkBefore(transaction, operation));
  const results: TxnResult[] = [];
  let octets = 0;
  faultsOf(operations, (operation) => {
    for (const result of run(transaction, operation)) {
      octets += result.kind === 'kv' ? octetsOf(result.row) : RESULT_OCTETS;
      results.push(result);
    }
    // A tree can be asked for in every operation.
    if (octets > limits.txnResultBytes.default) throw new TooLargeFault();
  });
  return results;
}

function faultsOf(
  operations: readonly TxnOperation[],
  each: (operation: TxnOperation) => void,
): void {
  const faults: TxnFault[] = [];
  for (const [at, operation] of operations.entries()) {
    try {
      each(operation);
    } catch (error) {
      if (!(error instanceof Fault || error instanceof CatalogError)) throw error;
      faults.push({ operation: at, what: error.message });
      if (error instanceof TooLargeFault) break;
    }
  }
  if (faults.length > 0) throw new TxnError(faults);
}

function checkBefore(transaction: Transaction, operation: TxnOperation): void {
  if (operation.kind === 'kv') {
    const { verb, key } = operation;
    if (key === '' && verb !== 'get-tree' && verb !== 'delete-tree') {
      throw new Fault('Must provide key');
    }
    if (makesKey(verb)) checkAddressable(key);
    if (verb === 'lock' && isLockDelayed(transaction, key)) {
      throw new Fault(`failed to lock key ${quote(key)} due to lock delay`);
    }
  } else if (operation.kind === 'node') {
    if (operation.verb !== 'get' && operation.node.node === '') {
      throw new Fault('Must provide node');
    }
  }
}

/** What no path of `/v1/kv/` leads to is made here neither. Consul's clients refuse the slash, with these words. */
function checkAddressable(key: string): void {
  if (key.startsWith('/')) {
    throw new Fault(`Invalid key. Key must not begin with a '/': ${key}`);
  }
  if (key.includes('\0')) throw new Fault('the key must not contain a NUL character');
}

function run(transaction: Transaction, operation: TxnOperation): readonly TxnResult[] {
  switch (operation.kind) {
    case 'kv':
      return runKv(transaction, operation);
    case 'node':
      return runNode(transaction, operation);
    case 'service':
      return runService(transaction, operation);
    case 'check':
      return runCheck(transaction, operation);
    case 'none':
      throw new Fault('no operation specified');
  }
}
