/** An upstream as text, for the log alone: clients are never told whom we ask. */
import type { UpstreamAddress } from '../options.ts';

/** `192.0.2.1:53`, `[2001:db8::1]:53`. */
export function formatAddress({ address, port }: UpstreamAddress): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
