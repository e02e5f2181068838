/** The body of `/v1/session/create`, and the session that it becomes. Limits and texts are Consul's. */
import { SERF_HEALTH } from '../../agent/index.ts';
import {
  type Json,
  SESSION_BEHAVIORS,
  type SessionBehavior,
  type SessionInput,
} from '../../catalog/index.ts';
import { formatDuration, limits, parseDuration } from '../../runtime/index.ts';
import { HttpError } from '../errors.ts';
import { DecodeError } from './decode-error.ts';
import { anyJson, type Decoded, type FieldsShape, text, textList } from './shape.ts';

const optionalText = { kind: 'optional', of: text } as const;
const optionalList = { kind: 'optional', of: textList } as const;

const serviceCheckShape = {
  kind: 'fields',
  goType: 'structs.ServiceCheck',
  fields: { ID: text, Namespace: text },
  tolerant: true,
} as const satisfies FieldsShape;

export const sessionShape = {
  kind: 'fields',
  goType: 'structs.Session',
  fields: {
    Name: text,
    Node: optionalText,
    LockDelay: anyJson,
    Behavior: optionalText,
    TTL: text,
    NodeChecks: optionalList,
    ServiceChecks: {
      kind: 'optional',
      of: { kind: 'list', of: serviceCheckShape, goType: '[]structs.ServiceCheck' },
    },
    Checks: optionalList,
  },
  tolerant: true,
} as const satisfies FieldsShape;

type DecodedSession = Decoded<typeof sessionShape>;

export interface SessionContext {
  readonly id: string;
  /** The node that a session is of when none is named. */
  readonly own: string;
  /** The shortest TTL: `session_ttl_min`. */
  readonly ttlMinMs: number;
}

/**
 * @throws HttpError, or DecodeError for a lock delay that is none
 */
export function toSession(
  decoded: DecodedSession,
  { id, own, ttlMinMs }: SessionContext,
): SessionInput {
  const lockDelayNs = toLockDelayNs(decoded.LockDelay);
  const node = decoded.Node ?? own;
  if (node === '') throw invalid('Node', 'Must provide Node');
  const session = {
    id,
    name: decoded.Name,
    node,
    lockDelayNs,
    behavior: toBehavior(decoded.Behavior ?? ''),
    ttl: toTtl(decoded.TTL, ttlMinMs),
    nodeChecks: toNodeChecks(decoded),
    serviceChecks:
      decoded.ServiceChecks?.map(({ ID, Namespace }) => ({ id: ID, namespace: Namespace })) ?? null,
  };
  const namespaces = session.serviceChecks?.map(({ namespace }) => namespace) ?? [];
  requireShort('Name', session.name);
  requireShort('TTL', session.ttl);
  for (const namespace of namespaces) requireShort('ServiceChecks.Namespace', namespace);
  const count = session.nodeChecks.length + namespaces.length;
  if (count > limits.sessionChecks.default) {
    const reason = `a session has at most ${limits.sessionChecks.default} checks`;
    throw new DecodeError('NodeChecks', reason);
  }
  return session;
}

function requireShort(field: string, given: string): void {
  const most = limits.sessionTextBytes.default;
  if (Buffer.byteLength(given) > most) {
    throw new DecodeError(field, `${field} of a session has at most ${most} bytes`);
  }
}

const DEFAULT_NODE_CHECKS = [SERF_HEALTH];

/** `Checks` is what NodeChecks were called before: it counts where those are left as they are. */
function toNodeChecks({ NodeChecks, Checks }: DecodedSession): readonly string[] {
  if (Checks?.length === 0) return [];
  const given = NodeChecks ?? DEFAULT_NODE_CHECKS;
  const isDefault = given.length === 1 && given[0] === SERF_HEALTH;
  return Checks !== undefined && isDefault ? Checks : given;
}

const NANOSECONDS_PER_MS = 1e6;
const NANOSECONDS_PER_SECOND = 1e9;
const DEFAULT_LOCK_DELAY_NS = 15 * NANOSECONDS_PER_SECOND;

/** Consul: a number below 1000 cannot mean nanoseconds, and is taken for seconds. */
function toLockDelayNs(given: Json): number {
  if (given === null) return DEFAULT_LOCK_DELAY_NS;
  const count = lockDelayNs(given);
  const ns = count < 1000 ? count * NANOSECONDS_PER_SECOND : count;
  if (Math.abs(ns) < NANOSECONDS_END) return ns;
  // Consul takes any number; a list of sessions with it could not be read by a client in Go.
  const reason =
    'json: cannot unmarshal number into Go struct field .LockDelay of type time.Duration';
  throw new DecodeError('LockDelay', reason);
}

/** Go keeps a duration in a signed 64-bit count. */
const NANOSECONDS_END = 2 ** 63;

function lockDelayNs(given: Json): number {
  if (typeof given === 'number') return Math.trunc(given);
  if (typeof given !== 'string') return 0;
  const parsed = parseDuration(given);
  if (!parsed.ok) throw new DecodeError('LockDelay', parsed.message);
  return Math.round(parsed.ms * NANOSECONDS_PER_MS);
}

function toBehavior(given: string): SessionBehavior {
  if (given === '') return 'release';
  const behavior = SESSION_BEHAVIORS.find((known) => known === given);
  if (behavior === undefined) throw invalid('Behavior', `Invalid Behavior setting '${given}'`);
  return behavior;
}

const TTL_MS_MAX = 24 * 3_600_000;

function toTtl(given: string, minMs: number): string {
  if (given === '') return '';
  const parsed = parseDuration(given);
  if (!parsed.ok) throw invalid('TTL', `Session TTL '${given}' invalid: ${parsed.message}`);
  const { ms } = parsed;
  if (ms === 0 || (ms >= minMs && ms <= TTL_MS_MAX)) return given;
  const range = `[${formatDuration(minMs)}=${formatDuration(TTL_MS_MAX)}]`;
  const ns = BigInt(Math.round(ms * NANOSECONDS_PER_MS));
  throw invalid('TTL', `Invalid Session TTL '${ns}', must be between ${range}`);
}

function invalid(field: string, reason: string): HttpError {
  return new HttpError('session_invalid', reason, field);
}
