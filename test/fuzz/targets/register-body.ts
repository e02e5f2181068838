/** Damaged bodies of registrations: refused by the errors that HTTP knows, or taken by the catalog as they are. */
import { AgentError, serviceProblem } from '../../../src/agent/index.ts';
import { CatalogError, register, State } from '../../../src/catalog/index.ts';
import { registerShape, toRegistration } from '../../../src/http/decode/catalog-shape.ts';
import { agentCheckShape, toAgentCheck } from '../../../src/http/decode/check-shape.ts';
import { decodeBody } from '../../../src/http/decode/decode.ts';
import { DecodeError } from '../../../src/http/decode/decode-error.ts';
import { serviceShape, toServiceDefinition } from '../../../src/http/decode/service-shape.ts';
import { HttpError } from '../../../src/http/errors.ts';
import type { Random } from '../../../src/runtime/index.ts';
import { mutate } from '../mutate.ts';
import { must, oneIn, pick, type Target } from '../target.ts';

const BODIES: readonly unknown[] = [
  {
    Name: 'web',
    ID: 'w1',
    Tags: ['a', 'b.c'],
    Address: '10.0.0.1',
    Port: 80,
    Meta: { k: 'v' },
    Weights: { Passing: 1, Warning: 2 },
    Check: { TTL: '10s', Status: 'passing' },
    EnableTagOverride: true,
  },
  {
    Name: 'web',
    Checks: [
      { HTTP: 'http://x', Interval: '1s', Header: { A: ['b'] } },
      { TCP: 'x:1', Interval: 5e9 },
    ],
    TaggedAddresses: { lan_ipv4: { Address: '1.2.3.4', Port: 5 } },
  },
  {
    Name: 'p',
    Kind: 'connect-proxy',
    Port: 1,
    Proxy: { DestinationServiceName: 'web', Config: { a: [1, { b: null }] } },
  },
  { ID: 'c', Name: 'n', ServiceID: 's', TTL: '1m', DeregisterCriticalServiceAfter: '90m' },
  {
    Node: 'n1',
    Address: '10.0.0.1',
    Service: { Service: 'web', Port: 80, Weights: { Passing: 1, Warning: 1 } },
    Check: { Name: 'c', Status: 'passing', ServiceID: 'web' },
  },
  {
    Node: 'n2',
    Address: '::1',
    NodeMeta: { a: 'b' },
    TaggedAddresses: { wan: 'x' },
    SkipNodeUpdate: true,
    Checks: [{ CheckID: 'x', Definition: { Interval: '1s' } }],
  },
];

const VALUES = [
  'null',
  '0',
  '-1',
  '1e309',
  '1.5',
  '""',
  '"\\u0000"',
  '"\\ud800"',
  '[]',
  '{}',
  'true',
  '65536',
  '9007199254740993',
  '"10s"',
  '"1x"',
  '[null]',
  '{"a":null}',
  '{"__proto__":{"x":1}}',
  '"0.0.0.0"',
  `"${'x'.repeat(600)}"`,
];
const KEYS = [
  '"name"',
  '"NAME"',
  '"__proto__"',
  '"constructor"',
  '"toString"',
  '"Namespace"',
  '"Port"',
  '"tags"',
  '"check"',
  '"Checks"',
  '"Weights"',
  '""',
];

function generate(random: Random): Uint8Array {
  let text = JSON.stringify(pick(random, BODIES));
  for (let times = 1 + random.integer(4); times > 0; times--) text = change(text, random);
  const octets = Buffer.concat([Buffer.from([random.integer(3)]), Buffer.from(text)]);
  return oneIn(6, random) ? mutate(octets, random) : octets;
}

/** Puts another value behind a colon or comma, another key in front of a colon, or cuts the text. */
function change(text: string, random: Random): string {
  const colons = [...text.matchAll(/:/g)].map(({ index }) => index);
  const at = pick(random, colons.length === 0 ? [0] : colons);
  switch (random.integer(4)) {
    case 0:
      return (
        text.slice(0, at + 1) + pick(random, VALUES) + text.slice(at + 1).replace(/^[^,}\]]*/, '')
      );
    case 1:
      return text.slice(0, at).replace(/"[^"]*"$/, pick(random, KEYS)) + text.slice(at);
    case 2:
      return text.replace('{', `{${pick(random, KEYS)}:${pick(random, VALUES)},`);
    default:
      return oneIn(4, random)
        ? text.slice(0, at)
        : text.slice(0, at + 1) + '['.repeat(random.integer(100)) + text.slice(at + 1);
  }
}

const KNOWN = [DecodeError, HttpError, AgentError, CatalogError];

function check(input: Uint8Array): void {
  const body = Buffer.from(input.subarray(1)).toString();
  try {
    take((input[0] ?? 0) % 3, body);
  } catch (error) {
    if (!KNOWN.some((kind) => error instanceof kind)) throw error;
    const { message } = error as Error;
    must(
      message !== '' && !/undefined|\[object/.test(message),
      () => `message ${JSON.stringify(message)}`,
    );
  }
  must(!('x' in {}), () => 'a body reached Object.prototype');
}

function take(kind: number, body: string): void {
  switch (kind) {
    case 0:
      serviceProblem(toServiceDefinition(decodeBody(serviceShape, body)));
      return;
    case 1:
      toAgentCheck(decodeBody(agentCheckShape, body));
      return;
    default: {
      const state = new State();
      const transaction = state.begin();
      register(transaction, toRegistration(decodeBody(registerShape, body), 'dc1'));
      const staged = state.stage(transaction);
      if (staged !== undefined) state.publish([staged]);
    }
  }
}

export const registerBody: Target = {
  name: 'register-body',
  casesInTests: 15_000,
  generate,
  check,
};
