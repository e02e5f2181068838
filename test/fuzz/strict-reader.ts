/**
 * Reads a whole message a second time, by code that is not the server's: every count, RDLENGTH and pointer is obeyed
 * exactly, and nothing may be left over. Slow and simple; throws an Error for whatever is not as it must be.
 */

export interface StrictRecord {
  /** Labels in lower case, latin1, each with its length octet: a map key. */
  readonly owner: string;
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
  /** As on the wire. */
  readonly rdata: Buffer;
  /** Offset of `rdata` in the message, for names inside of it. */
  readonly rdataAt: number;
}

export interface StrictMessage {
  readonly id: number;
  readonly flags: number;
  readonly questions: number;
  /** Octets of the question section. */
  readonly question: Buffer;
  readonly answers: readonly StrictRecord[];
  readonly authority: readonly StrictRecord[];
  /** With the OPT. */
  readonly additional: readonly StrictRecord[];
}

/** @throws Error for whatever is not as it must be */
export function readStrictly(
  octets: Buffer,
  after: 'nothing may follow' | 'octets may follow' = 'nothing may follow',
): StrictMessage {
  if (octets.length < 12) throw new Error(`a message of ${octets.length} octets`);
  let at = 12;
  const questions = octets.readUInt16BE(4);
  for (let left = questions; left > 0; left--) at = readName(octets, at).end + 4;
  if (at > octets.length) throw new Error('the question is cut off');
  const question = octets.subarray(12, at);
  const section = (count: number): StrictRecord[] =>
    Array.from({ length: count }, () => {
      const owner = readName(octets, at);
      const rdataAt = owner.end + 10;
      if (rdataAt > octets.length) throw new Error(`a record at ${at} is cut off`);
      const end = rdataAt + octets.readUInt16BE(owner.end + 8);
      if (end > octets.length) throw new Error(`the RDATA at ${rdataAt} is cut off`);
      at = end;
      return {
        owner: owner.name.toLowerCase(),
        type: octets.readUInt16BE(owner.end),
        class: octets.readUInt16BE(owner.end + 2),
        ttl: octets.readUInt32BE(owner.end + 4),
        rdata: octets.subarray(rdataAt, end),
        rdataAt,
      };
    });
  const message = {
    id: octets.readUInt16BE(0),
    flags: octets.readUInt16BE(2),
    questions,
    question,
    answers: section(octets.readUInt16BE(6)),
    authority: section(octets.readUInt16BE(8)),
    additional: section(octets.readUInt16BE(10)),
  };
  const isWhole = at === octets.length || after === 'octets may follow';
  if (!isWhole) throw new Error(`${octets.length - at} octets after the last record`);
  return message;
}

/** The name at `start`, pointers followed, and where reading goes on. */
export function readName(octets: Buffer, start: number): { name: string; end: number } {
  let name = '';
  let end = -1;
  let segment = start;
  for (let at = start; ; ) {
    const length = octets[at];
    if (length === undefined) throw new Error(`the name at ${start} is cut off`);
    if (length >= 192) {
      const target = ((length & 63) << 8) | (octets[at + 1] ?? Number.NaN);
      if (end < 0) end = at + 2;
      if (!(target < segment))
        throw new Error(`a pointer at ${at} leads to ${target}, not backward`);
      if (target < 12) throw new Error(`a pointer at ${at} leads into the header`);
      segment = target;
      at = target;
      continue;
    }
    if (length > 63) throw new Error(`a label of type ${length >> 6} at ${at}`);
    name += octets.toString('latin1', at, at + 1 + length);
    at += 1 + length;
    if (at > octets.length) throw new Error(`the name at ${start} is cut off`);
    if (name.length > 255) throw new Error(`the name at ${start} has over 255 octets`);
    if (length === 0) return { name, end: end < 0 ? at : end };
  }
}
