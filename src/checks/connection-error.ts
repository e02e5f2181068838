/**
 * Words a failed connection as Go does (`dial tcp 127.0.0.1:1: connect: connection refused`), because the output of
 * a check is read by people and scripts that know Consul's. What has no counterpart keeps Node's own text.
 */
import { isIPv6 } from 'node:net';

export const TIMEOUT_TEXT = 'i/o timeout';

interface SystemError {
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly address?: unknown;
  readonly port?: unknown;
  readonly hostname?: unknown;
}

const SYSTEM_TEXTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset by peer',
  EPIPE: 'broken pipe',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
  ETIMEDOUT: 'connection timed out',
  EADDRNOTAVAIL: 'cannot assign requested address',
  EACCES: 'permission denied',
  EINVAL: 'invalid argument',
  EMFILE: 'too many open files',
};

const UNKNOWN_AUTHORITY = 'x509: certificate signed by unknown authority';
const CERTIFICATE_TEXTS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  CERT_HAS_EXPIRED: 'x509: certificate has expired or is not yet valid',
  CERT_NOT_YET_VALID: 'x509: certificate has expired or is not yet valid',
};

/** Go's text for `error`, which a socket or undici raised. */
export function connectionErrorText(error: unknown): string {
  const cause = firstCause(error);
  const { code, syscall, address, port, hostname } = cause as SystemError;
  if (typeof code !== 'string') return cause instanceof Error ? cause.message : String(cause);

  if (code === 'ENOTFOUND') return `dial tcp: lookup ${String(hostname)}: no such host`;
  if (code === 'EAI_AGAIN') return `dial tcp: lookup ${String(hostname)}: server misbehaving`;
  if (code === 'UND_ERR_SOCKET') return 'EOF';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `tls: failed to verify certificate: x509: ${(cause as Error).message}`;
  }
  const certificate = textOf(CERTIFICATE_TEXTS, code);
  if (certificate !== undefined) return `tls: failed to verify certificate: ${certificate}`;

  const system = textOf(SYSTEM_TEXTS, code);
  if (system === undefined) return (cause as Error).message;
  if (syscall === 'connect' && typeof address === 'string') {
    return `dial tcp ${hostAndPort(address, port)}: connect: ${system}`;
  }
  return `${String(syscall ?? 'read')} tcp: ${system}`;
}

/** `host:port`, with brackets around an IPv6 address. */
export function hostAndPort(host: string, port: unknown): string {
  return isIPv6(host) ? `[${host}]:${String(port)}` : `${host}:${String(port)}`;
}

function textOf(texts: Readonly<Record<string, string>>, code: string): string | undefined {
  return Object.hasOwn(texts, code) ? texts[code] : undefined;
}

/** The error that the operating system gave: below undici's wrapping, and the first of those of a host's addresses. */
function firstCause(error: unknown): object {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return firstCause(error.errors[0]);
  }
  if (error instanceof Error) {
    const { code } = error as SystemError;
    const wraps = error.cause instanceof Error && (code === undefined || code === 'UND_ERR_SOCKET');
    return wraps ? firstCause(error.cause) : error;
  }
  return new Error(String(error));
}
