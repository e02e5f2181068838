/**
 * The rows of the mesh's certificate authority: its roots and its configuration, which are for everybody, and its signer,
 * whose private key nobody is shown. Certificates are only texts here (`src/connect` makes them).
 */
import { indexKeys } from './index-keys.ts';
import type { Reading } from './reading.ts';
import type { CaConfigurationRow, CaRootRow, CaSignerRow, Unversioned } from './rows.ts';
import { CA_CONFIGURATION_KEY, CA_SIGNER_KEY } from './schema.ts';
import type { State } from './state.ts';
import type { Transaction } from './transaction.ts';

/** Keeps the first root and its key. Where there is one already it stays: two that begin at once agree. */
export function setCaRoot(
  transaction: Transaction,
  root: Unversioned<CaRootRow>,
  signer: Unversioned<CaSignerRow>,
): void {
  if (transaction.get('ca_signers', CA_SIGNER_KEY) !== undefined) return;
  transaction.put('ca_roots', root);
  transaction.put('ca_signers', signer);
  transaction.touch(indexKeys.caRoots);
}

/** What a new certificate is signed with. */
export interface TakenSerial {
  readonly serial: number;
  readonly signer: CaSignerRow;
  readonly root: CaRootRow;
}

/** The next serial number, which no other certificate gets. There must be a root. */
export function takeCaSerial(transaction: Transaction): TakenSerial {
  const signer = transaction.get('ca_signers', CA_SIGNER_KEY);
  const root = signer && transaction.get('ca_roots', signer.rootId);
  if (signer === undefined || root === undefined) throw new Error('there is no root to sign with');
  const serial = signer.lastSerial + 1;
  transaction.put('ca_signers', { ...signer, lastSerial: serial });
  return { serial, signer, root };
}

export function readCaSigner(state: State): CaSignerRow | undefined {
  return state.tables.ca_signers.get(CA_SIGNER_KEY);
}

/** In the order in which they were made. */
export function readCaRoots(state: State): Reading<CaRootRow[]> {
  const rows = [...state.tables.ca_roots.all()];
  rows.sort((one, other) => one.createIndex - other.createIndex);
  return { value: rows, index: state.indexOf(indexKeys.caRoots), topics: [indexKeys.caRoots] };
}

/** Undefined: nothing was ever set. */
export function findCaConfiguration(transaction: Transaction): CaConfigurationRow | undefined {
  return transaction.get('ca_configurations', CA_CONFIGURATION_KEY);
}

/** Takes the place of what was set before. */
export function putCaConfiguration(
  transaction: Transaction,
  row: Unversioned<CaConfigurationRow>,
): void {
  transaction.put('ca_configurations', row);
  transaction.touch(indexKeys.caConfiguration);
}

/** Undefined: nothing was ever set. */
export function readCaConfiguration(state: State): Reading<CaConfigurationRow | undefined> {
  return {
    value: state.tables.ca_configurations.get(CA_CONFIGURATION_KEY),
    index: state.indexOf(indexKeys.caConfiguration),
    topics: [indexKeys.caConfiguration],
  };
}
