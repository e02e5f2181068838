/**
 * Why the agent refused a request. `code` is stable and is what callers compare; the message is Consul's text
 * where it has one, `field` names the offending part of the definition.
 */

export const AGENT_ERROR_CODES = [
  'service_name_missing',
  'service_address_invalid',
  'service_port_invalid',
  'service_weights_invalid',
  'service_meta_invalid',
  'service_invalid',
  'service_tagged_address_invalid',
  'service_unknown',
  'sidecar_unsupported',
  'check_name_missing',
  'check_invalid',
  'check_service_unknown',
  'check_unknown',
  'check_not_ttl',
] as const;
export type AgentErrorCode = (typeof AGENT_ERROR_CODES)[number];

export class AgentError extends Error {
  readonly code: AgentErrorCode;
  readonly field: string;

  constructor(code: AgentErrorCode, field: string, message: string) {
    super(message);
    this.name = 'AgentError';
    this.code = code;
    this.field = field;
  }
}
