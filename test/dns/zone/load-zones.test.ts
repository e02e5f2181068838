import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatName } from '../../../src/dns/wire/name.ts';
import { loadZones, loadZonesInSlices } from '../../../src/dns/zone/load-zones.ts';
import { ZoneError } from '../../../src/dns/zone/zone-error.ts';
import { systemClock } from '../../../src/runtime/index.ts';
import { name, show } from './zone-text.ts';

const APEX = '$TTL 0\n@ SOA ns hostmaster 10 3600 600 86400 0\n@ NS ns\n';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'zones-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) writeFileSync(join(directory, file), text);
}

const load = (domain = 'consul.', altDomain = ''): ReturnType<typeof loadZones> =>
  loadZones({ directory, domain, altDomain });

const pacing = {
  clock: systemClock,
  pause: () => new Promise<void>((resolve) => setImmediate(resolve)),
  signal: new AbortController().signal,
};

const toFaults = (error: unknown): string[] => {
  if (!(error instanceof ZoneError)) throw error;
  return error.message.replaceAll(directory, 'zones').split('\n');
};

/** What both ways to load find wrong. */
async function faults(): Promise<string[]> {
  const options = { directory, domain: 'consul.', altDomain: '' };
  const inSlices = await loadZonesInSlices(options, pacing).then(() => [], toFaults);
  let atOnce: string[] = [];
  try {
    load();
  } catch (error) {
    atOnce = toFaults(error);
  }
  expect(inSlices).toEqual(atOnce);
  return inSlices;
}

const apexes = (store: ReturnType<typeof loadZones>): string[] =>
  store.zones.map((zone) => formatName(zone.apex));

describe('the zone files that ship', () => {
  it('are the apex of any domain, and of the alternative one, and an example', () => {
    const store = loadZones({ directory: 'zones', domain: 'corp.test.', altDomain: 'consul.' });
    expect(apexes(store)).toEqual(['corp.test.', 'consul.', 'example.test.']);
    const soa = store.soaOf(name('corp.test.'), 0);
    expect(show(soa!)).toBe(
      'corp.test. 0 SOA 026e7304636f7270047465737400' +
        '0a686f73746d617374657204636f7270047465737400' +
        '0000000100000e10000002580001518000000000',
    );
    expect(store.find(name('consul.'))?.ns.map(show)).toEqual([
      'consul. 0 NS 026e7306636f6e73756c00',
    ]);
  });
});

