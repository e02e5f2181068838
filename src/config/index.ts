export type { AgentConfig, Config, Endpoint, HttpConfig } from './config.ts';
export { ConfigError, type ConfigProblem } from './config-error.ts';
export { AGENT_FLAGS, type Flag, type FlagValues, parseAgentFlags } from './flags.ts';
export { type Host, systemHost } from './host.ts';
export { agentIdentity, describeSelf, type ProcessFacts } from './identity.ts';
export {
  type LoadedConfig,
  type LoadOptions,
  loadArguments,
  loadConfig,
  NO_FLAGS,
} from './load.ts';
export { type ConfigDifference, diffConfig, type Reloadable, reloadable } from './reload.ts';
export { SCHEMA } from './schema.ts';
export type { KeyClass, SchemaRow, ValueType } from './schema-row.ts';
