/**
 * Bounds of requests over HTTP: their octets, connections and time, and the work of filters and patterns.
 * A new row goes in here, and is read as `limits.<row>` (`../limits.ts`).
 */
import { limit } from './limit.ts';

/** The bounds of requests over HTTP, by row. */
export const httpLimits = {
  // HTTP
  httpBodyBytes: limit({
    default: 1 << 20,
    min: 4096,
    max: 64 << 20,
    why: 'a request body is read whole before it is decoded; the largest registrations are some 100 KiB',
  }),
  httpBodiesBytes: limit({
    default: 512 << 20,
    min: 1 << 20,
    max: 2 ** 32,
    why: 'bodies past 64 KiB of all requests, as far as they have come, but for snapshots, of which only the rows are held',
  }),
  httpHeaderBytes: limit({
    default: 32 << 10,
    min: 8 << 10,
    max: 1 << 20,
    why: 'all headers of one request; tokens and cookies of a proxy fit, a flood does not',
  }),
  jsonDepth: limit({
    default: 64,
    min: 16,
    max: 512,
    why: 'nesting of the free-form parts of a request; every later reader of them recurses',
  }),
  filterCharacters: limit({
    default: 16_384,
    min: 256,
    max: 1 << 20,
    why: 'one filter expression; programs that ask for a list of ids write a few hundred of them',
  }),
  filterDepth: limit({
    default: 64,
    min: 4,
    max: 512,
    why: 'parentheses and `not` within each other in a filter; reading and evaluating it recurse',
  }),
  filterSteps: limit({
    default: 1 << 25,
    min: 1 << 16,
    max: 2 ** 32,
    why: 'comparisons and steps of patterns that one filter may take, all in one go: a second of the thread at worst',
  }),
  httpConnections: limit({
    default: 16384,
    min: 16,
    max: 1 << 20,
    why: 'open client connections, each with a file descriptor; past this new ones are closed at once',
  }),
  httpConnectionsPerClient: limit({
    default: 200,
    min: 1,
    max: 1 << 20,
    why: "of one address: one client that leaks connections must not shut out the others; 200 is Consul's",
  }),
  blockingQueries: limit({
    default: 32768,
    min: 16,
    max: 1 << 20,
    why: 'waiting long polls; pipelining lets one connection open many',
  }),
  liveReplies: limit({
    default: 64,
    min: 1,
    max: 4096,
    why: 'clients that follow the log or the metrics: each line is written to all of them',
  }),
  logTailCharacters: limit({
    default: 1 << 20,
    min: 4096,
    max: 64 << 20,
    why: 'lines of the log that wait for one follower; of those past it, only the number is kept',
  }),
  caConfigurationBytes: limit({
    default: 64 << 10,
    min: 1024,
    max: 1 << 20,
    why: 'the configuration of certificates, which is kept with all that clients add to it',
  }),
  httpHeadersMs: limit({
    default: 10_000,
    min: 1000,
    max: 600_000,
    why: 'from the first byte of a request to the end of its headers: a slow client holds a connection',
  }),
  httpRequestMs: limit({
    default: 60_000,
    min: 1000,
    max: 3_600_000,
    why: 'from the first byte of a request to the end of its body: a slow client holds a connection',
  }),
  httpKeepAliveMs: limit({
    default: 120_000,
    min: 1000,
    max: 3_600_000,
    why: 'an idle connection is kept a little longer than clients and load balancers keep theirs (90 s in Go)',
  }),
  httpLingerMs: limit({
    default: 500,
    min: 0,
    max: 60_000,
    why: "a client that was refused while it sends: for so long what comes is thrown away; 500 ms is Go's",
  }),
  httpDrainMs: limit({
    default: 5000,
    min: 0,
    max: 600_000,
    why: 'what is in flight when the agent stops; a client that does not finish its request must not hold it',
  }),

  // Regular expressions
  regexpBytes: limit({
    default: 1024,
    min: 16,
    max: 65_536,
    why: 'a regular expression of a client: a match takes time by its length times that of the text',
  }),
  regexpAtoms: limit({
    default: 1024,
    min: 16,
    max: 65_536,
    why: 'characters and classes of a regular expression with its counted repeats written out: x{1000} is a thousand',
  }),
} as const;
