/** Why the HTTP interface cannot listen on an address, in words that say what to do. DNS has an error of its own. */
import type { ListenAddress } from './listeners.ts';

export class HttpBindError extends Error {
  readonly code = 'http_bind_failed';
  readonly address: ListenAddress;
  /** The system's own code, e.g. `EADDRINUSE`. */
  readonly reason: string;

  constructor(address: ListenAddress, reason: string) {
    super(describe(address, reason));
    this.name = 'HttpBindError';
    this.address = address;
    this.reason = reason;
  }
}

export function httpBindError(address: ListenAddress, error: unknown): HttpBindError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return new HttpBindError(address, typeof code === 'string' ? code : String(error));
}

const OTHER_PORT = 'set another with -http-port or "ports.http"';
const OTHER_ADDRESS = 'set another with -client or "addresses.http"';

function describe({ host, port }: ListenAddress, reason: string): string {
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  const shown = `HTTP address ${address}`;
  switch (reason) {
    case 'EADDRINUSE':
      return `${shown} is already in use: stop what listens there, or ${OTHER_PORT}`;
    case 'EACCES':
    case 'EPERM':
      return `${shown} needs root or the capability CAP_NET_BIND_SERVICE: grant it, or ${OTHER_PORT}`;
    case 'EADDRNOTAVAIL':
      return `${shown} does not belong to this machine: ${OTHER_ADDRESS}`;
    case 'EAFNOSUPPORT':
      return `${shown} is of a family that this machine does not have: ${OTHER_ADDRESS}`;
    default:
      return `${shown} cannot be listened on: ${reason}`;
  }
}
