/** The keys of DNS that Consul does not have, or has with another default: values, mistakes, reload, secrets. */
import { describe, expect, it } from 'vitest';
import { describeSelf, diffConfig, reloadable, SCHEMA } from '../../src/config/index.ts';
import { limits } from '../../src/runtime/index.ts';
import { errorOf, HOST, load, problemsOf } from './bench.ts';

const SECRET = '0123456789abcdef0123456789ABCDEF';

/** `{ 'a.b': 1 }` as `{ a: { b: 1 } }`. */
function nested(path: string, value: unknown): object {
  return path.split('.').reduceRight((inner: unknown, key) => ({ [key]: inner }), value) as object;
}

function optionOf(path: string, content: unknown): unknown {
  const { answer, protocol, forward } = load([content]).config.dns;
  const options: Record<string, unknown> = {
    'dns_config.enable_truncate': answer.truncate,
    translate_wan_addrs: answer.translateWanAddresses,
    'dns_config.weighted': answer.weighted,
    'dns_config.minimal_any': answer.minimalAny,
    'dns_config.fail_open.min_healthy_percent': answer.failOpen.minHealthyPercent,
    'dns_config.fail_open.services': answer.failOpen.services,
    'dns_config.near': answer.near,
    forward: forward.domains,
    'dns_config.recursor_strategy': forward.strategy,
    'dns_config.allow_recursion': forward.allowed,
    'dns_config.recursor_cache.max_bytes': forward.cache?.maxBytes,
    'dns_config.recursor_cache.max_ttl': forward.cache?.maxTtlSeconds,
    'dns_config.recursor_cache.max_negative_ttl': forward.cache?.maxNegativeTtlSeconds,
    'dns_config.recursor_cache.stale': forward.cache?.staleSeconds,
    'dns_config.recursor_cache.prefetch': forward.cache?.prefetch,
    'dns_config.identity': protocol.identity,
    'dns_config.version': protocol.version,
    'dns_config.nsid': protocol.nsid,
    'dns_config.cookies': protocol.cookies,
    'dns_config.cookie_secrets': protocol.cookieSecrets,
    'dns_config.rate_limit.responses_per_second': protocol.rateLimit.responsesPerSecond,
    'dns_config.rate_limit.slip': protocol.rateLimit.slip,
    'dns_config.rate_limit.exempt': protocol.rateLimit.exempt,
  };
  return options[path];
}

/** Loopback, private and link-local. */
const LOCAL = [
  ...['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'],
  ...['169.254.0.0/16', '::1/128', 'fc00::/7', 'fe80::/10'],
];

/** Key, default, a value as given, and as it comes out where that differs. */
const KEYS: [path: string, byDefault: unknown, given: unknown, option?: unknown][] = [
  ['dns_config.enable_truncate', true, false],
  ['translate_wan_addrs', false, true],
  ['dns_config.weighted', true, false],
  ['dns_config.minimal_any', true, false],
  ['dns_config.fail_open.min_healthy_percent', 0, 33.3],
  ['dns_config.fail_open.services', [], ['Web', 'API-*', '*'], ['web', 'api-*', '*']],
  ['dns_config.near', {}, { 'eu-1a': ['10.1.0.0/16', '2001:db8:1::/48'], b: ['192.0.2.1'] }],
  [
    'forward',
    {},
    { 'Corp.Example': ['10.0.0.2', '[::1]:54'] },
    {
      'corp.example.': [
        { address: '10.0.0.2', port: 53 },
        { address: '::1', port: 54 },
      ],
    },
  ],
  ['dns_config.recursor_strategy', 'sequential', 'Fastest', 'fastest'],
  ['dns_config.allow_recursion', LOCAL, ['192.0.2.0/24']],
  ['dns_config.recursor_cache.max_bytes', 67_108_864, 0],
  ['dns_config.recursor_cache.max_ttl', 86_400, '1h', 3600],
  ['dns_config.recursor_cache.max_negative_ttl', 10_800, '0s', 0],
  ['dns_config.recursor_cache.stale', 86_400, '0s', 0],
  ['dns_config.recursor_cache.prefetch', true, false],
  ['dns_config.identity', '', 'ns1 in rack 7'],
  ['dns_config.version', '', 'none of your business'],
  ['dns_config.nsid', '', '0x6E7331'],
  ['dns_config.cookies', true, false],
  ['dns_config.cookie_secrets', [], [SECRET]],
  ['dns_config.rate_limit.responses_per_second', 0, 50],
  ['dns_config.rate_limit.slip', 2, 0],
  ['dns_config.rate_limit.exempt', [], ['192.0.2.0/24', '::1']],
];

describe.each(KEYS)('%s', (path, byDefault, given, option = given) => {
  it('has its default', () => {
    expect(optionOf(path, {})).toEqual(byDefault);
  });

  it('is what is given', () => {
    expect(optionOf(path, nested(path, given))).toEqual(option);
  });

  it('takes effect at a reload', () => {
    const before = load([]).config;
    const after = load([nested(path, given)]).config;
    expect(diffConfig(before, after)).toEqual({ applied: [path], restart: [] });
    expect(reloadable(after).dns).not.toEqual(reloadable(before).dns);
  });
});

