export { type CheckDefinition, type CheckStatus, kindOf } from '../checks/index.ts';
export { Agent, type AgentDeps } from './agent.ts';
export { AGENT_ERROR_CODES, AgentError, type AgentErrorCode } from './agent-error.ts';
export { Leader, type LeaderDeps } from './leader.ts';
export { MAINTENANCE_TYPE, type Maintenance } from './maintenance.ts';
export { metaProblem } from './meta.ts';
export { type NodeIdSource, takeNodeId } from './node-id.ts';
export {
  type ConfiguredDefinitions,
  type RegistrationOptions,
  serviceChecks,
} from './registrations.ts';
export { type AgentIdentity, SERF_HEALTH, SERVER_SERVICE } from './self.ts';
export {
  multiError,
  type ServiceDefinition,
  serviceIdOf,
  serviceProblem,
} from './service-definition.ts';
