/**
 * What is set about the certificate authority: the lifetimes of certificates, and whatever else clients keep with them.
 * What was set over HTTP goes before the agent's own configuration; what it leaves out has its default. Pure.
 */
import type { CaConfigurationRow, Json } from '../catalog/index.ts';
import { formatDuration } from '../runtime/index.ts';

const HOUR_MS = 3_600_000;

/** Consul's, and all that a root may be until it is rotated. */
const ROOT_TTL_MS = 87_600 * HOUR_MS;
/** Consul's; there is no intermediate. */
const INTERMEDIATE_TTL_MS = 8_760 * HOUR_MS;
const LEAF_TTL_MS_MIN = HOUR_MS;
const LEAF_TTL_MS_MAX = 8_760 * HOUR_MS;

export interface Ttls {
  readonly leafTtlMs: number;
  readonly intermediateTtlMs: number;
  readonly rootTtlMs: number;
}

export interface CaConfiguration extends Ttls {
  readonly forceWithoutCrossSigning: boolean;
  /** Kept and shown. */
  readonly other: Readonly<Record<string, Json>>;
}

/** What holds with `row`; undefined: nothing was set. */
export function configurationOf(
  row: Omit<CaConfigurationRow, 'createIndex' | 'modifyIndex'> | undefined,
  leafTtlMs: number,
): CaConfiguration {
  return {
    leafTtlMs: row?.leafTtlMs ?? leafTtlMs,
    intermediateTtlMs: row?.intermediateTtlMs ?? INTERMEDIATE_TTL_MS,
    rootTtlMs: row?.rootTtlMs ?? ROOT_TTL_MS,
    forceWithoutCrossSigning: row?.forceWithoutCrossSigning ?? false,
    other: row?.other ?? {},
  };
}

/** What Consul refuses about them, in its words; undefined when they are good. */
export function ttlProblem({ leafTtlMs, intermediateTtlMs, rootTtlMs }: Ttls): string | undefined {
  const [intermediate, root] = [intermediateTtlMs, rootTtlMs].map(formatDuration);
  if (rootTtlMs < intermediateTtlMs) {
    return (
      'root cert TTL is set and is not greater than intermediate cert ttl. ' +
      `root cert ttl: ${root}, intermediate cert ttl: ${intermediate}`
    );
  }
  if (leafTtlMs < LEAF_TTL_MS_MIN) {
    return `leaf cert TTL must be greater or equal than ${formatDuration(LEAF_TTL_MS_MIN)}`;
  }
  if (leafTtlMs > LEAF_TTL_MS_MAX) {
    return `leaf cert TTL must be less than ${formatDuration(LEAF_TTL_MS_MAX)}`;
  }
  if (intermediateTtlMs < 3 * leafTtlMs) {
    const least = formatDuration(3 * leafTtlMs);
    return `Intermediate Cert TTL must be greater or equal than 3 * LeafCertTTL (>=${least}).`;
  }
  return undefined;
}
