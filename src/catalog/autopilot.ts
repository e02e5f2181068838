/**
 * The configuration of Consul's autopilot: kept for the programs that set it and read it back. There is one server, so
 * nobody acts on it.
 */
import type { AutopilotRow, Unversioned } from './rows.ts';
import { AUTOPILOT_KEY } from './schema.ts';
import type { State } from './state.ts';
import type { Transaction } from './transaction.ts';

/** Consul's servers write the defaults when they first lead, which here stands for the first command. */
const FIRST_INDEX = 1;

/** What holds while nothing was set; Consul's values. */
export const DEFAULT_AUTOPILOT: AutopilotRow = {
  cleanupDeadServers: true,
  lastContactThresholdMs: 200,
  maxTrailingLogs: 250,
  minQuorum: 0,
  serverStabilizationTimeMs: 10_000,
  redundancyZoneTag: '',
  disableUpgradeMigration: false,
  upgradeVersionTag: '',
  createIndex: FIRST_INDEX,
  modifyIndex: FIRST_INDEX,
};

export function readAutopilot(state: State): AutopilotRow {
  return state.tables.autopilot.get(AUTOPILOT_KEY) ?? DEFAULT_AUTOPILOT;
}

/**
 * @param cas the index that it was last changed at; undefined writes whatever is there
 * @returns whether it was written
 */
export function putAutopilot(
  transaction: Transaction,
  row: Unversioned<AutopilotRow>,
  cas: number | undefined,
): boolean {
  const before = transaction.get('autopilot', AUTOPILOT_KEY);
  if (cas !== undefined && cas !== (before?.modifyIndex ?? FIRST_INDEX)) return false;
  transaction.put('autopilot', row);
  return true;
}
