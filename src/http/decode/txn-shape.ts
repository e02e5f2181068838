/** The body of `/v1/txn`, and the operations that it becomes. */
import type { TxnOperation } from '../../catalog/index.ts';
import { limits } from '../../runtime/index.ts';
import { HttpError } from '../errors.ts';
import {
  healthCheckShape,
  nodeServiceShape,
  refusePeer,
  toCheck,
  toService,
} from './catalog-shape.ts';
import { decodeBody } from './decode.ts';
import { DecodeError } from './decode-error.ts';
import { localityShape } from './service-shape.ts';
import { type Decoded, type FieldsShape, text, textMap, uint64 } from './shape.ts';

const kvShape = {
  kind: 'fields',
  goType: 'api.KVTxnOp',
  fields: { Verb: text, Key: text, Value: text, Flags: uint64, Index: uint64, Session: text },
} as const satisfies FieldsShape;

const nodeShape = {
  kind: 'fields',
  goType: 'structs.Node',
  fields: {
    ID: text,
    Node: text,
    Address: text,
    TaggedAddresses: textMap,
    Meta: textMap,
    Locality: localityShape,
    ModifyIndex: uint64,
    PeerName: text,
  },
  ignored: ['Datacenter', 'CreateIndex'],
} as const satisfies FieldsShape;

const operationShape = {
  kind: 'fields',
  goType: 'structs.TxnOp',
  fields: {
    KV: { kind: 'optional', of: kvShape },
    Node: {
      kind: 'optional',
      of: { kind: 'fields', goType: 'api.NodeTxnOp', fields: { Verb: text, Node: nodeShape } },
    },
    Service: {
      kind: 'optional',
      of: {
        kind: 'fields',
        goType: 'api.ServiceTxnOp',
        fields: {
          Verb: text,
          Node: text,
          Service: {
            ...nodeServiceShape,
            fields: { ...nodeServiceShape.fields, ModifyIndex: uint64 },
          },
        },
      },
    },
    Check: {
      kind: 'optional',
      of: {
        kind: 'fields',
        goType: 'api.CheckTxnOp',
        fields: {
          Verb: text,
          Check: {
            ...healthCheckShape,
            fields: { ...healthCheckShape.fields, ModifyIndex: uint64 },
          },
        },
      },
    },
  },
} as const satisfies FieldsShape;

const txnShape = { kind: 'list', of: operationShape, goType: 'api.TxnOps' } as const;

type DecodedOperation = Decoded<typeof operationShape>;

/** @throws HttpError with Consul's words, also for what cannot be decoded */
export function decodeTxn(
  body: string,
  datacenter: string,
  valueBytesMax: number,
): readonly TxnOperation[] {
  try {
    const decoded = decodeBody(txnShape, body);
    const most = limits.txnOperations.default;
    if (decoded.length > most) {
      const reason = `Transaction contains too many operations (${decoded.length} > ${most})`;
      throw new HttpError('txn_too_large', reason);
    }
    return decoded.map((operation, at) =>
      toOperation(operation, { path: `[${at}]`, datacenter, valueBytesMax }),
    );
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const reason = `Failed to parse body: ${error.message}`;
    throw new HttpError('request_decode_failed', reason, error.field);
  }
}

interface OperationContext {
  /** Where the operation stands in the body. */
  readonly path: string;
  readonly datacenter: string;
  readonly valueBytesMax: number;
}

/** Past 2^53 an index is rounded, which is still one that nothing has. */
function toOperation(
  { KV, Node, Service, Check }: DecodedOperation,
  { path, datacenter, valueBytesMax }: OperationContext,
): TxnOperation {
  if (KV !== undefined) return toKvOperation(KV, `${path}.KV`, valueBytesMax);
  if (Node !== undefined) {
    const { ID, Node: node, Address, TaggedAddresses, Meta, Locality, ModifyIndex } = Node.Node;
    refusePeer(Node.Node.PeerName, 'Node.PeerName');
    return {
      kind: 'node',
      verb: Node.Verb,
      node: {
        node,
        id: ID,
        datacenter,
        address: Address,
        taggedAddresses: TaggedAddresses,
        meta: Meta,
        locality: Locality ?? null,
      },
      index: Number(ModifyIndex),
    };
  }
  if (Service !== undefined) {
    return {
      kind: 'service',
      verb: Service.Verb,
      node: Service.Node,
      service: toService(Service.Service),
      index: Number(Service.Service.ModifyIndex),
    };
  }
  if (Check === undefined) return { kind: 'none' };
  const index = Number(Check.Check.ModifyIndex);
  return { kind: 'check', verb: Check.Verb, check: toCheck(Check.Check), index };
}

function toKvOperation(
  { Verb, Key, Value, Flags, Index, Session }: Decoded<typeof kvShape>,
  path: string,
  most: number,
): TxnOperation {
  const octets = decodeBase64(Value, `${path}.Value`);
  if (octets.length > most) {
    const reason = `Value for key ${JSON.stringify(Key)} is too large (${octets.length} > ${most} bytes)`;
    throw new HttpError('txn_too_large', reason, `${path}.Value`);
  }
  return {
    kind: 'kv',
    verb: Verb,
    key: Key,
    value: octets.toString('base64'),
    flags: `${Flags}`,
    index: Number(Index),
    session: Session,
  };
}

/** Go's standard encoding: line ends are passed over, padding is not optional. */
function decodeBase64(written: string, path: string): Buffer {
  const encoded = written.replace(/[\r\n]/g, '');
  const wrong = /[^A-Za-z0-9+/=]|=(?!=?$)/.exec(encoded);
  if (wrong !== null || encoded.length % 4 !== 0) {
    const at = wrong?.index ?? encoded.length;
    throw new DecodeError(path, `illegal base64 data at input byte ${at}`);
  }
  return Buffer.from(encoded, 'base64');
}
