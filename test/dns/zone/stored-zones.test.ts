/** RRsets written through HTTP over master files: what is answered, what comes back, and how serials move. */
import { describe, expect, it } from 'vitest';
import type { ViewChange } from '../../../src/dns/view/delta.ts';
import { lowerName } from '../../../src/dns/wire/name.ts';
import type { ResourceRecord } from '../../../src/dns/wire/record.ts';
import { formatType, parseType } from '../../../src/dns/wire/types.ts';
import { canonicalName, canonicalRRset, storedRRset } from '../../../src/dns/zone/stored-rrset.ts';
import { judgeRRset } from '../../../src/dns/zone/stored-verdict.ts';
import { StoredZones } from '../../../src/dns/zone/stored-zones.ts';
import { hasName, lookUp, targetOf, type Zone } from '../../../src/dns/zone/zone.ts';
import { createZoneStore, type ZoneStore } from '../../../src/dns/zone/zone-store.ts';
import { seededRandom } from '../../../src/runtime/index.ts';
import { ask, name, show, zone } from './zone-text.ts';

const HEAD = `
@ 60 IN SOA ns host 10 1 1 1 60
@ 60 IN NS ns.elsewhere.test.
`;
const FILE = `${HEAD}
www 60 IN A 192.0.2.1
www 60 IN TXT "file"
a.b 60 IN A 192.0.2.2
* 60 IN A 192.0.2.3
`;

/** `www A 192.0.2.9 192.0.2.10`, in example. */
function rrsetOf(text: string) {
  const [owner = '', type = '', ...records] = text.split(' ');
  const path = { zone: 'example.', name: canonicalName('example.', owner), type };
  const texts = ['SOA', 'MX', 'DS'].includes(type) ? [records.join(' ')] : records;
  const rrset = storedRRset(canonicalRRset(path, 60, texts));
  if (rrset === undefined) throw new Error(text);
  return rrset;
}

const put = (text: string): ViewChange => ({ kind: 'put-rrset', rrset: rrsetOf(text) });

function remove(text: string): ViewChange {
  const [owner = '', type = ''] = text.split(' ');
  const at = owner === '@' ? name('example.') : lowerName(name(`${owner}.example.`));
  return {
    kind: 'delete-rrset',
    zone: name('example.'),
    owner: at,
    type: parseType(type) ?? 0,
  };
}

const move = (index: number): ViewChange => ({ kind: 'move-zone', zone: name('example.'), index });

function over(base: ZoneStore) {
  const stored = new StoredZones();
  const apply = (...changes: ViewChange[]) => stored.apply({ index: 0, changes });
  const served = () => stored.over(base);
  const found = () => served().find(name('x.example.'));
  const answer = (question: string) => {
    const at = found();
    return at === undefined ? 'no zone' : ask(at, question);
  };
  return { stored, apply, served, found, answer };
}

const files = (text = FILE, catalogApexes: string[] = []) =>
  createZoneStore({ zones: [zone(text)], catalogApexes });
const noFiles = () => createZoneStore({ zones: [], catalogApexes: [] });

const rdata = (from: Zone | undefined, question: string): string[] => {
  if (from === undefined) return [];
  const [owner = '', type = ''] = question.split(' ');
  const asked = name(owner);
  const found = lookUp(from, { name: asked, lowerName: asked, type: parseType(type) ?? 0 });
  return found.kind === 'answer' ? (found.answers as ResourceRecord[]).map(show) : [found.kind];
};

