import { describe, expect, it } from 'vitest';
import {
  type CheckDefinition,
  kindOf,
  unbuiltKind,
  validateCheck,
} from '../../src/checks/index.ts';

type Fields = Omit<CheckDefinition, 'checkId' | 'name' | 'serviceId'>;
const define = (fields: Fields): CheckDefinition => ({
  checkId: 'c',
  name: 'c',
  serviceId: '',
  ...fields,
});

describe('the kind of a check is the first that its fields match', () => {
  const intervalMs = 10_000;
  const table: [Fields, string][] = [
    [{ grpc: 'h:1', http: 'http://h', intervalMs }, 'grpc'],
    [{ http: 'http://h', tcp: 'h:1', intervalMs }, 'http'],
    [{ http: 'http://h' }, ''],
    [{ ttlMs: 1000, tcp: 'h:1' }, 'ttl'],
    [{ tcp: 'h:1', udp: 'h:1', intervalMs }, 'tcp'],
    [{ udp: 'h:1', aliasNode: 'n', intervalMs }, 'udp'],
    [{ aliasNode: 'n' }, 'alias'],
    [{ aliasService: 's' }, 'alias'],
    [{ args: ['true'], dockerContainerId: 'd', intervalMs }, 'docker'],
    [{ args: ['true'], intervalMs }, 'script'],
    [{ h2ping: 'h:1', osService: 'o', intervalMs }, 'h2ping'],
    [{ osService: 'o', intervalMs }, 'os_service'],
    [{ args: [], http: '' }, ''],
    [{}, ''],
  ];
  it.each(table)('%j is "%s"', (fields, kind) => {
    expect(kindOf(define(fields))).toBe(kind);
  });
});

describe('validateCheck answers with the text of Consul for the first broken rule', () => {
  const INTERVAL = 'Interval must be > 0 for Script, HTTP, H2PING, TCP, UDP or OSService checks';
  const table: [Fields, string | undefined][] = [
    [{ http: 'http://h', intervalMs: 1, ttlMs: 1 }, 'Interval and TTL cannot both be specified'],
    [{ http: 'http://h' }, INTERVAL],
    [{ http: 'http://h', intervalMs: 0 }, INTERVAL],
    [{ http: 'http://h', intervalMs: -1 }, INTERVAL],
    [{ tcp: 'h:1' }, INTERVAL],
    [{ udp: 'h:1' }, INTERVAL],
    [{ grpc: 'h:1' }, INTERVAL],
    [{ h2ping: 'h:1' }, INTERVAL],
    [{ osService: 'o' }, INTERVAL],
    [{ args: ['true'] }, INTERVAL],
    [{ tcp: 'h:1', intervalMs: 1, aliasService: 's' }, 'Interval cannot be set for Alias checks'],
    [{ aliasService: 's', ttlMs: 1 }, 'TTL must be not be set for Alias checks'],
    [{}, 'TTL must be > 0 for TTL checks'],
    [{ ttlMs: -1 }, 'TTL must be > 0 for TTL checks'],
    [{ intervalMs: 1000 }, 'TTL must be > 0 for TTL checks'],
    [{ ttlMs: 1, outputMaxSize: -1 }, 'MaxOutputMaxSize must be positive'],
    [
      { ttlMs: 1, failuresBeforeWarning: 2, failuresBeforeCritical: 1 },
      "FailuresBeforeWarning can't be higher than FailuresBeforeCritical",
    ],
    [{ ttlMs: 1, failuresBeforeWarning: 1, failuresBeforeCritical: 1 }, undefined],
    [{ http: 'http://h', intervalMs: 1 }, undefined],
    [{ aliasNode: 'n' }, undefined],
  ];
  it.each(table)('%j: %s', (fields, text) => {
    expect(validateCheck(define(fields))).toBe(text);
  });
});

describe('unbuiltKind names the kinds that cannot run yet', () => {
  it('says which kind it is and which there are', () => {
    expect(unbuiltKind(define({ grpc: 'h:1', intervalMs: 1000 }))).toBe(
      'checks of kind "grpc" are not supported yet (supported: ttl, http, tcp)',
    );
  });
  it.each([{ ttlMs: 1 }, { http: 'x', intervalMs: 1 }, { tcp: 'x', intervalMs: 1 }])(
    'has nothing to say about %j',
    (fields) => {
      expect(unbuiltKind(define(fields))).toBeUndefined();
    },
  );
});
