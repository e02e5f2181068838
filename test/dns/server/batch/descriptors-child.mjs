/** Opens sockets until the process has no descriptor left, and tells how that was said. Needs `dist`. */
import { readdirSync } from 'node:fs';

const batch = new URL('../../../../dist/dns/server/batch/', import.meta.url);
const load = (file) => import(new URL(file, batch).href);
const { loadLibc } = await load('libc.js');
const { openBatchSocket } = await load('open-batch-socket.js');
const { createWake } = await load('wake.js');

const libc = loadLibc();
const loop = { add() {}, remove() {} };
const clock = { now: () => 0, monotonic: () => 0, schedule: () => ({ cancel() {} }) };
const parts = { libc, loop, clock, respondTo: () => 0 };
const at = { address: '127.0.0.1', port: 0, ipv6Only: false };
const open = (port) => openBatchSocket({ ...at, port }, parts);
const descriptors = () => readdirSync('/proc/self/fd').length;

const { address } = await open(0);
const before = descriptors();
const bind = await open(address.port).catch(({ reason }) => reason);
const leaked = descriptors() - before;
let socket;
while (socket === undefined) await open(0).catch(({ reason }) => (socket = reason));
let wake;
try {
  createWake(libc);
} catch (error) {
  wake = error.message;
}
console.log(JSON.stringify({ socket, wake, bind, leaked }));
process.exit();