const SUBNET = 'a subnet such as "10.1.0.0/16", without bits past its prefix';
const NSID = 'at most 255 octets, as text or as 0x and pairs of hexadecimal digits';
const LONG = 'n'.repeat(256);
const MISTAKES: [path: string, given: unknown, message: string][] = [
  ['forward', { '': ['10.0.0.2'] }, 'forward: "" is not a domain name'],
  ['forward', { 'a..b': ['10.0.0.2'] }, 'forward: "a..b" is not a domain name'],
  ['forward', { corp: [] }, 'forward: "corp" has no servers'],
  ['forward', { corp: ['ns1'] }, 'forward: invalid recursor address: ns1'],
  ['forward', { corp: ['10.0.0.2'], 'CORP.': ['10.0.0.3'] }, 'forward: "CORP." is there twice'],
  [
    'dns_config.recursor_strategy',
    'slowest',
    'dns_config.recursor_strategy: expected one of sequential, random, fastest, received "slowest"',
  ],
  [
    'dns_config.allow_recursion',
    ['10.0.0.1/8'],
    `dns_config.allow_recursion.0: expected ${SUBNET}, received "10.0.0.1/8"`,
  ],
  [
    'dns_config.recursor_cache.max_bytes',
    -1,
    'dns_config.recursor_cache.max_bytes: expected an integer from 0 to 1073741824, received -1',
  ],
  ...['dns_config.enable_truncate', 'translate_wan_addrs', 'dns_config.cookies'].map(
    (path): [string, unknown, string] => [path, 1, `${path}: expected true or false, received 1`],
  ),
  ['dns_config.weighted', 'yes', 'dns_config.weighted: expected true or false, received "yes"'],
  ['dns_config.minimal_any', [], 'dns_config.minimal_any: expected true or false, received []'],
  ...[-1, 101].map((percent): [string, unknown, string] => [
    'dns_config.fail_open.min_healthy_percent',
    percent,
    `dns_config.fail_open.min_healthy_percent: expected a number from 0 to 100, received ${percent}`,
  ]),
  ...['', 'a*b', '**', '*a'].map((name): [string, unknown, string] => [
    'dns_config.fail_open.services',
    ['web', name],
    `dns_config.fail_open.services.1: expected the name of a service, or prefix*, received "${name}"`,
  ]),
  [
    'dns_config.near',
    ['10.0.0.0/8'],
    'dns_config.near: expected an object of lists of strings, received ["10.0.0.0/8"]',
  ],
  [
    'dns_config.near',
    { a: '10.0.0.0/8' },
    'dns_config.near.a: expected a list of strings, received "10.0.0.0/8"',
  ],
  ['dns_config.near', { a: [1] }, 'dns_config.near.a.0: expected a string, received 1'],
  ...['10.1.0.1/16', '10.0.0.0/33', 'example.org', ''].map((text): [string, unknown, string] => [
    'dns_config.near',
    { 'eu-1a': ['10.0.0.0/8', text] },
    `dns_config.near.eu-1a.1: expected ${SUBNET}, received "${text}"`,
  ]),
  [
    'dns_config.near',
    { '': ['10.0.0.0/8'] },
    'dns_config.near: the name of a location cannot be empty',
  ],
  [
    'dns_config.near',
    { a: Array(limits.configuredSubnets.default).fill('10.0.0.0/8'), b: ['192.0.2.0/24'] },
    'dns_config.near: expected at most 4096 subnets, received 4097',
  ],
  ...['identity', 'version'].map((key): [string, unknown, string] => [
    `dns_config.${key}`,
    LONG,
    `dns_config.${key}: expected at most 255 octets, received ${`"${LONG}`.slice(0, 80)}…`,
  ]),
  ['dns_config.identity', 'ä'.repeat(128), expect.stringContaining('at most 255 octets')],
  ...['0x', '0x123', '0X1g'].map((text): [string, unknown, string] => [
    'dns_config.nsid',
    text,
    `dns_config.nsid: expected ${NSID}, received "${text}"`,
  ]),
  ['dns_config.nsid', `0x${'00'.repeat(256)}`, expect.stringContaining(`expected ${NSID}`)],
  [
    'dns_config.rate_limit.responses_per_second',
    -1,
    'dns_config.rate_limit.responses_per_second: expected an integer of at least 0, received -1',
  ],
  ...[-1, 11, 0.5].map((slip): [string, unknown, string] => [
    'dns_config.rate_limit.slip',
    slip,
    `dns_config.rate_limit.slip: expected an integer from 0 to 10, received ${slip}`,
  ]),
  [
    'dns_config.rate_limit.exempt',
    ['10.0.0.1/8'],
    `dns_config.rate_limit.exempt.0: expected ${SUBNET}, received "10.0.0.1/8"`,
  ],
  ['dns_config.rate_limit.burst', 1, 'invalid config key dns_config.rate_limit.burst'],
  ['dns_config.fail_open', 50, 'dns_config.fail_open: expected an object, received 50'],
];

