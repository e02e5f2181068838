/** What the machine is and has left, as the system tells it; names of fields are those that Consul's clients get. */
import { statfs } from 'node:fs/promises';
import os from 'node:os';

/** Octets of memory and of the file system that `directory` is on; uptime in seconds. What cannot be told is null. */
export async function describeHost(directory: string) {
  const total = os.totalmem();
  const free = os.freemem();
  const errors: string[] = [];
  const disk = await describeDisk(directory).catch((error: unknown) => {
    errors.push(String(error));
    return null;
  });
  return {
    Memory: { total, available: free, used: total - free, usedPercent: share(total - free, total) },
    CPU: os.cpus().map(({ model, speed }, cpu) => ({ cpu, modelName: model, mhz: speed })),
    Host: {
      hostname: os.hostname(),
      uptime: Math.floor(os.uptime()),
      os: os.platform(),
      kernelVersion: os.release(),
      kernelArch: os.machine(),
    },
    Disk: disk,
    Errors: errors.length === 0 ? null : errors,
  };
}

async function describeDisk(path: string) {
  const { bsize, blocks, bfree, bavail, files, ffree } = await statfs(path);
  const total = blocks * bsize;
  const used = (blocks - bfree) * bsize;
  return {
    path,
    total,
    free: bavail * bsize,
    used,
    usedPercent: share(used, total),
    inodesTotal: files,
    inodesUsed: files - ffree,
    inodesFree: ffree,
  };
}

/** In percent. */
function share(part: number, whole: number): number {
  return whole === 0 ? 0 : (part / whole) * 100;
}
