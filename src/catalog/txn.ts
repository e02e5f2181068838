/**
 * `/v1/txn`: a list of operations that are done all or not at all. Every operation sees what those before it did, and
 * every one that fails is told by its place in the list. Verbs and messages are Consul's.
 */
import { limits } from '../runtime/index.ts';
import { CatalogError } from './catalog-error.ts';
import { deleteCheck, deleteNode, deleteService } from './deregister.ts';
import {
  deleteKv,
  deleteKvTree,
  isLockDelayed,
  kvUnder,
  lockKv,
  putKv,
  sortKeys,
  unlockKv,
} from './kv.ts';
import {
  type CheckInput,
  checkName,
  type NodeInput,
  putCheck,
  putNode,
  putService,
  type ServiceInput,
} from './register.ts';
import type { CheckRow, KvRow, NodeRow, ServiceRow } from './rows.ts';
import { nodeKey, onNodeKey } from './schema.ts';
import type { Transaction } from './transaction.ts';

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

/** About what a result takes as JSON, beside a key and its value. */
const RESULT_OCTETS = 128;

function octetsOf({ key, value }: KvRow): number {
  return RESULT_OCTETS + key.length + value.length;
}

/** Why one operation cannot be done. */
class Fault extends Error {}

/** And those after it are not tried. */
class TooLargeFault extends Fault {
  constructor() {
    super(`the results take more than ${limits.txnResultBytes.default} bytes`);
  }
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

const quote = (text: string): string => JSON.stringify(text);

/** Whether a row may be changed by who saw it at `index`; 0 stands for one that is not there. */
function isAt(row: { readonly modifyIndex: number } | undefined, index: number): boolean {
  return index === 0 ? row === undefined : row?.modifyIndex === index;
}

// ---- Keys

type KvOperation = Extract<TxnOperation, { readonly kind: 'kv' }>;

function runKv(transaction: Transaction, operation: KvOperation): readonly TxnResult[] {
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

function stale(what: 'set' | 'delete', named: string): Fault {
  return new Fault(`failed to ${what} ${named}, index is stale`);
}

// ---- The catalog

/** What the verbs of nodes, services and checks have in common. */
interface CatalogVerbs<Row extends { readonly modifyIndex: number }> {
  readonly kind: string;
  readonly verb: string;
  readonly index: number;
  /** As messages name it. */
  readonly named: string;
  readonly find: () => Row | undefined;
  readonly put: () => void;
  readonly remove: () => void;
}

/** @returns the row as it is afterwards, for verbs that show it */
function runVerb<Row extends { readonly modifyIndex: number }>({
  kind,
  verb,
  index,
  named,
  find,
  put,
  remove,
}: CatalogVerbs<Row>): Row | undefined {
  switch (verb) {
    case 'get': {
      const row = find();
      if (row === undefined) throw new Fault(`${named} doesn't exist`);
      return row;
    }
    case 'set':
      put();
      return find();
    case 'cas':
      if (!isAt(find(), index)) throw stale('set', named);
      put();
      return find();
    case 'delete':
      remove();
      return undefined;
    case 'delete-cas':
      // Unlike the verb of keys, in Consul too: what is not there is at no index.
      if (index === 0 || !isAt(find(), index)) throw stale('delete', named);
      remove();
      return undefined;
    default:
      throw new Fault(`unknown ${kind} verb ${quote(verb)}`);
  }
}

function runNode(
  transaction: Transaction,
  { verb, node, index }: Extract<TxnOperation, { readonly kind: 'node' }>,
): readonly TxnResult[] {
  const row = runVerb({
    kind: 'Node',
    verb,
    index,
    named: `node ${quote(node.node)}`,
    find: () =>
      node.id === ''
        ? transaction.get('nodes', nodeKey(node.node))
        : transaction.find('nodes', 'id', node.id.toLowerCase())[0],
    put: () => {
      checkName('Node.Node', node.node);
      putNode(transaction, node);
    },
    remove: () => void deleteNode(transaction, node.node),
  });
  return row === undefined ? [] : [{ kind: 'node', row }];
}

function runService(
  transaction: Transaction,
  { verb, node, service, index }: Extract<TxnOperation, { readonly kind: 'service' }>,
): readonly TxnResult[] {
  const id = service.id === '' ? service.service : service.id;
  const row = runVerb({
    kind: 'Service',
    verb,
    index,
    named: `service ${quote(id)} on node ${quote(node)}`,
    find: () => transaction.get('services', onNodeKey(node, id)),
    put: () => putService(transaction, requireNode(transaction, node), service),
    remove: () => void deleteService(transaction, node, id),
  });
  return row === undefined ? [] : [{ kind: 'service', row }];
}

function runCheck(
  transaction: Transaction,
  { verb, check, index }: Extract<TxnOperation, { readonly kind: 'check' }>,
): readonly TxnResult[] {
  const { node, serviceId } = check;
  const id = check.checkId === '' ? check.name : check.checkId;
  const row = runVerb({
    kind: 'Check',
    verb,
    index,
    named: `check ${quote(id)} on node ${quote(node)}`,
    find: () => transaction.get('checks', onNodeKey(node, id)),
    put: () => {
      const name = requireNode(transaction, node);
      const service = onNodeKey(node, serviceId);
      if (serviceId !== '' && transaction.get('services', service) === undefined) {
        throw new Fault('Missing service registration');
      }
      putCheck(transaction, name, check);
    },
    remove: () => void deleteCheck(transaction, node, id),
  });
  return row === undefined ? [] : [{ kind: 'check', row }];
}

/** @returns the node's name as it was registered */
function requireNode(transaction: Transaction, node: string): string {
  const row = transaction.get('nodes', nodeKey(node));
  if (row === undefined) throw new Fault('Missing node registration');
  return row.node;
}
