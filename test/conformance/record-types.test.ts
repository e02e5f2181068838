/** Every type with a text form, from a zone file: what BIND's dig and Knot's kdig read in our octets is what was written. */
import { expect, it } from 'vitest';
import { RECORDS } from '../dns/wire/record-texts.ts';
import { startAgentChild } from '../support/agent-child.ts';
import { dig } from '../support/dig.ts';
import { kdig } from '../support/kdig.ts';
import { zoneFolder } from '../support/zone-folder.ts';

const HASH = '2vptu5timamqttgl4luu9kg21e0aor3s';
/** The first two cannot stand anywhere; dig reads no NSEC without types, no hash shorter than SHA-1, no IPSECKEY without a key. */
const LEFT_OUT = /^(?:SOA |NS |NSEC \.$|NSEC3 1 0 1 -|IPSECKEY 10 3 0)/;
const UNKNOWN_TO_KDIG = ['MB', 'MG', 'MR', 'PX'];
const asked = RECORDS.filter((text) => !LEFT_OUT.test(text)).map((text, at) => ({
  // RFC 5155 §3: the owner of an NSEC3 begins with a hash, which dig checks.
  owner: `${text.startsWith('NSEC3 ') ? HASH : `t${at}`}.types.test.`,
  type: text.slice(0, text.indexOf(' ')),
  rdata: text.slice(text.indexOf(' ') + 1),
}));

/** The decoders differ in what they split, quote, write in capitals, write zeros after, and have names for. */
const plain = (rdata: string): string =>
  rdata
    .replace(/[\s"]/g, '')
    .toLowerCase()
    .replace(/(\d)\.0+(?=[a-z])/g, '$1')
    .replace('dohpath=', 'key7=');

function zoneOfTypes(): string {
  const lines = asked.flatMap(({ owner, type, rdata }) => {
    const cut = type === 'DS' ? [`${owner} NS ns.other.test.`] : [];
    return [`${owner} ${type} ${rdata}`, ...cut];
  });
  const head = '$TTL 60\n@ SOA ns.other.test. host 1 1 1 1 1\n@ NS ns.other.test.\n';
  return `${head}${lines.join('\n')}\n`;
}

it('both read the RDATA that was written', async () => {
  const zones = zoneFolder({ 'types.test.zone': zoneOfTypes() });
  const { dns } = await startAgentChild({ args: ['-dev', '-zone-dir', zones] });
  const expected = asked.map(({ owner, type, rdata }) => [
    plain(`${owner} 60 IN ${type} ${rdata}`),
  ]);
  const dugs = await Promise.all(asked.map(({ owner, type }) => dig(dns, owner, type, '+nosplit')));
  expect(dugs.map(({ answers }) => answers.map(plain))).toEqual(expected);
  for (const [at, { owner, type }] of asked.entries()) {
    if (UNKNOWN_TO_KDIG.includes(type)) continue;
    const { complaints, records } = await kdig(dns, `${owner} ${type}`);
    expect(complaints).toEqual([]);
    expect(records.map(plain)).toEqual(expected[at]);
  }
});
