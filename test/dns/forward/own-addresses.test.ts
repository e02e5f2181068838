import { describe, expect, it } from 'vitest';
import { isOwnAddress } from '../../../src/dns/forward/own-addresses.ts';

const interfaces = {
  eth0: [{ address: '10.0.0.5' }, { address: 'fe80::5%eth0' }, { address: '2001:db8::5' }],
};

describe('whether a recursor is this server', () => {
  const cases: [string, string, boolean][] = [
    ['127.0.0.1', '127.0.0.1', true],
    ['127.0.0.1', '127.0.0.2', false],
    ['::1', '0:0:0:0:0:0:0:1', true],
    ['10.0.0.5', '::ffff:10.0.0.5', true],
    ['0.0.0.0', '10.0.0.5', true],
    ['0.0.0.0', '127.8.8.8', true],
    ['0.0.0.0', '10.0.0.6', false],
    ['0.0.0.0', '2001:db8::5', false],
    ['::', '2001:DB8::5', true],
    ['::', 'fe80::5', true],
    ['::', '10.0.0.5', true],
    ['::', '2001:db8::6', false],
  ];
  it.each(cases)('listening on %s, asking %s: %s', (listener, recursor, expected) => {
    const listeners = [{ address: listener, port: 53 }];
    expect(isOwnAddress({ address: recursor, port: 53 }, listeners, interfaces)).toBe(expected);
    expect(isOwnAddress({ address: recursor, port: 54 }, listeners, interfaces)).toBe(false);
  });
});
