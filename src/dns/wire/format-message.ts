/**
 * A message as dig prints one: header, OPT, question and sections, in columns at tab stops. For people, and for
 * scripts that read dig's output.
 */
import { formatEdns } from './format-edns.ts';
import { formatClass, formatRdata } from './format-record.ts';
import type { Message, MessageHeader, MessageQuestion } from './message.ts';
import { formatName } from './name.ts';
import type { ResourceRecord } from './record.ts';
import { formatType } from './types.ts';

/** The lines of `message`, an empty one between two sections. */
export function formatMessage(message: Message): string[] {
  const { edns, question, answers, authority, additional } = message;
  return [
    ...formatHeader(message),
    ...(edns === undefined ? [] : ['', ';; OPT PSEUDOSECTION:', ...formatEdns(edns)]),
    ...formatQuestion(question, edns !== undefined),
    ...formatSection('ANSWER', answers),
    ...formatSection('AUTHORITY', authority),
    ...formatSection('ADDITIONAL', additional),
  ];
}

/** `NOERROR`, `NXDOMAIN`, …, or `RCODE17`; 16 and above come from the OPT record. */
export function formatRcode(rcode: number): string {
  return RCODES[rcode] ?? `RCODE${rcode}`;
}

/** https://www.iana.org/assignments/dns-parameters, "DNS RCODEs". */
const RCODES: Readonly<Record<number, string>> = {
  0: 'NOERROR',
  1: 'FORMERR',
  2: 'SERVFAIL',
  3: 'NXDOMAIN',
  4: 'NOTIMP',
  5: 'REFUSED',
  6: 'YXDOMAIN',
  7: 'YXRRSET',
  8: 'NXRRSET',
  9: 'NOTAUTH',
  10: 'NOTZONE',
  16: 'BADVERS',
  23: 'BADCOOKIE',
};

const OPCODES: Readonly<Record<number, string>> = {
  0: 'QUERY',
  1: 'IQUERY',
  2: 'STATUS',
  4: 'NOTIFY',
  5: 'UPDATE',
};

function formatHeader(message: Message): string[] {
  const { header, rcode, question, answers, authority, additional, edns } = message;
  const opcode = OPCODES[header.opcode] ?? `OPCODE${header.opcode}`;
  const counts = [
    `QUERY: ${question === undefined ? 0 : 1}`,
    `ANSWER: ${answers.length}`,
    `AUTHORITY: ${authority.length}`,
    `ADDITIONAL: ${additional.length + (edns === undefined ? 0 : 1)}`,
  ];
  const flags = flagsOf(header).map((flag) => ` ${flag}`);
  return [
    `;; ->>HEADER<<- opcode: ${opcode}, status: ${formatRcode(rcode)}, id: ${header.id}`,
    `;; flags:${flags.join('')}; ${counts.join(', ')}`,
  ];
}

function flagsOf(header: MessageHeader): string[] {
  const flags: readonly [string, boolean][] = [
    ['qr', header.response],
    ['aa', header.authoritative],
    ['tc', header.truncated],
    ['rd', header.recursionDesired],
    ['ra', header.recursionAvailable],
    ['ad', header.authenticData],
    ['cd', header.checkingDisabled],
  ];
  return flags.filter(([, isSet]) => isSet).map(([flag]) => flag);
}

/** dig leaves no empty line between the OPT and the question. */
function formatQuestion(question: MessageQuestion | undefined, afterOpt: boolean): string[] {
  if (question === undefined) return [];
  const cells = [
    `;${formatName(question.name)}`,
    '',
    formatClass(question.class),
    formatType(question.type),
  ];
  return [...(afterOpt ? [] : ['']), ';; QUESTION SECTION:', inColumns(cells)];
}

function formatSection(title: string, records: readonly ResourceRecord[]): string[] {
  if (records.length === 0) return [];
  return ['', `;; ${title} SECTION:`, ...records.map(formatLine)];
}

function formatLine({ owner, ttl, class: recordClass, type, rdata }: ResourceRecord): string {
  return inColumns([
    formatName(owner),
    `${ttl}`,
    formatClass(recordClass),
    formatType(type),
    formatRdata(type, rdata),
  ]);
}

const TAB = 8;
/** Where dig begins owner, TTL, class, type and RDATA. */
const COLUMNS = [0, 24, 32, 40, 48] as const;

/** An empty cell is left out; one that comes too late is set off with a single space, or tab if that is as far. */
function inColumns(cells: readonly string[]): string {
  let line = '';
  let at = 0;
  cells.forEach((cell, index) => {
    if (cell === '') return;
    if (index > 0) {
      const to = Math.max(COLUMNS[index] ?? 0, at + 1);
      const tabs = Math.floor(to / TAB) - Math.floor(at / TAB);
      line += '\t'.repeat(tabs) + ' '.repeat(tabs > 0 ? to % TAB : to - at);
      at = to;
    }
    line += cell;
    at += cell.length;
  });
  return line;
}
