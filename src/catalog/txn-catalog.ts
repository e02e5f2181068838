/** The verbs of nodes, services and checks in a transaction. */
import { deleteCheck, deleteNode, deleteService } from './deregister.ts';
import { checkName, putCheck, putNode, putService } from './register.ts';
import { nodeKey, onNodeKey } from './schema.ts';
import type { Transaction } from './transaction.ts';
import { Fault, quote, stale } from './txn-fault.ts';
import type { TxnOperation, TxnResult } from './txn-operation.ts';

/** Whether a row may be changed by who saw it at `index`; 0 stands for one that is not there. */
function isAt(row: { readonly modifyIndex: number } | undefined, index: number): boolean {
  return index === 0 ? row === undefined : row?.modifyIndex === index;
}

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

/** @throws Fault or CatalogError when it cannot be done; so do the others */
export function runNode(
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

export function runService(
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

export function runCheck(
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
