/**
 * Which service an instance stands for in the mesh: that of a proxy, or its own when it speaks for itself. Knows of a
 * row only what that takes.
 */

/** Of a row of the catalog's services; `connect` and `proxy` are JSON as it was registered. */
export interface MeshPart {
  readonly kind: string;
  readonly service: string;
  readonly connect: unknown;
  readonly proxy: unknown;
}

/** Empty for an instance that is not of the mesh. */
export function connectServiceOf({ kind, service, connect, proxy }: MeshPart): string {
  if (isObject(connect) && connect.Native === true) return service;
  const destination = isObject(proxy) ? proxy.DestinationServiceName : undefined;
  return kind === 'connect-proxy' && typeof destination === 'string' ? destination : '';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
