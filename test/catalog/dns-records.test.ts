/** RRsets in the catalog: what they may stand beside, compare-and-set, and the indexes that readers wait on. */
import { describe, expect, it } from 'vitest';
import {
  CatalogError,
  type DnsRecordChange,
  deleteDnsRecord,
  putDnsRecord,
  readDnsName,
  readDnsRecord,
  readDnsRecords,
  readDnsZone,
} from '../../src/catalog/index.ts';
import { committed } from '../support/committed.ts';

const FILE = { cas: undefined, hasFile: true };
const NO_FILE = { cas: undefined, hasFile: false };

/** `www A`, in example.org. unless a third word names the zone. */
function pathOf(text: string) {
  const [name = '', type = '', zone = 'example.org.'] = text.split(' ');
  return { zone, name, type };
}

function catalog() {
  const { state, commit } = committed();
  let done: boolean | undefined;
  const put = (text: string, change: DnsRecordChange = FILE, record = '192.0.2.1') => {
    commit((transaction) => {
      const rrset = { ...pathOf(text), ttlSeconds: 60, records: [record] };
      done = putDnsRecord(transaction, rrset, change);
    });
    return done;
  };
  const remove = (text: string, change: DnsRecordChange = FILE) => {
    commit((transaction) => {
      done = deleteDnsRecord(transaction, pathOf(text), change);
    });
    return done;
  };
  const all = () => readDnsRecords(state).value.map((row) => `${row.name} ${row.type}`);
  return { state, put, remove, all };
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof CatalogError) return error.code;
    throw error;
  }
  return 'none';
}

describe('an RRset', () => {
  it('replaces the one of its name and type, and stands beside other types', () => {
    const { put, all, state } = catalog();
    put('www A');
    put('www TXT', FILE, '"a"');
    put('www A', FILE, '192.0.2.2');
    expect(all()).toEqual(['www A', 'www TXT']);
    const { value } = readDnsRecord(state, pathOf('www A'));
    expect(value).toMatchObject({ records: ['192.0.2.2'], createIndex: 1, modifyIndex: 3 });
  });

  it('that is there already changes no index', () => {
    const { put, state } = catalog();
    put('www A');
    put('www A');
    expect(state.index).toBe(1);
  });

  const beside: [there: string[], put: string, code: string][] = [
    [['www A'], 'www CNAME', 'dns_record_conflict'],
    [['www CNAME'], 'www A', 'dns_record_conflict'],
    [['www CNAME'], 'www CNAME', 'none'],
    [['www CNAME'], 'mail A', 'none'],
    [['sub DNAME'], 'www.sub A', 'dns_record_conflict'],
    [['sub DNAME'], 'a.b.sub A', 'dns_record_conflict'],
    [['sub DNAME'], 'sub A', 'none'],
    [['sub DNAME'], 'x\\.sub A', 'none'],
    [['x\\.sub A'], 'sub DNAME', 'none'],
    [['@ DNAME'], 'www A', 'dns_record_conflict'],
    [['a.sub A'], 'sub DNAME', 'dns_record_conflict'],
    [['a.sub A'], '@ DNAME', 'dns_record_conflict'],
    [['a.nosub A'], 'sub DNAME', 'none'],
  ];
  it.each(beside)('beside %j: %s is %s', (there, text, code) => {
    const { put } = catalog();
    for (const other of there) put(other);
    expect(codeOf(() => put(text))).toBe(code);
  });
});

describe('a zone without a file', () => {
  it('begins with its SOA and ends with it', () => {
    const { put, remove, all, state } = catalog();
    expect(codeOf(() => put('www A', NO_FILE))).toBe('dns_zone_unknown');
    put('@ SOA', NO_FILE);
    put('www A', NO_FILE);
    expect(codeOf(() => remove('@ SOA', NO_FILE))).toBe('dns_zone_in_use');
    remove('www A', NO_FILE);
    remove('@ SOA', NO_FILE);
    expect(all()).toEqual([]);
    // Of zones that come and go nothing stays.
    expect([...state.tables.indexes.all()].map(({ key }) => key)).toEqual([
      'dns_records',
      'dns_name_last_extinction',
    ]);
    expect(codeOf(() => put('www A', NO_FILE))).toBe('dns_zone_unknown');
  });
});

describe('compare and set', () => {
  it('writes only at the index that it names, 0 for what is not there', () => {
    const { put, state } = catalog();
    expect(put('www A', { ...FILE, cas: 7 })).toBe(false);
    expect(put('www A', { ...FILE, cas: 0 })).toBe(true);
    expect(put('www A', { ...FILE, cas: 0 }, '192.0.2.2')).toBe(false);
    expect(put('www A', { ...FILE, cas: 1 }, '192.0.2.2')).toBe(true);
    expect(state.index).toBe(2);
  });

  it('removes only at the index that it names, and what is not there is removed', () => {
    const { put, remove, all } = catalog();
    put('www A');
    expect(remove('www A', { ...FILE, cas: 0 })).toBe(false);
    expect(remove('www A', { ...FILE, cas: 2 })).toBe(false);
    expect(all()).toEqual(['www A']);
    expect(remove('www A', { ...FILE, cas: 1 })).toBe(true);
    expect(remove('www A', { ...FILE, cas: 1 })).toBe(true);
  });
});

describe('the index of a reading', () => {
  it('never goes back, whatever comes and goes', () => {
    const { put, remove, state } = catalog();
    const indexes = () => [
      readDnsRecord(state, pathOf('www A')).index,
      readDnsName(state, 'example.org.', 'www').index,
      readDnsZone(state, 'example.org.').index,
      readDnsRecords(state).index,
    ];
    const steps: [step: () => unknown, after: number[]][] = [
      [() => put('www A'), [1, 1, 1, 1]],
      [() => put('www TXT'), [1, 2, 2, 2]],
      [() => put('mail A'), [1, 2, 3, 3]],
      [() => put('www A', FILE, '192.0.2.2'), [4, 4, 4, 4]],
      [() => remove('www A'), [5, 5, 5, 5]],
      [() => remove('www TXT'), [6, 6, 6, 6]],
      [() => remove('mail A'), [7, 7, 7, 7]],
      [() => put('www A'), [8, 8, 8, 8]],
    ];
    for (const [step, after] of steps) {
      step();
      expect(indexes()).toEqual(after);
    }
  });

  it('wakes who waits for the name, also for what is not there yet, and nobody else', () => {
    const { put, remove, state } = catalog();
    const woken: string[] = [];
    const wait = (name: string) =>
      state.watches.add(readDnsRecord(state, pathOf(`${name} A`)).topics, () => woken.push(name));
    wait('www');
    wait('mail');
    put('www A');
    expect(woken).toEqual(['www']);
    wait('www');
    remove('www A');
    expect(woken).toEqual(['www', 'www']);
  });

  it('leaves no row behind for names that are gone', () => {
    const { put, remove, state } = catalog();
    for (let at = 0; at < 20; at++) {
      put(`n${at} A`);
      remove(`n${at} A`);
    }
    expect(state.tables.indexes.size).toBe(3);
  });
});