describe('a stored RRset', () => {
  it("stands in for the file's of its owner and type, and beside the others", () => {
    const { apply, found } = over(files());
    apply(put('www A 192.0.2.9'));
    expect(rdata(found(), 'www.example. A')).toEqual(['www.example. 60 A c0000209']);
    expect(rdata(found(), 'www.example. TXT')).toHaveLength(1);
    apply(remove('www A'));
    expect(rdata(found(), 'www.example. A')).toEqual(['www.example. 60 A c0000201']);
  });

  it('makes empty non-terminals, which end with it', () => {
    const { apply, answer } = over(files());
    apply(put('x.y.z A 192.0.2.9'));
    expect(answer('y.z.example. A')).toBe('no-data');
    expect(answer('z.example. A')).toBe('no-data');
    apply(put('q.y.z A 192.0.2.9'), remove('x.y.z A'));
    expect(answer('y.z.example. A')).toBe('no-data');
    apply(remove('q.y.z A'));
    expect(answer('y.z.example. A')).toBe('answer y.z.example. A');
  });

  it('delegates, redirects, and stands for what has no name', () => {
    const { apply, answer } = over(files(HEAD));
    apply(put('sub NS ns.sub'), put('ns.sub A 192.0.2.53'));
    expect(answer('www.sub.example. A')).toBe(
      'referral sub.example. NS | additional ns.sub.example. A',
    );
    apply(put('moved DNAME example.org.'));
    expect(answer('www.moved.example. A')).toContain('-> www.example.org.');
    apply(put('* TXT any'), put('alias CNAME www.example.org.'));
    expect(answer('nobody.example. TXT')).toBe('answer nobody.example. TXT');
    expect(answer('alias.example. A')).toBe('alias alias.example. CNAME -> www.example.org.');
    apply(remove('sub NS'), remove('moved DNAME'));
    expect(answer('www.sub.example. A')).toBe('name-error');
    expect(answer('www.moved.example. TXT')).toBe('answer www.moved.example. TXT');
  });

  it('hides what a file that came later has beside an alias', () => {
    const { stored, apply } = over(files(HEAD));
    apply(put('www CNAME other'), put('b A 192.0.2.9'));
    const later = stored.over(files(`${FILE}b 60 IN CNAME www\n`)).find(name('example.'));
    expect(later && ask(later, 'www.example. TXT')).toBe(
      'alias www.example. CNAME -> other.example.',
    );
    expect(later && ask(later, 'b.example. A')).toBe('answer b.example. A');
  });

  it('is there after a reload, over the new file', () => {
    const { stored, apply } = over(files());
    apply(put('www A 192.0.2.9'));
    const again = stored.over(files(`${FILE}new 60 IN A 192.0.2.7\n`)).find(name('example.'));
    expect(rdata(again, 'www.example. A')).toEqual(['www.example. 60 A c0000209']);
    expect(rdata(again, 'new.example. A')).toHaveLength(1);
  });

  it('is in the store for the same base at once, without another being made', () => {
    const { apply, served, answer } = over(files());
    const before = served();
    expect(answer('new.example. MX')).toBe('no-data');
    apply(put('new MX 10 www'));
    expect(served()).toBe(before);
    expect(answer('new.example. MX')).toBe('answer new.example. MX | additional www.example. A');
  });

  it('is known as such', () => {
    const { stored, apply } = over(files());
    apply(put('www A 192.0.2.9'));
    const has = (owner: string, type: string) =>
      stored.has(name('example.'), name(owner), parseType(type) ?? 0);
    expect([has('www.example.', 'A'), has('www.example.', 'TXT'), has('b.example.', 'A')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('a zone without a file', () => {
  it('comes with its SOA and goes with it', () => {
    const { apply, answer, served } = over(noFiles());
    apply(put('www A 192.0.2.9'), move(3));
    expect(answer('www.example. A')).toBe('no zone');
    apply(put('@ SOA ns host 10 1 1 1 60'), move(4));
    expect(answer('www.example. A')).toBe('answer www.example. A');
    expect(answer('example. SOA')).toBe('answer example. SOA');
    expect(answer('nobody.example. A')).toBe('name-error');
    expect(served().zones).toHaveLength(1);
    apply(remove('www A'), remove('@ SOA'), move(0));
    expect(answer('www.example. A')).toBe('no zone');
    expect(served().zones).toEqual([]);
    expect(served().soaOf(name('example.'), 9)).toBeUndefined();
  });

  it('leaves names outside alone', () => {
    const { apply, served } = over(noFiles());
    apply(put('@ SOA ns host 10 1 1 1 60'), move(4));
    expect(served().find(name('example.org.'))).toBeUndefined();
    expect(served().find(name('.'))).toBeUndefined();
  });
});

describe('a serial', () => {
  const serialOf = (soa: ResourceRecord | undefined): number =>
    soa === undefined ? 0 : Buffer.from(soa.rdata).readUInt32BE(soa.rdata.length - 20);

  it('moves with the writes to its zone, and not back when they are gone', () => {
    const { apply, found, served } = over(files());
    const serials = () => [
      serialOf(found()?.soa),
      serialOf(served().soaOf(name('example.'), 99)),
      serialOf(found()?.nodes.get(name('example.'))?.get(6)?.[0]),
    ];
    expect(serials()).toEqual([10, 10, 10]);
    apply(put('www A 192.0.2.9'), move(5));
    expect(serials()).toEqual([15, 15, 15]);
    apply(remove('www A'), move(7));
    expect(serials()).toEqual([17, 17, 17]);
  });

  it('of a zone that is shared with the catalog moves with the catalog alone', () => {
    const { apply, served } = over(files(FILE, [name('example.')]));
    apply(put('www A 192.0.2.9'), move(5));
    expect(serialOf(served().soaOf(name('example.'), 20))).toBe(30);
  });
});

// ---- Against a zone that is built anew

const OWNERS = ['@', 'a', 'b', 'a.b', 'c.a.b', '*', '*.b', 'sub', 'ns.sub'];
const NAMES_HOST = '10 b';
const WRITABLE: [type: string, data: string[]][] = [
  ['A', ['192.0.2.1', '192.0.2.2']],
  ['TXT', ['"one"', '"two"']],
  ['MX', ['10 mail.elsewhere.test.', NAMES_HOST]],
  ['CNAME', ['target.elsewhere.test.', 'c']],
  ['NS', ['ns.elsewhere.test.']],
  ['DNAME', ['other.test.']],
  ['DS', ['1 8 9 00']],
];
const ASKED = ['A', 'TXT', 'CNAME', 'NS', 'DS'];

type RRsets = Map<string, string>;

const textOf = (rrsets: RRsets): string =>
  `${HEAD}${[...rrsets].map(([key, data]) => `${key.replace(' ', ' 60 IN ')} ${data}\n`).join('')}`;

/** Every answer that differs between two zones. */
function differences(one: Zone, other: Zone): string[] {
  const found: string[] = [];
  for (const owner of [...OWNERS, 'x.a', 'x.sub', 'x.b', 'z', 'y.z']) {
    const text = owner === '@' ? 'example.' : `${owner}.example.`;
    const at = name(text);
    if (hasName(one, at) !== hasName(other, at)) found.push(`${text} exists`);
    for (const type of ASKED) {
      const sought = { name: at, lowerName: at, type: parseType(type) ?? 0 };
      const [mine, its] = [lookUp(one, sought), lookUp(other, sought)].map(plain);
      if (mine !== its) found.push(`${text} ${type}: ${mine} is not ${its}`);
    }
  }
  return found;
}

const plain = (value: unknown): string =>
  JSON.stringify(value, (_, item) => (item instanceof Uint8Array ? [...item] : item));

describe('random writes over a file', () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))(
    'answer as a zone that is built of the same RRsets (seed %i)',
    (seed) => {
      const random = seededRandom(seed);
      const pick = <Item>(items: readonly Item[]): Item =>
        items[Math.floor(random.float() * items.length)] as Item;
      const random1 = (): [key: string, data: string] => {
        const [type, data] = pick(WRITABLE);
        return [`${pick(OWNERS)} ${type}`, pick(data)];
      };
      const inFile: RRsets = new Map();
      for (let at = 0; at < 8; at++) {
        const [key, data] = random1();
        // A stored RRset would hide the first, and bring it back later.
        if (key === '@ NS' || data === NAMES_HOST) continue;
        try {
          zone(textOf(new Map(inFile).set(key, data)));
          inFile.set(key, data);
        } catch {
          // These two cannot stand in one file.
        }
      }
      const base = files(textOf(inFile));
      const { stored, apply, served } = over(base);
      const written: RRsets = new Map();
      for (let step = 0; step < 40; step++) {
        const [key, data] = random1();
        if (key === '@ NS' || key === '@ DS') continue;
        if (random.float() < 0.4) {
          const change = remove(key);
          if (change.kind !== 'delete-rrset') continue;
          const toJudge = { ...change, change: 'delete', targets: [] } as const;
          const { conflict } = judgeRRset({ files: base, served: served() }, toJudge);
          if (conflict !== undefined) continue;
          apply(change);
          written.delete(key);
        } else {
          const [owner = '', type = ''] = key.split(' ');
          if (owner.startsWith('*') && (type === 'NS' || type === 'DNAME')) continue;
          const change = put(`${key} ${data}`);
          if (change.kind !== 'put-rrset') continue;
          const targets = change.rrset.records.flatMap((record) => targetOf(record) ?? []);
          const toJudge = { change: 'put', ...change.rrset, targets } as const;
          if (judgeRRset({ files: base, served: served() }, toJudge).conflict !== undefined) {
            // What is refused, a file of the same would be refused for as well.
            expect(() => zone(textOf(new Map([...inFile, ...written]).set(key, data)))).toThrow();
            continue;
          }
          apply(change);
          written.set(key, data);
        }
        const fresh = zone(textOf(new Map([...inFile, ...written])));
        const mine = served().find(name('example.')) as Zone;
        expect(differences(mine, fresh)).toEqual([]);
        const reloaded = stored.over(files(textOf(inFile))).find(name('example.')) as Zone;
        expect(differences(reloaded, fresh)).toEqual([]);
        expect(mine.hasCuts).toBe(fresh.hasCuts);
        expect(new Set(mine.nodes.keys())).toEqual(new Set(fresh.nodes.keys()));
        expect(
          [...mine.nodes].map(([at, node]) => [at, [...node.keys()].map(formatType).sort()]).sort(),
        ).toEqual(
          [...fresh.nodes]
            .map(([at, node]) => [at, [...node.keys()].map(formatType).sort()])
            .sort(),
        );
      }
    },
  );
});
