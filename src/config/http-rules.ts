/** Rules for the keys of the HTTP interface that go beyond the type of each. */
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { isIP } from 'node:net';
import { limits } from '../runtime/index.ts';
import { type Finding, NONE, type Rule, type RuleContext } from './rule.ts';

export const HTTP_RULES: readonly Rule[] = [headerBytes, blockedEndpoints, writers, addedHeaders];

/** Consul takes any number; a request that a client library makes has to fit. */
function headerBytes({ settings }: RuleContext): readonly Finding[] {
  const path = 'http_config.max_header_bytes';
  const bytes = settings.count(path);
  const { min, max } = limits.httpHeaderBytes;
  if (bytes === 0 || bytes >= min) return NONE;
  const expected = `0 or an integer from ${min} to ${max}`;
  return [[path, expected, `${path}: expected ${expected}, received ${bytes}`]];
}

/** Consul takes them all, and blocks nothing for one that does not begin with a slash. */
function blockedEndpoints({ settings }: RuleContext): Finding[] {
  const path = 'http_config.block_endpoints';
  return settings
    .list(path)
    .filter((prefix) => !prefix.startsWith('/'))
    .map((prefix) => {
      const received = JSON.stringify(prefix);
      return [
        path,
        'paths',
        `${path}: expected a path such as "/v1/kv", received ${received}`,
        prefix,
      ];
    });
}

/** Consul's words. */
function writers({ settings }: RuleContext): Finding[] {
  return settings
    .list('http_config.allow_write_http_from')
    .filter((text) => !isCidr(text.trim()))
    .map((text) => [
      'http_config.allow_write_http_from',
      'subnets such as "10.0.0.0/8"',
      `allow_write_http_from: invalid cidr: ${text}`,
      text,
    ]);
}

/** As Go's ParseCIDR: a prefix is needed, and the address may reach past it. */
function isCidr(text: string): boolean {
  const [, address = '', bits] = /^([^/%]*)\/([0-9]{1,3})$/.exec(text) ?? [];
  const family = isIP(address);
  return family !== 0 && Number(bits) <= (family === 4 ? 32 : 128);
}

/** What frames a reply is not for a configuration to say. */
const FRAMING = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'date',
  'keep-alive',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

function addedHeaders({ settings }: RuleContext): Finding[] {
  const path = 'http_config.response_headers';
  return Object.entries(settings.map(path)).flatMap(([name, value]) => {
    const problem = headerProblem(name, value);
    if (problem === undefined) return [];
    return [
      [path, 'headers', `${path}: ${JSON.stringify(name)} ${problem}`, name] satisfies Finding,
    ];
  });
}

function headerProblem(name: string, value: string): string | undefined {
  if (!isValid(() => validateHeaderName(name))) return 'is not the name of a header';
  if (FRAMING.has(name.toLowerCase())) return 'says how long a reply is, and is set for each';
  if (!isValid(() => validateHeaderValue(name, value))) {
    return 'has characters that a header cannot have';
  }
  return undefined;
}

function isValid(validate: () => void): boolean {
  try {
    validate();
    return true;
  } catch {
    return false;
  }
}
