/**
 * What can be wrong with master files, and how it is told: every fault with its file, line and reason, all of
 * them in one error. `FieldFault` is how a leaf reports one bad token; the parser turns it into a ZoneFault.
 */

/** One fault, e.g. `zones/consul.zone:12: "300.1.1.1" is not an IPv4 address`. */
export interface ZoneFault {
  /** As the loader was given it; relative names stay relative. */
  readonly file: string;
  /** 1 for the first; 0 when the fault is the file itself. */
  readonly line: number;
  readonly reason: string;
}

/** Where a record was written, so that faults found later can still point at it. */
export interface Origin {
  readonly file: string;
  readonly line: number;
}

export function formatFault(fault: ZoneFault): string {
  const place = fault.line === 0 ? fault.file : `${fault.file}:${fault.line}`;
  return `${place}: ${fault.reason}`;
}

/** A set of master files that cannot be served; nothing of it was kept. */
export class ZoneError extends Error {
  readonly code = 'zone_refused';
  readonly faults: readonly ZoneFault[];

  constructor(faults: readonly ZoneFault[]) {
    super(faults.map(formatFault).join('\n'));
    this.name = 'ZoneError';
    this.faults = faults;
  }
}

/** Thrown while one entry is read; `line` is that of the token at fault. */
export class FieldFault extends Error {
  readonly line: number;

  constructor(line: number, reason: string) {
    super(shortened(reason));
    this.name = 'FieldFault';
    this.line = line;
  }
}

/** A reason quotes the token, and that can be as long as an entry. */
function shortened(reason: string): string {
  return reason.length <= 600 ? reason : `${reason.slice(0, 400)}…${reason.slice(-150)}`;
}