describe('a mistake is refused by name', () => {
  it.each(MISTAKES)('%s %j', (path, given, message) => {
    expect(problemsOf(nested(path, given))).toEqual([message]);
  });

  it('and others with it', () => {
    const content = { dns_config: { near: { a: ['x', 'y'] }, nsid: '0x1', weighted: 2 } };
    expect(problemsOf(content)).toEqual([
      `dns_config.near.a.0: expected ${SUBNET}, received "x"`,
      `dns_config.nsid: expected ${NSID}, received "0x1"`,
      'dns_config.weighted: expected true or false, received 2',
    ]);
  });
});

describe('several files', () => {
  it('add up lists, and merge maps by key: the later list of a location counts', () => {
    const [one, two] = [
      { near: { a: ['10.1.0.0/16'], b: ['10.2.0.0/16'] }, rate_limit: { exempt: ['10.0.0.0/8'] } },
      { near: { b: ['10.3.0.0/16'] }, rate_limit: { exempt: ['::1'] } },
    ];
    const { answer, protocol } = load([{ dns_config: one }, { dns_config: two }]).config.dns;
    expect(answer.near).toEqual({ a: ['10.1.0.0/16'], b: ['10.3.0.0/16'] });
    expect(protocol.rateLimit.exempt).toEqual(['10.0.0.0/8', '::1']);
  });
});

describe('a secret', () => {
  const wrong: [title: string, content: object, received: string][] = [
    ['that is too long', { dns_config: { cookie_secrets: [`${SECRET}0`] } }, 'hidden'],
    ['that is no list', { DNS_Config: { Cookie_Secrets: SECRET } }, 'hidden'],
    ['that is given twice', nested('dns_config', twice()), 'hidden'],
    ['in a block that is a list', { dns_config: [{ cookie_secrets: [SECRET] }] }, 'hidden'],
    ['in a place that is none', { dns: { cookie_secrets: [SECRET] } }, 'hidden'],
  ];
  function twice(): object {
    return { cookie_secrets: [SECRET], COOKIE_SECRETS: [SECRET] };
  }

  it.each(wrong)('%s is not in what is said of it', (_title, content, received) => {
    const error = errorOf(() => load([content]));
    expect(JSON.stringify([error.message, error.problems])).not.toContain(SECRET);
    expect(error.problems.map((problem) => problem.received).join()).toContain(received);
  });

  it('that is wrong is named by its place', () => {
    expect(problemsOf({ dns_config: { cookie_secrets: [SECRET, `${SECRET}0`] } })).toEqual([
      'dns_config.cookie_secrets.1: expected 32 hexadecimal digits, received hidden',
    ]);
  });

  it('is nowhere but in the options: neither in what a reload compares nor in what the agent says of itself', () => {
    const { config, warnings } = load([{ dns_config: { cookie_secrets: [SECRET] } }]);
    expect(config.dns.protocol.cookieSecrets).toEqual([SECRET]);
    const facts = {
      version: '1',
      httpPort: 1,
      dnsPort: 1,
      catalogIndex: 1,
      services: 0,
      checks: 0,
    };
    const shown = JSON.stringify([config.settings, describeSelf(config, facts), warnings]);
    expect(shown).not.toContain(SECRET);
  });

  it('that changes is a changed key, without its value', () => {
    const [before, after] = [SECRET, SECRET.replaceAll('0', '1')].map(
      (secret) => load([{ dns_config: { cookie_secrets: [secret] } }]).config,
    );
    if (before === undefined || after === undefined) throw new Error('two configurations');
    expect(diffConfig(before, after)).toEqual({
      applied: ['dns_config.cookie_secrets'],
      restart: [],
    });
  });

  it('is every key that is called one', () => {
    const secret = SCHEMA.filter((row) => row.class === 'built' && /secret/.test(row.path));
    expect(secret.filter((row) => row.secret !== true)).toEqual([]);
  });
});

describe('without a rate limit', () => {
  const key = 'dns_config.rate_limit.responses_per_second';
  const table: [client_addr: string, warned: string | undefined][] = [
    ['127.0.0.1 ::1', undefined],
    ['10.1.2.3 192.168.1.1 fd00::1 fe80::1', undefined],
    ['192.0.2.1', '192.0.2.1'],
    ['127.0.0.1 2001:db8::1', '2001:db8::1'],
    ['0.0.0.0', HOST.addresses()[0]],
  ];
  it.each(table)('listening on %s is warned of as %s', (client_addr, warned) => {
    const expected =
      warned === undefined
        ? []
        : [
            `DNS listens on ${warned} and ${key} is 0: ` +
              'set it where the network is open, or replies can be used to flood others',
          ];
    expect(load([{ client_addr }]).warnings).toEqual(expected);
    expect(load([{ client_addr }, nested(key, 20)]).warnings).toEqual([]);
    expect(load([{ client_addr, ports: { dns: -1 } }]).warnings).toEqual([]);
  });
});
