/**
 * Every bound on something that a client, a peer or the wire can make grow: default, least, most, and why.
 * A queue, a table fed from outside or a loop over wire data without a row here is a defect.
 */

export interface Limit {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly why: string;
}

const limit = (value: Limit): Limit => Object.freeze(value);

export const limits = {
  // Catalog
  nameBytes: limit({
    default: 512,
    min: 64,
    max: 600,
    why: 'two names and a separator are one store key, and LMDB takes keys of up to 1978 bytes',
  }),
  commandsPerCommit: limit({
    default: 1024,
    min: 1,
    max: 65536,
    why: 'a group commit that grows without end would hold back its first caller',
  }),
  stagedCommands: limit({
    default: 16384,
    min: 1,
    max: 1 << 20,
    why: 'commands waiting for the disk; past this a write is refused with 503 instead of queued',
  }),

  // DNS wire
  nameHops: limit({
    default: 16,
    min: 1,
    max: 126,
    why: 'compression pointers followed for one name: long backward chains cost quadratic time',
  }),
  udpPayloadBytes: limit({
    default: 1232,
    min: 512,
    max: 4096,
    why: 'DNS Flag Day 2020, RFC 9715: what passes without fragments on practically every path',
  }),

  // Checks
  probesInFlight: limit({
    default: 512,
    min: 1,
    max: 16384,
    why: 'checks that look at the same time, each with a socket; after a pause all of them are due at once',
  }),
  checkBodyBytes: limit({
    default: 16 << 20,
    min: 4096,
    max: 1 << 30,
    why: 'read of one reply to an HTTP check, of which the last bytes are kept; the rest of the reply is not read',
  }),
  checkRedirects: limit({
    default: 10,
    min: 0,
    max: 10,
    why: 'redirects that one HTTP check follows; 10 is the limit of Go, and so of Consul',
  }),
} as const;
