/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how templates of prepared queries are written */
/** Templates of prepared queries: what is rendered for a name, and what is refused when a template is written. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileTemplate } from '../../src/query/index.ts';

const service = (fields: Record<string, unknown> = {}) => ({
  service: 'db',
  tags: [] as readonly string[],
  ...fields,
});
const template = (fields: { type?: string; regexp?: string; removeEmptyTags?: boolean } = {}) => ({
  type: 'name_prefix_match',
  regexp: '',
  removeEmptyTags: false,
  ...fields,
});

function rendered(prefix: string, name: string, text: string, regexp = ''): unknown {
  const compiled = compileTemplate(prefix, template({ regexp }), service({ service: text }));
  return compiled.ok ? compiled.template.render(name).service : compiled.message;
}

describe('a template', () => {
  it.each<[string, string, string, string, string, string]>([
    ['text', 'geo-', 'geo-db', 'plain', '', 'plain'],
    ['the whole name', 'geo-', 'geo-db', '${name.full}', '', 'geo-db'],
    ['its own name', 'geo-', 'geo-db', '${name.prefix}', '', 'geo-'],
    ['what follows its name', 'geo-', 'geo-db', '${name.suffix}', '', 'db'],
    ['what follows, in another case', 'geo-', 'GEO-db', '${name.suffix}', '', 'db'],
    ['the segment without a name', '', 'x', 'a${agent.segment}b', '', 'ab'],
    ['a group', 'geo-', 'geo-a-b', '${match(2)}.${match( 1 )}', '^geo-(.*)-(.*)$', 'b.a'],
    ['the whole match', '', 'xab', '${match(0)}', 'ab', 'ab'],
    ['a group that is not there', '', 'x', '[${match(7)}]', 'x', '[]'],
    ['a group without a match', '', 'x', '[${match(0)}]', 'y', '[]'],
    ['a group without an expression', '', 'x', '[${match(0)}]', '', '[]'],
    ['an escape', '', 'x', 'a$${name.full}$', '', 'a${name.full}$'],
    ['spaces', '', 'x', '${ name.full }', '', 'x'],
    ['what the name holds as it is', '', '${name.prefix}', '${name.full}', '', '${name.prefix}'],
  ])('renders %s', (_title, prefix, name, text, regexp, expected) => {
    expect(rendered(prefix, name, text, regexp)).toBe(expected);
  });

  it('renders every text at any depth, and no key', () => {
    const compiled = compileTemplate(
      '',
      template({ removeEmptyTags: true }),
      service({
        tags: ['${name.full}', '${match(1)}', 'fixed'],
        nodeMeta: { '${name.full}': '${name.full}' },
        failover: { nearestN: 3, datacenters: ['${name.suffix}'], targets: [{ peer: '' }] },
        onlyPassing: true,
      }),
    );
    expect(compiled.ok && compiled.template.render('x')).toEqual({
      service: 'db',
      tags: ['x', 'fixed'],
      nodeMeta: { '${name.full}': 'x' },
      failover: { nearestN: 3, datacenters: ['x'], targets: [{ peer: '' }] },
      onlyPassing: true,
    });
  });

  it.each<[string, Record<string, unknown>, object, string]>([
    ['a type', {}, { type: 'nope' }, "Bad Template.Type 'nope'"],
    [
      'an expression',
      {},
      { regexp: '(' },
      'Bad Regexp: error parsing regexp: missing closing ): `(`',
    ],
    [
      'an open brace',
      { service: 'a${name.full' },
      {},
      'Bad format \'a${name.full\' in Service.Service: 2: expected "}" at the end',
    ],
    [
      'a variable',
      { failover: { datacenters: ['dc1', '${nope}'] } },
      {},
      "Bad format '${nope}' in Service.Failover.Datacenters[1]: 1: unknown variable accessed: nope",
    ],
    [
      'a function',
      { nodeMeta: { os: '${file("/etc")}' } },
      {},
      'Bad format \'${file("/etc")}\' in Service.NodeMeta[os]: 1: unknown function called: file',
    ],
    [
      'an argument',
      { ignoreCheckIds: ['${match(x)}'] },
      {},
      "Bad format '${match(x)}' in Service.IgnoreCheckIDs[0]: 1: match takes the number of a group",
    ],
    [
      'arithmetic',
      { near: '${1 + 1}' },
      {},
      'Bad format \'${1 + 1}\' in Service.Near: 1: "1 + 1" is no variable and no match(N)',
    ],
  ])('is refused for %s', (_title, fields, definition, message) => {
    expect(compileTemplate('', template(definition), service(fields))).toEqual({
      ok: false,
      message,
    });
  });

  it('renders what its pieces say one after another, whatever the name', () => {
    const name = fc.string({ unit: 'grapheme', maxLength: 30 });
    const prefix = 'p-';
    const piece = fc.oneof(
      fc
        .string({ maxLength: 8 })
        .filter((text) => !text.includes('$'))
        .map((text) => ({ source: text, value: () => text })),
      fc.constant({ source: '$${', value: () => '${' }),
      fc.constant({ source: '${name.full}', value: (full: string) => full }),
      fc.constant({ source: '${name.prefix}', value: () => prefix }),
      fc.constant({
        source: '${name.suffix}',
        value: (full: string) => full.slice(prefix.length),
      }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), name, (pieces, suffix) => {
        const full = prefix + suffix;
        const source = pieces.map((one) => one.source).join('');
        const expected = pieces.map((one) => one.value(full)).join('');
        expect(rendered(prefix, full, source)).toBe(expected);
      }),
    );
  });
});
