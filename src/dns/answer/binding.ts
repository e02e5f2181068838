/**
 * Service bindings (RFC 9460) as an instance's metadata describes them: `dns-alpn: h2,h3`, `dns-port: 8443`, and so on.
 * Pure; who is answered with them is decided in `lookups/bindings.ts`.
 */
import { type Name, parseName } from '../wire/name.ts';
import { encodeParameter } from '../zone/rdata/service-parameters.ts';

/** Metadata keys that make a binding, and the parameter that each sets. */
const PARAMETERS: ReadonlyMap<string, string> = new Map(
  ['alpn', 'no-default-alpn', 'port', 'ipv4hint', 'ipv6hint', 'ech', 'dohpath'].map((name) => [
    `dns-${name}`,
    name,
  ]),
);
const PRIORITY_KEY = 'dns-priority';
const TARGET_KEY = 'dns-target';

/** SvcParamKeys of RFC 9460 §14.3.2 that are looked at here. */
export const ParameterKey = {
  ALPN: 1,
  NO_DEFAULT_ALPN: 2,
  PORT: 3,
  IPV4_HINT: 4,
  IPV6_HINT: 6,
} as const;

export interface Binding {
  /** 1 … 65535. */
  readonly priority: number;
  /** Undefined: the instance itself. */
  readonly target: Name | undefined;
  /** Encoded values by key. */
  readonly parameters: Map<number, string>;
}

/** Undefined when the metadata says nothing of a binding. What it says wrong is left out. */
export function readBinding(meta: Readonly<Record<string, string>>): Binding | undefined {
  const isMeant = Object.keys(meta).some(
    (key) => PARAMETERS.has(key) || key === PRIORITY_KEY || key === TARGET_KEY,
  );
  if (!isMeant) return undefined;
  const parameters = new Map<number, string>();
  for (const [key, name] of PARAMETERS) {
    const text = meta[key];
    // The one parameter without a value is set by the word.
    const value = name === 'no-default-alpn' && text === 'true' ? '' : text;
    const isUsable = value !== undefined && !(name === 'port' && Number(value) === 0);
    const parameter = isUsable ? encodeParameter(name, value) : undefined;
    if (parameter !== undefined) parameters.set(parameter.key, parameter.value);
  }
  // RFC 9460 §7.1.1: without alpn there would be no protocol left.
  if (!parameters.has(ParameterKey.ALPN)) parameters.delete(ParameterKey.NO_DEFAULT_ALPN);
  return {
    priority: readPriority(meta[PRIORITY_KEY]),
    target: readTarget(meta[TARGET_KEY]),
    parameters,
  };
}

/** RFC 9460 §2.4.1: 0 would make an alias of the name. */
function readPriority(text: string | undefined): number {
  const priority = /^\d{1,5}$/.test(text ?? '') ? Number(text) : 0;
  return priority > 0 && priority <= 65_535 ? priority : 1;
}

function readTarget(text: string | undefined): Name | undefined {
  const name = text === undefined || text === '' ? undefined : parseName(text);
  return name === undefined || name.length === 1 ? undefined : name;
}
