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

  // Regular expressions and events
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

  // Key-value store and sessions
  kvKeyBytes: limit({
    default: 1900,
    min: 64,
    max: 1960,
    why: 'a key of the key-value store is a store key, and LMDB takes keys of up to 1978 bytes',
  }),
  kvValueBytes: limit({
    default: 524_288,
    min: 1024,
    max: 16 << 20,
    why: "one value, and the body of a transaction; 512 KiB is Consul's limit",
  }),
  kvEntries: limit({
    default: 1 << 20,
    min: 1,
    max: 1 << 24,
    why: 'entries of the key-value store, all of them in memory',
  }),
  kvTombstones: limit({
    default: 1 << 18,
    min: 1024,
    max: 1 << 22,
    why: 'deleted keys that are remembered for blocking reads of their prefixes; past this the oldest are forgotten early',
  }),
  txnOperations: limit({
    default: 128,
    min: 1,
    max: 1024,
    why: "operations of one transaction, which no other write can come between; 128 is Consul's limit",
  }),
  sessions: limit({
    default: 1 << 17,
    min: 1,
    max: 1 << 22,
    why: 'sessions, each with a timer if it has a TTL',
  }),
  sessionChecks: limit({
    default: 256,
    min: 1,
    max: 4096,
    why: 'checks that one session falls with, under each of which it is filed',
  }),
  lockDelayMs: limit({
    default: 60_000,
    min: 0,
    max: 600_000,
    why: "the longest that a key stays unlockable after its holder was lost; 60 s is Consul's limit",
  }),

  // Certificate authority
  caLeaves: limit({
    default: 4096,
    min: 16,
    max: 1 << 18,
    why: 'certificates of services that are kept to be asked for again; past this the one asked for longest ago is forgotten',
  }),
  caSignings: limit({
    default: 256,
    min: 1,
    max: 65_536,
    why: 'certificates that wait to be signed, one after another, each some milliseconds of work; past this they are refused',
  }),

  // Prepared queries, events and coordinates
  events: limit({
    default: 256,
    min: 1,
    max: 65_536,
    why: 'user events that are listed; the oldest make room, as in Consul',
  }),
  eventBytes: limit({
    default: 512,
    min: 64,
    max: 9216,
    why: 'name, payload and filters of a user event; what gossip takes in Consul, so that an event works in both',
  }),
  preparedQueries: limit({
    default: 16_384,
    min: 1,
    max: 1 << 20,
    why: 'prepared queries that are stored; every answer thread has a copy of them',
  }),
  preparedQueryBytes: limit({
    default: 16_384,
    min: 1024,
    max: 1 << 20,
    why: 'body of a prepared query: each of its texts is rendered anew for each name that a template answers',
  }),
  renderedQueries: limit({
    default: 1024,
    min: 1,
    max: 1 << 20,
    why: 'names for which an answer thread keeps what a template says; past it the oldest make room',
  }),
  coordinateSegments: limit({
    default: 16,
    min: 1,
    max: 1024,
    why: 'segments of the network that one node has coordinates in',
  }),

  // DNS wire
  nameHops: limit({
    default: 16,
    min: 1,
    max: 126,
    why: 'compression pointers followed for one name: long backward chains cost quadratic time',
  }),
  nameWorkOctets: limit({
    default: 131_072,
    min: 65_536,
    max: 1 << 20,
    why: 'octets walked for all names of one message: twice the longest message; more is a decompression bomb',
  }),
  ednsOptions: limit({
    default: 32,
    min: 8,
    max: 1024,
    why: 'EDNS options kept of one message; those after them are checked and forgotten',
  }),
  udpPayloadBytes: limit({
    default: 1232,
    min: 512,
    max: 4096,
    why: 'DNS Flag Day 2020, RFC 9715: what passes without fragments on practically every path',
  }),
  compiledAnswerBytes: limit({
    default: 64 << 20,
    min: 1 << 20,
    max: 1 << 30,
    why: 'answers that a thread keeps ready, by name and type; past it others make room, which are made again when asked',
  }),
  rateLimitSlots: limit({
    default: 1 << 17,
    min: 1 << 10,
    max: 1 << 22,
    why: 'flows that the response-rate limit tells apart, 18 octets each, a power of two; past it they share slots',
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

  // HTTP
  httpBodyBytes: limit({
    default: 1 << 20,
    min: 4096,
    max: 64 << 20,
    why: 'a request body is read whole before it is decoded; the largest registrations are some 100 KiB',
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
    max: 1 << 32,
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
  httpDrainMs: limit({
    default: 5000,
    min: 0,
    max: 600_000,
    why: 'what is in flight when the agent stops; a client that does not finish its request must not hold it',
  }),

  // Snapshots
  snapshotBytes: limit({
    default: 256 << 20,
    min: 1 << 20,
    max: 1 << 30,
    why: 'an archive to restore, as it is sent; it is read whole, since nothing is changed before all of it is checked',
  }),
  snapshotStateBytes: limit({
    default: 1 << 30,
    min: 1 << 20,
    max: 2 ** 32,
    why: 'the same unpacked: gzip makes a thousand of one, and all rows are in memory before the first is written',
  }),

  // Zones
  zoneFileBytes: limit({
    default: 64 << 20,
    min: 4096,
    max: 1 << 30,
    why: 'a master file is read whole; a wrong path (a device, a log) must not fill the memory',
  }),
  zoneEntryCharacters: limit({
    default: 300_000,
    min: 1000,
    max: 1 << 24,
    why: 'an entry of a master file is read without a pause; 65,535 octets of data, each written as \\DDD, are fewer',
  }),
  zoneIncludeDepth: limit({
    default: 8,
    min: 1,
    max: 64,
    why: '$INCLUDE within $INCLUDE; a file that includes itself is refused before that',
  }),
  zoneFaults: limit({
    default: 50,
    min: 1,
    max: 10_000,
    why: 'faults reported of one zone; a file of another kind has one in every line',
  }),
  dnsRecords: limit({
    default: 1000,
    min: 1,
    max: 4000,
    why: 'records of one RRset written through HTTP; they go out in one message, and are compared with each other',
  }),
  dnsRecordCharacters: limit({
    default: 245_760,
    min: 512,
    max: 262_144,
    why: 'text of one record written through HTTP: as many octets as an RRset has, each escaped as \\DDD',
  }),
  dnsRRsetBytes: limit({
    default: 60_000,
    min: 4096,
    max: 65_000,
    why: 'an RRset as it goes out, owners compressed: past 64 KiB no message could carry it',
  }),
  dnsRRsets: limit({
    default: 200_000,
    min: 1,
    max: 1 << 24,
    why: 'RRsets written through HTTP in all zones, each in the memory of every thread and in the store',
  }),
  poolGroups: limit({
    default: 16,
    min: 1,
    max: 256,
    why: 'client locations whose order of nearness a selection keeps; each costs a copy of its instances',
  }),
  explainWaiting: limit({
    default: 16,
    min: 1,
    max: 1024,
    why: 'explanations that wait for the one being made: each goes through all instances of a service',
  }),
  explainedInstances: limit({
    default: 1000,
    min: 10,
    max: 100_000,
    why: 'instances that one explanation lists; of the others it tells how many and why',
  }),
  targetsLookedUp: limit({
    default: 8,
    min: 0,
    max: 64,
    why: 'targets of one answer that are looked up elsewhere for its additional section, and, times 16, in the catalog',
  }),
  aliasHops: limit({
    default: 8,
    min: 1,
    max: 32,
    why: 'CNAME and DNAME followed for one question; chains can loop, and each hop is a look-up',
  }),

  // Subnets
  configuredSubnets: limit({
    default: 4096,
    min: 1,
    max: 1 << 20,
    why: 'subnets in one list or map of the configuration, in which the client of every question is looked up',
  }),

  // Forwarding
  forwardWaiting: limit({
    default: 4096,
    min: 1,
    max: 65536,
    why: 'clients that wait for an upstream; a dead one must not pile them up, past this SERVFAIL is sent',
  }),
  forwardSockets: limit({
    default: 512,
    min: 1,
    max: 16384,
    why: 'questions under way to upstreams, each with a socket of its own or more',
  }),
  forwardGraceMs: limit({
    default: 1000,
    min: 100,
    max: 60_000,
    why: 'a question or client that waited so long for an upstream makes room for a new one when there is none left',
  }),
  forwardTries: limit({
    default: 1024,
    min: 1,
    max: 32768,
    why: 'sockets to upstreams; past this a question is put to a second one only when the first has failed',
  }),
  forwardCacheEntries: limit({
    default: 1 << 20,
    min: 1,
    max: 1 << 24,
    why: 'replies kept, beside the octets of dns_config.recursor_cache.max_bytes; the table is made for so many',
  }),
  forwardPrefetches: limit({
    default: 64,
    min: 1,
    max: 4096,
    why: 'hot names asked again before they expire, at a time; clients that wait go before them',
  }),
  forwardMismatches: limit({
    default: 20,
    min: 1,
    max: 1000,
    why: 'replies that do not match before the question goes over TCP: somebody may be guessing ids (RFC 5452 §9)',
  }),
  forwardAliases: limit({
    default: 16,
    min: 8,
    max: 64,
    why: 'aliases followed in the answer of an upstream; resolvers follow 11 or so themselves',
  }),
  forwardTotalMs: limit({
    default: 10_000,
    min: 100,
    max: 600_000,
    why: 'all tries at all recursors together; stub resolvers have given up by then',
  }),
  forwardHedgeMs: limit({
    default: 400,
    min: 50,
    max: 10_000,
    why: 'silence of one recursor before the next is asked as well; a name has to be answered within a second',
  }),
  forwardSpreadMs: limit({
    default: 700,
    min: 100,
    max: 10_000,
    why: 'from the first recursor asked to the last when all are silent: with more of them each waits for less',
  }),
  forwardDeadMs: limit({
    default: 30_000,
    min: 1000,
    max: 600_000,
    why: 'the longest between two tries at a recursor that says nothing; the first is a second',
  }),
  forwardFailureMs: limit({
    default: 30_000,
    min: 5000,
    max: 300_000,
    why: 'the longest that a failure is kept, after doubling from 5 s; RFC 9520 §3.2 allows 5 minutes',
  }),
  forwardStaleMs: limit({
    default: 1800,
    min: 0,
    max: 10_000,
    why: 'an expired answer is given when there is no new one by then (client response timer, RFC 8767 §5)',
  }),
  forwardRecheckMs: limit({
    default: 30_000,
    min: 1000,
    max: 600_000,
    why: 'between two tries at renewing an expired answer (failure recheck timer, RFC 8767 §5)',
  }),

  // DNS transports
  dnsReceiveBufferBytes: limit({
    default: 4 << 20,
    min: 65536,
    max: 64 << 20,
    why: 'datagrams that the kernel holds while the thread is busy; it grants what net.core.rmem_max allows',
  }),
  dnsQueryPatienceMs: limit({
    default: 1000,
    min: 100,
    max: 60_000,
    why: 'age of a queue from which on the newest query is answered first: clients of the oldest may have asked again',
  }),
  dnsQueryExpiryMs: limit({
    default: 5000,
    min: 100,
    max: 60_000,
    why: 'age from which on a query is dropped: glibc, dig and dnsperf give up after 5 s',
  }),
  dnsBacklogBytes: limit({
    default: 2 << 20,
    min: 1 << 16,
    max: 64 << 20,
    why: 'queries taken from the kernel to answer the newest first, 128 octets each; the oldest make room',
  }),
  dnsConnections: limit({
    default: 1024,
    min: 1,
    max: 65536,
    why: 'TCP connections of all clients, each a descriptor and buffers; past this the longest idle one is closed',
  }),
  dnsConnectionQueries: limit({
    default: 64,
    min: 1,
    max: 4096,
    why: 'queries in flight on one TCP connection; past this its next ones wait unread (RFC 7766 §6.2.1.1)',
  }),
  dnsConnectionIdleMs: limit({
    default: 10_000,
    min: 1000,
    max: 600_000,
    why: 'a TCP connection with nothing in flight and nothing sent (RFC 7766 §6.2.3)',
  }),
  dnsFrameMs: limit({
    default: 5000,
    min: 100,
    max: 600_000,
    why: 'from the first octet of a TCP message to its last: a slow writer holds a connection',
  }),
  dnsUnreadBytes: limit({
    default: 256 << 10,
    min: 65537,
    max: 64 << 20,
    why: 'replies that a TCP client does not read; past this no more of its queries are, then it is closed',
  }),
  dnsDrainMs: limit({
    default: 3000,
    min: 0,
    max: 60_000,
    why: 'what is in flight when the thread stops; an upstream that never answers must not hold it',
  }),
  dnsThreads: limit({
    default: 1,
    min: 1,
    max: 64,
    why: 'threads for datagrams, each with a copy of the catalog; more than cores only take turns',
  }),
  dnsThreadRestarts: limit({
    default: 4,
    min: 0,
    max: 100,
    why: 'deaths of one thread within a minute of each other: what kills it again and again is for whoever runs us',
  }),
  dnsViewBacklog: limit({
    default: 50_000,
    min: 1000,
    max: 10_000_000,
    why: 'changes posted to an answer thread that it has not applied; past this it gets the whole catalog anew',
  }),
} as const;