describe('a folder of zones', () => {
  it('takes the origin from the name of a file, and the apex from its SOA', () => {
    write({
      'consul.zone': APEX,
      'example.org.zone': `${APEX}www A 192.0.2.1`,
      'reverse.zone': `$ORIGIN 2.0.192.in-addr.arpa.\n${APEX}1 PTR www.example.org.`,
      'part.inc': 'not a zone',
      '.hidden.zone': 'not a zone',
    });
    const store = load();
    expect(apexes(store)).toEqual(['consul.', 'example.org.', '2.0.192.in-addr.arpa.']);
    expect(store.find(name('www.example.org.'))?.apex).toBe(name('example.org.'));
    expect(store.find(name('example.com.'))).toBeUndefined();
  });

  it('finds the longest zone', () => {
    write({ 'consul.zone': APEX, 'lab.consul.zone': APEX });
    const store = load('consul.', 'test.consul.');
    const zoneOf = (text: string): string =>
      formatName(store.find(name(text))?.apex ?? name('none'));
    expect(zoneOf('x.lab.consul.')).toBe('lab.consul.');
    expect(zoneOf('x.test.consul.')).toBe('test.consul.');
    expect(zoneOf('lab.consul.')).toBe('lab.consul.');
    expect(zoneOf('xlab.consul.')).toBe('consul.');
  });

  it('reports all faults of all files at once', async () => {
    write({
      'consul.zone': `${APEX}www A 300.1.1.1`,
      'a.example.zone': 'x',
      'b.example.zone': `${APEX}$INCLUDE gone.inc`,
      'a..b.zone': '',
    });
    mkdirSync(join(directory, 'folder.zone'));
    expect(await faults()).toEqual([
      'zones/a..b.zone: the name of the file is not a domain and .zone',
      'zones/consul.zone:4: "300.1.1.1" is not an IPv4 address',
      'zones/a.example.zone:1: the type is missing',
      'zones/b.example.zone:4: cannot include "zones/gone.inc": no such file or folder',
      'zones/folder.zone: is not a regular file',
    ]);
  });

  it('reports a fault of the apex file once, though it is read for two domains', () => {
    write({ 'consul.zone': `${APEX}www A 1` });
    expect(() => load('consul.', 'alt.')).toThrow(
      /^[^\n]*consul.zone:4: "1" is not an IPv4 address$/,
    );
  });

  it('refuses an apex file that is of another zone', async () => {
    write({ 'consul.zone': `$ORIGIN other.\n${APEX}` });
    expect(await faults()).toEqual([
      'zones/consul.zone:3: the SOA is at "other.", the zone is "consul."',
    ]);
  });

  it('refuses two files of one zone', async () => {
    write({ 'consul.zone': APEX, 'x.zone': `$ORIGIN consul.\n${APEX}` });
    expect(await faults()).toEqual([
      'zones/x.zone: the zone "consul." is already in zones/consul.zone',
    ]);
  });

  it('names the apex file when it is missing', async () => {
    expect(await faults()).toEqual(['zones/consul.zone: no such file or folder']);
  });

  it('names the folder when it is missing', () => {
    expect(() =>
      loadZones({ directory: `${directory}/x`, domain: 'consul.', altDomain: '' }),
    ).toThrow(/x: cannot list the folder: no such file or folder/);
  });

  it('is the same in slices', async () => {
    const hosts = Array.from({ length: 5000 }, (_, at) => `h${at} A 192.0.2.${at % 250}\n`);
    write({ 'consul.zone': APEX, 'x.zone': `${APEX}$INCLUDE x.inc`, 'x.inc': hosts.join('') });
    const store = await loadZonesInSlices({ directory, domain: 'consul.', altDomain: '' }, pacing);
    expect(store.zones).toEqual(load().zones);
    expect(store.find(name('x.'))?.nodes.size).toBe(5001);
  });

  it('reads text whose characters are cut by the reads of the file', async () => {
    const text = `é${'x'.repeat(199)}`;
    const comment = `; ${text}\n`.repeat(3000);
    write({ 'consul.zone': `${APEX}${comment}a TXT "é"\n` });
    expect(await faults()).toEqual([]);
  });

  it('refuses text that is not UTF-8', async () => {
    write({ 'consul.zone': APEX });
    writeFileSync(join(directory, 'x.zone'), Buffer.from([0xff, 0xfe]));
    expect(await faults()).toEqual(['zones/x.zone: is not UTF-8 text']);
  });
});

describe('the SOA', () => {
  const serialOf = (store: ReturnType<typeof loadZones>, apex: string, index: number): number =>
    Buffer.from(store.soaOf(name(apex), index)!.rdata)
      .subarray(-20)
      .readUInt32BE();

  it('of a shared zone moves with the catalog, that of another zone does not', () => {
    write({ 'consul.zone': APEX, 'x.zone': APEX });
    const store = load();
    expect(serialOf(store, 'consul.', 0)).toBe(10);
    expect(serialOf(store, 'consul.', 5)).toBe(15);
    expect(serialOf(store, 'consul.', 0)).toBe(10);
    expect(serialOf(store, 'x.', 5)).toBe(10);
    expect(store.soaOf(name('y.'), 0)).toBeUndefined();
  });

  it('wraps its serial (RFC 1982)', () => {
    write({ 'consul.zone': APEX });
    expect(serialOf(load(), 'consul.', 2 ** 32 - 5)).toBe(5);
  });
});
