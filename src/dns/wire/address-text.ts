/** IP addresses from text to octets, one char each. dns-packet's reading is wrong for `::` that stands for one group. */
import { isIPv4, isIPv6 } from 'node:net';
import { wordText } from './octet-text.ts';

const DOT = 46;
const ZERO = 48;

export function encodeIpv4(text: string): string | undefined {
  if (!isIPv4(text)) return undefined;
  let octets = '';
  let octet = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === DOT) {
      octets += String.fromCharCode(octet);
      octet = 0;
    } else {
      octet = 10 * octet + code - ZERO;
    }
  }
  return octets + String.fromCharCode(octet);
}

/** Sixteen octets; a zone index (`%eth0`) means nothing outside its host and is refused. */
export function encodeIpv6(text: string): string | undefined {
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const [head = '', tail] = text.split('::');
  const before = encodeGroups(head);
  const after = encodeGroups(tail ?? '');
  return before + '\0'.repeat(16 - before.length - after.length) + after;
}

function encodeGroups(text: string): string {
  if (text === '') return '';
  const groups = text
    .split(':')
    .map((group) => encodeIpv4(group) ?? wordText(Number.parseInt(group, 16)));
  return groups.join('');
}
