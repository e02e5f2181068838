export { createHttpApp, type HttpApp } from './app.ts';
export {
  type Commit,
  type Connect,
  DEFAULT_HTTP_OPTIONS,
  type HttpDeps,
  type HttpOptions,
  type PortDescription,
  type SelfDescription,
  type VersionDescription,
} from './deps.ts';
export { ERROR_CATALOGUE, type ErrorCode } from './errors.ts';
export { DEFAULT_LISTENER_LIMITS, type ListenAddress, type ListenerLimits } from './listeners.ts';
export type { Measurements } from './metrics/measurements.ts';
