/** Request bodies as Go decodes them: leniency, strictness and the words of its errors. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentCheckShape } from '../../src/http/decode/check-shape.ts';
import { decodeBody } from '../../src/http/decode/decode.ts';
import { DecodeError } from '../../src/http/decode/decode-error.ts';
import { scanJson } from '../../src/http/decode/scan.ts';
import { serviceShape } from '../../src/http/decode/service-shape.ts';
import { anyJson, integer, text, uint64 } from '../../src/http/decode/shape.ts';

function errorOf(body: string): DecodeError {
  try {
    decodeBody(serviceShape, body);
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
  throw new Error(`${body} was decoded`);
}

const depth = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

describe('a body that is no JSON', () => {
  it.each([
    ['', 'EOF'],
    [' \n\t', 'EOF'],
    ['{', 'unexpected EOF'],
    ['{"Name"', 'unexpected EOF'],
    ['{"Name":', 'unexpected EOF'],
    ['{"Name":"we', 'unexpected EOF'],
    ['{"Name":"web"', 'unexpected EOF'],
    ['{"Tags":["a",', 'unexpected EOF'],
    ['{"Name":tru', 'unexpected EOF'],
    ['{"Port":1.', 'unexpected EOF'],
    ['nope', "invalid character 'o' in literal null (expecting 'u')"],
    ['hello', "invalid character 'h' looking for beginning of value"],
    ['{Name:1}', "invalid character 'N' looking for beginning of object key string"],
    ["{'Name':1}", "invalid character '\\'' looking for beginning of object key string"],
    ['{"Name" 1}', "invalid character '1' after object key"],
    ['{"Name":"a" "b"}', `invalid character '"' after object key:value pair`],
    ['{"Name":"a",}', "invalid character '}' looking for beginning of object key string"],
    ['{"Tags":["a" "b"]}', `invalid character '"' after array element`],
    ['{"Tags":["a",]}', "invalid character ']' looking for beginning of value"],
    ['{"Tags":["a"}', "invalid character '}' after array element"],
    ['{"Name":"a\nb"}', "invalid character '\\n' in string literal"],
    ['{"Name":"\\x"}', "invalid character 'x' in string escape code"],
    ['{"Name":"\\u12g4"}', "invalid character 'g' in \\u hexadecimal character escape"],
    ['{"Port":-a}', "invalid character 'a' in numeric literal"],
    ['{"Port":1.a}', "invalid character 'a' after decimal point in numeric literal"],
    ['{"Port":1ex}', "invalid character 'x' in exponent of numeric literal"],
    ['{"Port":01}', "invalid character '1' after object key:value pair"],
    ['{"Port":tree}', "invalid character 'e' in literal true (expecting 'u')"],
    ['\ufeff{}', "invalid character 'ï' looking for beginning of value"],
    ['\u0001', "invalid character '\\x01' looking for beginning of value"],
    [`${depth(10_001)},`, 'exceeded max depth'],
  ])('%j: %s', (body, message) => {
    expect(errorOf(body).message).toBe(message);
  });

  it('is judged by its first value alone', () => {
    expect(decodeBody(serviceShape, '{"Name":"web"} {"Name":').Name).toBe('web');
    expect(decodeBody(serviceShape, '{"Name":"web"}x').Name).toBe('web');
  });

  it('is found out wherever JSON.parse refuses, and never where it does not', () => {
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'{}[]:,"\\ua01-.e+ tn') }),
      fc.json(),
      fc.json().map((json) => json.slice(0, -1)),
    );
    fc.assert(
      fc.property(text, (body) => {
        const scan = scanJson(body);
        if (scan.ok) expect(() => JSON.parse(body.slice(0, scan.end))).not.toThrow();
        else expect(() => JSON.parse(body)).toThrow();
      }),
      { numRuns: 3000 },
    );
  });
});

describe('a value of the wrong kind', () => {
  it.each([
    [
      '{"Port":"80"}',
      'Port',
      'json: cannot unmarshal string into Go struct field .Port of type int',
    ],
    [
      '{"Port":1.5}',
      'Port',
      'json: cannot unmarshal number 1.5 into Go struct field .Port of type int',
    ],
    [
      '{"Port":1e300}',
      'Port',
      'json: cannot unmarshal number 1e300 into Go struct field .Port of type int',
    ],
    [
      '{"Name":1}',
      'Name',
      'json: cannot unmarshal number into Go struct field .Name of type string',
    ],
    [
      '{"name":true}',
      'Name',
      'json: cannot unmarshal bool into Go struct field .Name of type string',
    ],
    [
      '{"Tags":"a"}',
      'Tags',
      'json: cannot unmarshal string into Go struct field .Tags of type []string',
    ],
    [
      '{"Tags":["a",2]}',
      'Tags[1]',
      'json: cannot unmarshal number into Go struct field .Tags of type string',
    ],
    [
      '{"Meta":["a"]}',
      'Meta',
      'json: cannot unmarshal array into Go struct field .Meta of type map[string]string',
    ],
    [
      '{"Meta":{"a":1}}',
      'Meta.a',
      'json: cannot unmarshal number into Go struct field .Meta.a of type string',
    ],
    [
      '{"EnableTagOverride":"x"}',
      'EnableTagOverride',
      'json: cannot unmarshal string into Go struct field .EnableTagOverride of type bool',
    ],
    [
      '{"Weights":{"Passing":"x"}}',
      'Weights.Passing',
      'json: cannot unmarshal string into Go struct field .Weights.Passing of type int',
    ],
    [
      '{"Checks":[{},{"TLSSkipVerify":1}]}',
      'Checks[1].TLSSkipVerify',
      'json: cannot unmarshal number into Go struct field .TLSSkipVerify of type bool',
    ],
    ['"web"', '', 'json: cannot unmarshal string into Go value of type structs.ServiceDefinition'],
    ['[]', '', 'json: cannot unmarshal array into Go value of type structs.ServiceDefinition'],
    ['{"Check":{"TTL":"nope"}}', 'Check.TTL', 'time: invalid duration "nope"'],
    ['{"Check":{"TTL":"5"}}', 'Check.TTL', 'time: missing unit in duration "5"'],
    [
      '{"Check":{"TTL":[]}}',
      'Check.TTL',
      'json: cannot unmarshal array into Go struct field .TTL of type time.Duration',
    ],
    [
      '{"Check":{"TTL":1e309}}',
      'Check.TTL',
      'json: cannot unmarshal number 1e309 into Go struct field .TTL of type time.Duration',
    ],
    [
      '{"Check":{"Timeout":1e19}}',
      'Check.Timeout',
      'json: cannot unmarshal number 1e19 into Go struct field .Timeout of type time.Duration',
    ],
    [
      '{"Check":{"Interval":-9223372036854777856}}',
      'Check.Interval',
      'json: cannot unmarshal number -9223372036854777856 into Go struct field .Interval of type time.Duration',
    ],
    [
      '{"Meta":{"a":"\\"1e400"},"Check":{"TTL":1.50}} 7',
      'Check.TTL',
      'json: cannot unmarshal number 1.50 into Go struct field .TTL of type time.Duration',
    ],
    [
      '{"Check":{"TTL":1.5}}',
      'Check.TTL',
      'json: cannot unmarshal number 1.5 into Go struct field .TTL of type time.Duration',
    ],
    [`{"Proxy":{"Config":${depth(70)}}}`, 'Proxy.Config', 'exceeded max depth'],
    ['{"X":1,"Port":"80"}', 'X', 'json: unknown field "X"'],
  ])('%s', (body, field, message) => {
    const error = errorOf(body);
    expect(error.message).toBe(message);
    expect(error.field).toBe(field);
  });
});

describe('an unknown field', () => {
  it.each([
    ['{"Nmae":"web"}', 'json: unknown field "Nmae"'],
    ['{"Check":{"ID":"c"}}', 'json: unknown field "ID"'],
    ['{"__proto__":{"Name":"web"}}', 'json: unknown field "__proto__"'],
    ['{"constructor":1}', 'json: unknown field "constructor"'],
    [
      '{"Namespace":"x"}',
      'json: unknown field "Namespace" - Namespaces are a Consul Enterprise feature',
    ],
    [
      '{"Partition":"x"}',
      'json: unknown field "Partition" - Partitions are a Consul Enterprise feature',
    ],
  ])('%s is refused', (body, message) => {
    expect(errorOf(body).message).toBe(message);
  });

  it('is dropped as a direct child of Connect', () => {
    expect(decodeBody(serviceShape, '{"Connect":{"Nope":1,"Native":true}}').Connect?.Native).toBe(
      true,
    );
  });

  it('depends on the place: a check alone has an ID and no CheckID', () => {
    expect(decodeBody(agentCheckShape, '{"ID":"c"}').ID).toBe('c');
    expect(() => decodeBody(agentCheckShape, '{"CheckID":"c"}')).toThrow('unknown field "CheckID"');
  });
});

describe('a field', () => {
  it('is zero when it is null or absent', () => {
    const absent = decodeBody(serviceShape, '{}');
    const nulls = Object.fromEntries(Object.keys(absent).map((name) => [name, null]));
    expect(decodeBody(serviceShape, JSON.stringify(nulls))).toEqual(absent);
    expect(absent).toMatchObject({ Name: '', Port: 0, Tags: [], Meta: {}, Checks: [] });
    expect(decodeBody(serviceShape, 'null')).toEqual(absent);
  });

  it('may be spelled as in configuration files where Consul allows it', () => {
    const decoded = decodeBody(
      serviceShape,
      '{"enable_tag_override":true,"tagged_addresses":{"lan":{"address":"1.2.3.4","port":9}},' +
        '"Check":{"tls_skip_verify":true,"args":["a"],"deregister_critical_service_after":"1m"},' +
        '"Proxy":{"destination_service_name":"db","upstreams":[{"local_bind_port":5}]}}',
    );
    expect(decoded.EnableTagOverride).toBe(true);
    expect(decoded.TaggedAddresses).toEqual({ lan: { Address: '1.2.3.4', Port: 9 } });
    expect(decoded.Check).toMatchObject({
      TLSSkipVerify: true,
      ScriptArgs: ['a'],
      DeregisterCriticalServiceAfter: 60_000,
    });
    expect(decoded.Proxy).toMatchObject({
      DestinationServiceName: 'db',
      Upstreams: [{ LocalBindPort: 5 }],
    });
  });

  it('that is a duration may be a number of nanoseconds', () => {
    expect(decodeBody(agentCheckShape, '{"TTL":1500000000,"Interval":"1.5s"}')).toMatchObject({
      TTL: 1500,
      Interval: 1500,
    });
  });

  it('keeps odd map keys as own properties', () => {
    const { Meta } = decodeBody(serviceShape, '{"Meta":{"__proto__":"x","toString":"y"}}');
    expect(Object.entries(Meta)).toEqual([
      ['__proto__', 'x'],
      ['toString', 'y'],
    ]);
    expect(Object.getPrototypeOf(Meta)).toBe(Object.prototype);
  });

  it('has half a surrogate pair replaced', () => {
    expect(decodeBody(serviceShape, '{"Name":"a\\ud800b"}').Name).toBe('a\ufffdb');
    expect(decodeBody(serviceShape, '{"Name":"\\ud83d\\ude00"}').Name).toBe('😀');
  });
});

describe('the decoder', () => {
  const recase = (name: string, bits: readonly boolean[]): string =>
    [...name]
      .map((letter, at) => (bits[at] ? letter.toUpperCase() : letter.toLowerCase()))
      .join('');

  it('matches keys whatever their case', () => {
    const names = Object.keys(serviceShape.fields) as (keyof typeof serviceShape.fields)[];
    fc.assert(
      fc.property(
        fc.constantFrom(...names.filter((name) => serviceShape.fields[name].kind === 'text')),
        fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
        (name, bits) => {
          const decoded = decodeBody(serviceShape, JSON.stringify({ [recase(name, bits)]: 'x' }));
          expect(decoded[name]).toBe('x');
        },
      ),
    );
  });

  it('throws nothing but its own error', () => {
    const key = fc.constantFrom(...Object.keys(serviceShape.fields), 'Interval', 'Passing', 'x');
    const body = fc.oneof(
      fc.string(),
      fc.dictionary(key, fc.jsonValue()).map((value) => JSON.stringify(value)),
      fc.json({ maxDepth: 6 }),
    );
    fc.assert(
      fc.property(body, (text) => {
        try {
          decodeBody(serviceShape, text);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('takes a deeply nested body without falling over', () => {
    expect(() => decodeBody(serviceShape, `{"Tags":${'['.repeat(200_000)}`)).toThrow(DecodeError);
    expect(() =>
      decodeBody(serviceShape, `{"Locality":${'{"a":'.repeat(9000)}1${'}'.repeat(9000)}}`),
    ).toThrow(DecodeError);
  });
});

describe('an unsigned 64-bit number', () => {
  const shape = {
    kind: 'fields',
    goType: 'api.KVTxnOp',
    fields: { Flags: uint64, Name: text, Any: anyJson, Port: integer },
  } as const;

  it.each([
    ['18446744073709551615', 18446744073709551615n],
    ['3304740253564472344', 3304740253564472344n],
    ['9007199254740993', 9007199254740993n],
    ['7', 7n],
    ['null', 0n],
  ])('%s keeps every digit', (written, value) => {
    expect(decodeBody(shape, `{"Flags": ${written}}`).Flags).toBe(value);
  });

  it.each([
    ['18446744073709551616', 'number 18446744073709551616'],
    ['-1', 'number -1'],
    ['-3304740253564472344', 'number -3304740253564472344'],
    ['1.5', 'number 1.5'],
    ['"7"', 'string'],
    ['true', 'bool'],
    ['9'.repeat(400), `number ${'9'.repeat(400)}`],
    ['1.50', 'number 1.50'],
  ])('is not %s', (written, described) => {
    expect(() => decodeBody(shape, `{"Flags": ${written}}`)).toThrow(
      `json: cannot unmarshal ${described} into Go struct field .Flags of type uint64`,
    );
  });

  it('leaves all else of the body as it is', () => {
    const texts = '"12345678901234567890 \\" 12345678901234567890"';
    const body = `{"Name": ${texts}, "Any": [1.12345678901234567, 1e-1234567890123456, 12345678901234567890]}`;
    const decoded = decodeBody(shape, body);
    expect(decoded.Name).toBe('12345678901234567890 " 12345678901234567890');
    expect(decoded.Any).toEqual([Number('1.12345678901234567'), 0, Number('12345678901234567890')]);
    expect(() => decodeBody(shape, '{"Port": 12345678901234567890}')).toThrow('of type int');
    expect(() => decodeBody(shape, '{"Name": 12345678901234567890}')).toThrow('number into');
  });

  it('is no way to run out of stack', () => {
    const deep = `{"Any": ${'['.repeat(9000)}12345678901234567890${']'.repeat(9000)}}`;
    expect(() => decodeBody(shape, deep)).toThrow('exceeded max depth');
  });
});
