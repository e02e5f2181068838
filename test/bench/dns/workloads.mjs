// The workloads, each with its aim. A row that only asks and counts is data; what needs more has a file of its own.
import { absent, addresses, differing, tagged } from './questions.mjs';
import { againstOthers } from './workloads/against-others.mjs';
import { besideHttp } from './workloads/beside-http.mjs';
import { bySize } from './workloads/by-size.mjs';
import { footprint } from './workloads/footprint.mjs';
import { underFlips } from './workloads/under-flips.mjs';

const DIFFERING_PER_SECOND = 100_000;

/** `run(bench)` gives `{ rows, ratios, facts? }`. */
export const workloads = [
  {
    id: 'W1',
    title: '10,000 names × 3 A, no EDNS',
    run: againstOthers({ set: 'three', questions: addresses(), aims: { NSD: 1 } }),
  },
  {
    id: 'W2',
    title: '10,000 names × 3 SRV with additional addresses',
    run: againstOthers({
      set: 'three',
      questions: addresses({ type: 'SRV' }),
      additional: true,
      aims: { NSD: 0.9 },
    }),
  },
  {
    id: 'W3',
    title: '100,000 instances over 10,000 services, A with EDNS 1232',
    run: againstOthers({
      set: 'ten',
      questions: addresses({ ednsBytes: 1232 }),
      aims: { NSD: 0.9 },
    }),
  },
  {
    id: 'W4',
    title: 'every question asked once',
    run: againstOthers({
      set: 'single',
      questions: (set, seconds) => differing(seconds * DIFFERING_PER_SECOND)(set),
      warm: tagged(20_000),
      fresh: true,
      additional: true,
      aims: { CoreDNS: 2, NSD: 0.3 },
    }),
  },
  {
    id: 'W5',
    title: 'random names that are not there',
    run: againstOthers({ set: 'three', questions: absent(300_000), aims: { NSD: 0.6 } }),
  },
  { id: 'W6', title: 'W1 while 1,000 status flips a second commit', run: underFlips },
  { id: 'W7', title: '20,000 a second for a name with 1 to 5,000 instances', run: bySize },
  {
    id: 'W8',
    title: '10,000 a second while HTTP lists the catalog and takes 2,000 registrations a second',
    run: besideHttp,
  },
  {
    id: 'W9',
    title: 'W1 over TCP, 100 connections, pipelined',
    run: againstOthers({ set: 'three', questions: addresses(), tcp: true, aims: { NSD: 0.5 } }),
  },
  {
    id: 'W10',
    title: 'W1 with two threads on two cores, which the generator shares',
    run: againstOthers({ set: 'three', questions: addresses(), threads: 2, aims: {} }),
  },
  {
    id: 'W11',
    title: 'W1 over `node:dgram`',
    run: againstOthers({
      set: 'three',
      questions: addresses(),
      env: { ROLLCALL_DNS_TRANSPORT: 'dgram' },
      aims: { NSD: 0.45 },
    }),
  },
  { id: 'view', title: 'the view with 100,000 instances', run: footprint },
];
