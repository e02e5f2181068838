/**
 * Templates of prepared queries: one definition for all names that begin with its own. Every text of the definition
 * is interpolated for the name that was asked. Compiled when it is written, so that a broken one is refused then, and
 * again by whoever renders it.
 */
import { compileRegExp, type RegExpMatcher } from '../runtime/index.ts';
import { evaluate, type Part, parseInterpolation, type Scope } from './interpolation.ts';

export const NAME_PREFIX_MATCH = 'name_prefix_match';

export interface TemplateDefinition {
  /** Empty for a query that is no template. */
  readonly type: string;
  /** Its groups are what `match(N)` gives; empty: there are none. */
  readonly regexp: string;
  readonly removeEmptyTags: boolean;
}

/** What is rendered: plain data, whose texts at any depth are interpolated and whose keys are not. */
interface Renderable {
  readonly tags: readonly string[];
}

export interface CompiledTemplate<Rendered> {
  /** `name` is the whole name that was asked, which begins with that of the template in any letter case. */
  render(name: string): Rendered;
}

export type CompileResult<Rendered> =
  | { readonly ok: true; readonly template: CompiledTemplate<Rendered> }
  /** In Consul's words. */
  | { readonly ok: false; readonly message: string };

/** `name` is the template's own: the prefix; `service` is what it says to look up. */
export function compileTemplate<Service extends Renderable>(
  name: string,
  { type, regexp, removeEmptyTags }: TemplateDefinition,
  service: Service,
): CompileResult<Service> {
  if (type !== NAME_PREFIX_MATCH) return refused(`Bad Template.Type '${type}'`);
  const texts = new Map<string, readonly Part[]>();
  const mistake = compileTexts(service, '', texts);
  if (mistake !== undefined) return refused(mistake);
  let matcher: RegExpMatcher | undefined;
  if (regexp !== '') {
    const compiled = compileRegExp(regexp);
    if (!compiled.ok) return refused(`Bad Regexp: ${compiled.message}`);
    matcher = compiled.matcher;
  }
  const render = (asked: string): Service => {
    const scope: Scope = {
      variables: {
        'name.full': asked,
        'name.prefix': name,
        'name.suffix': asked.slice(name.length),
        // Segments of the network are not built: there is the one without a name.
        'agent.segment': '',
      },
      groups: matcher?.groups(asked) ?? [],
    };
    const rendered = renderValue(service, '', texts, scope) as Service;
    if (!removeEmptyTags) return rendered;
    return { ...rendered, tags: rendered.tags.filter((tag) => tag !== '') };
  };
  return { ok: true, template: { render } };
}

function refused(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message };
}

/** @returns what is wrong with the first text that cannot be read; undefined: nothing */
function compileTexts(
  value: unknown,
  path: string,
  texts: Map<string, readonly Part[]>,
): string | undefined {
  if (typeof value === 'string') {
    const parsed = parseInterpolation(value);
    if (!parsed.ok) return `Bad format '${value}' in Service${path}: ${parsed.message}`;
    texts.set(path, parsed.parts);
    return undefined;
  }
  for (const [key, item] of entriesOf(value)) {
    const mistake = compileTexts(item, pathOf(path, key, value), texts);
    if (mistake !== undefined) return mistake;
  }
  return undefined;
}

function renderValue(
  value: unknown,
  path: string,
  texts: ReadonlyMap<string, readonly Part[]>,
  scope: Scope,
): unknown {
  if (typeof value === 'string') return evaluate(texts.get(path) ?? [], scope);
  if (typeof value !== 'object' || value === null) return value;
  const rendered = entriesOf(value).map(
    ([key, item]) => [key, renderValue(item, pathOf(path, key, value), texts, scope)] as const,
  );
  if (Array.isArray(value)) return rendered.map(([, item]) => item);
  return Object.fromEntries(rendered);
}

function entriesOf(value: unknown): (readonly [string, unknown])[] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

/** As Consul names a field: `.Failover.Datacenters[0]`, `.NodeMeta[os]`. */
function pathOf(path: string, key: string, container: unknown): string {
  const isField = !Array.isArray(container) && !/Meta$/.test(path);
  if (!isField) return `${path}[${key}]`;
  return `${path}.${key.charAt(0).toUpperCase()}${key.slice(1).replace(/Ids$/, 'IDs')}`;
}
