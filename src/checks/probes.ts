/**
 * The kinds of active check that rollcall can run. A new kind is a file beside this one, a row here and a row in
 * its contract test; neither the runner nor the definition changes.
 */
import type { CheckDefinition } from './definition.ts';
import { kindOf } from './definition.ts';
import { httpProbe } from './http-probe.ts';
import type { Probe, ProbeKind } from './probe.ts';
import { tcpProbe } from './tcp-probe.ts';

export const PROBE_KINDS: readonly ProbeKind[] = [httpProbe, tcpProbe];

/** The probe of a definition, or undefined for TTL checks and for kinds that are not built. */
export function probeFor(definition: CheckDefinition, outputBytesMax: number): Probe | undefined {
  const kind = kindOf(definition);
  return PROBE_KINDS.find((row) => row.kind === kind)?.create(definition, outputBytesMax);
}

/** Why this check can't be run by rollcall yet, as a sentence for whoever registers it, or undefined. */
export function unbuiltKind(definition: CheckDefinition): string | undefined {
  const kind = kindOf(definition);
  if (kind === 'ttl' || PROBE_KINDS.some((row) => row.kind === kind)) return undefined;
  const built = ['ttl', ...PROBE_KINDS.map((row) => row.kind)].join(', ');
  return `checks of kind "${kind}" are not supported yet (supported: ${built})`;
}
