/** Which service an instance stands for in the mesh: that of a proxy, or its own when it speaks for itself. */
import type { Json, ServiceRow } from './rows.ts';

/** Empty for an instance that is not of the mesh. */
export function connectServiceOf({
  kind,
  service,
  connect,
  proxy,
}: Pick<ServiceRow, 'kind' | 'service' | 'connect' | 'proxy'>): string {
  if (isObject(connect) && connect.Native === true) return service;
  const destination = isObject(proxy) ? proxy.DestinationServiceName : undefined;
  return kind === 'connect-proxy' && typeof destination === 'string' ? destination : '';
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
