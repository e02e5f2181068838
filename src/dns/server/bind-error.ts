/** Why an address cannot be listened on, in words that say what to do. */
import { formatSocketAddress, type SocketAddress } from './transport.ts';

export class BindError extends Error {
  readonly code = 'dns_bind_failed';
  readonly address: SocketAddress;
  /** The system's own code, e.g. `EADDRINUSE`. */
  readonly reason: string;

  constructor(address: SocketAddress, reason: string) {
    super(describe(address, reason));
    this.name = 'BindError';
    this.address = address;
    this.reason = reason;
  }
}

export function bindError(address: SocketAddress, error: unknown): BindError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return new BindError(address, typeof code === 'string' ? code : String(error));
}

function describe(address: SocketAddress, reason: string): string {
  const shown = `address ${formatSocketAddress(address)}`;
  switch (reason) {
    case 'EADDRINUSE':
      return `${shown} is already in use`;
    case 'EACCES':
    case 'EPERM':
      return `${shown} needs root or the capability CAP_NET_BIND_SERVICE`;
    case 'EADDRNOTAVAIL':
      return `${shown} does not belong to this machine`;
    case 'EAFNOSUPPORT':
      return `${shown} is of a family that this machine does not have`;
    default:
      return `${shown} cannot be listened on: ${reason}`;
  }
}
