/**
 * Decides at the start what carries datagrams: batches where this machine has them, node:dgram elsewhere, or what
 * ROLLCALL_DNS_TRANSPORT says. Gives the line for the log; opens nothing.
 */
import { isLibc, type Libc, loadLibc } from './libc.ts';

export type DatagramChoice =
  | { readonly kind: 'batch'; readonly libc: Libc; readonly text: string }
  | { readonly kind: 'dgram'; readonly text: string };

/** What was asked for cannot be had on this machine, or is nothing that there is. */
export class TransportChoiceError extends Error {
  readonly code = 'dns_transport_unavailable';

  constructor(message: string) {
    super(message);
    this.name = 'TransportChoiceError';
  }
}

/** The libc of it is for this thread; others load their own. @throws TransportChoiceError */
export function chooseDatagrams(
  env: Readonly<Record<string, string | undefined>>,
  load = loadLibc,
): DatagramChoice {
  const asked = env.ROLLCALL_DNS_TRANSPORT ?? '';
  if (asked !== '' && asked !== 'batch' && asked !== 'dgram') {
    throw new TransportChoiceError(
      `ROLLCALL_DNS_TRANSPORT is "${asked}": it must be "batch" or "dgram"`,
    );
  }
  if (asked === 'dgram') return singly('ROLLCALL_DNS_TRANSPORT says so');
  const libc = load();
  if (isLibc(libc)) return { kind: 'batch', libc, text: 'UDP goes in batches' };
  if (asked === '') return singly(libc.reason);
  throw new TransportChoiceError(
    `ROLLCALL_DNS_TRANSPORT is "batch", which cannot be had: ${libc.reason}`,
  );
}

function singly(reason: string): DatagramChoice {
  return { kind: 'dgram', text: `UDP goes by node:dgram, not in batches: ${reason}` };
}
