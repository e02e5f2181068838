/** `/v1/txn`: several reads and writes of keys, nodes, services and checks, done together or not at all. */
import {
  isReadOnly,
  makesKey,
  runTxn,
  type State,
  Transaction,
  TxnError,
  type TxnFault,
  type TxnOperation,
  type TxnResult,
} from '../../catalog/index.ts';
import { type Answer, json } from '../answer.ts';
import { decodeTxn } from '../decode/txn-shape.ts';
import type { HttpDeps } from '../deps.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { txnCheckJson } from '../json/check-json.ts';
import { listOf } from '../json/encode.ts';
import { kvJson, noEntryJson } from '../json/kv-json.ts';
import { nodeJson } from '../json/node-json.ts';
import { nodeServiceJson } from '../json/service-json.ts';
import { checkDatacenter, consistencyOf, type ReadDeps } from '../reads.ts';
import { refuseMore } from './kv.ts';

type Deps = ReadDeps & Pick<HttpDeps, 'commit'>;

export function txn(deps: Deps): readonly Endpoint[] {
  return [
    {
      method: 'PUT',
      path: '/v1/txn',
      namespaced: true,
      bodyLimit: { bytes: deps.options.txnBytesMax, setting: 'txn_max_req_len' },
      handle: (call) => answerTxn(deps, call),
    },
  ];
}

async function answerTxn(deps: Deps, { query, body }: Call): Promise<Answer> {
  const { agent, state, barrier, options } = deps;
  const { datacenter } = agent.identity;
  checkDatacenter(query, datacenter);
  const consistency = consistencyOf(query);
  const operations = decodeTxn(body, datacenter, options.kvValueBytesMax);
  try {
    if (!isReadOnly(operations)) return done(await write(deps, operations));
    if (consistency === 'consistent') await barrier();
    return json({ ...resultsJson(read(state, operations)), ...READ_META }, READ_HEADERS);
  } catch (error) {
    if (error instanceof TxnError) return failed(error.faults);
    throw error;
  }
}

/** Of what is committed alone, as every other read. */
function read(state: State, operations: readonly TxnOperation[]): readonly TxnResult[] {
  return runTxn(new Transaction(state.tables), operations);
}

async function write(
  { state, commit }: Deps,
  operations: readonly TxnOperation[],
): Promise<readonly TxnResult[]> {
  const { result, index } = await commit((transaction) => {
    for (const operation of operations) {
      if (operation.kind === 'kv' && makesKey(operation.verb))
        refuseMore(state, transaction, operation);
    }
    return runTxn(transaction, operations);
  });
  return result.map((found) => stamped(found, index));
}

/** What the transaction itself wrote had no index yet when it was read back. */
function stamped(result: TxnResult, index: number): TxnResult {
  if (result.kind === 'no-key' || result.row.modifyIndex !== 0) return result;
  const createIndex = result.row.createIndex || index;
  return { ...result, row: { ...result.row, createIndex, modifyIndex: index } } as TxnResult;
}

function done(results: readonly TxnResult[]): Answer {
  return json(resultsJson(results));
}

function failed(faults: readonly TxnFault[]): Answer {
  const errors = faults.map(({ operation, what }) => ({ OpIndex: operation, What: what }));
  return json({ Results: null, Errors: errors }, {}, 409);
}

function resultsJson(results: readonly TxnResult[]) {
  return { Results: listOf(results, resultJson), Errors: null };
}

function resultJson(result: TxnResult) {
  switch (result.kind) {
    case 'kv':
      return { KV: kvJson(result.row) };
    case 'no-key':
      return { KV: noEntryJson(result.key) };
    case 'node':
      return { Node: nodeJson(result.row) };
    case 'service':
      return { Service: nodeServiceJson(result.row) };
    case 'check':
      return { Check: txnCheckJson(result.row) };
  }
}

/** Consul tells these in the body of a transaction that only reads, and in no other. */
const READ_META = {
  Index: 1,
  LastContact: 0,
  KnownLeader: true,
  ConsistencyLevel: '',
  NotModified: false,
  Backend: 0,
  ResultsFilteredByACLs: false,
};
const READ_HEADERS = { 'X-Consul-Knownleader': 'true', 'X-Consul-Lastcontact': '0' };
