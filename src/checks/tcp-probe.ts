/**
 * The TCP check: the connection (and, when asked for, the TLS handshake) is made and closed again. Nothing is sent.
 */
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { connectionErrorText, TIMEOUT_TEXT } from './connection-error.ts';
import type { CheckDefinition } from './definition.ts';
import type { ProbeKind, ProbeResult } from './probe.ts';

export const tcpProbe: ProbeKind = {
  kind: 'tcp',
  create: (definition) => ({ kind: 'tcp', run: (signal) => dial(definition, signal) }),
};

interface Target {
  readonly host: string;
  readonly port: number;
}

function dial(definition: CheckDefinition, signal: AbortSignal): Promise<ProbeResult> {
  const address = definition.tcp ?? '';
  const target = readTarget(address);
  if (typeof target === 'string') return Promise.resolve(critical(`dial tcp: ${target}`));
  const timedOut = critical(`dial tcp ${address}: ${TIMEOUT_TEXT}`);
  if (signal.aborted) return Promise.resolve(timedOut);

  const label = definition.tcpUseTls === true ? 'TCP+TLS' : 'TCP';
  const socket = open(definition, target);
  return new Promise((resolve) => {
    const settle = (result: ProbeResult): void => {
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      resolve(result);
    };
    const onAbort = (): void => settle(timedOut);
    signal.addEventListener('abort', onAbort);
    socket.once(definition.tcpUseTls === true ? 'secureConnect' : 'connect', () =>
      settle({ status: 'passing', output: `${label} connect ${address}: Success` }),
    );
    // Not `once`: a socket may fail again while it is being torn down.
    socket.on('error', (error) => settle(critical(connectionErrorText(error))));
    socket.once('close', () => settle(critical('EOF')));
  });
}

function open(definition: CheckDefinition, target: Target): Socket {
  if (definition.tcpUseTls !== true) return connect(target);
  const servername = definition.tlsServerName || (isIP(target.host) ? '' : target.host);
  const rejectUnauthorized = definition.tlsSkipVerify !== true;
  return connectTls({ ...target, rejectUnauthorized, ...(servername && { servername }) });
}

/** Reads `host:port`, `[v6]:port` or `:port`; the text of the mistake otherwise, as Go words it. */
function readTarget(address: string): Target | string {
  const parts = /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:[\]]*)$/.exec(address);
  if (parts === null) {
    const mistake =
      /:.*:/.test(address) && !address.includes(']') ? 'too many colons' : 'missing port';
    return `address ${address}: ${mistake} in address`;
  }
  const [, bracketed, plain, portText = ''] = parts;
  const port = Number(portText);
  if (!/^[0-9]+$/.test(portText)) return `lookup tcp/${portText}: unknown port`;
  if (port > 65_535) return `address ${portText}: invalid port`;
  return { host: bracketed || plain || 'localhost', port };
}

function critical(output: string): ProbeResult {
  return { status: 'critical', output };
}
