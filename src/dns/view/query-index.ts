/**
 * Ways to a prepared query: by its id, by its name, or through the template whose name is the longest beginning of the
 * one that was asked, all in any letter case. What a template says for a name is kept for the names of late.
 */
import { type CompiledTemplate, compileTemplate } from '../../query/index.ts';
import { limits } from '../../runtime/index.ts';
import { catalogLabel } from '../names.ts';
import type { QueryTexts, ViewQuery } from './delta.ts';
import { MultiMap } from './multi-map.ts';

interface Template {
  readonly query: ViewQuery;
  readonly compiled: CompiledTemplate<QueryTexts>;
}

export class QueryIndex {
  readonly #byKey = new Map<string, ViewQuery>();
  readonly #byName = new MultiMap<ViewQuery>();
  /** By the beginning that names have. */
  readonly #templates = new Map<string, Template>();
  /** By name as it was asked; the oldest first. */
  readonly #rendered = new Map<string, ViewQuery>();

  put(query: ViewQuery): void {
    this.delete(query.key);
    this.#byKey.set(query.key, query);
    if (query.template !== undefined) this.#putTemplate(query, query.template);
    else if (query.name !== '') this.#byName.add(catalogLabel(query.name), query);
  }

  delete(key: string): void {
    const query = this.#byKey.get(key);
    if (query === undefined) return;
    this.#byKey.delete(key);
    const name = catalogLabel(query.name);
    if (query.template === undefined) this.#byName.remove(name, query);
    else if (this.#templates.get(name)?.query === query) this.#templates.delete(name);
    this.#rendered.clear();
  }

  keys(): string[] {
    return [...this.#byKey.keys()];
  }

  /** `text` as in a label, in lower case. Consul: a template has no answer for its own id. */
  find(text: string): ViewQuery | undefined {
    const byKey = this.#byKey.get(text);
    if (byKey !== undefined) return byKey.template === undefined ? byKey : undefined;
    return this.#byName.first(text) ?? this.#findRendered(text);
  }

  #putTemplate(query: ViewQuery, definition: NonNullable<ViewQuery['template']>): void {
    const { service, near, tags, nodeMeta, serviceMeta, ignoreCheckIds, peer } = query;
    const texts = { service, near, tags, nodeMeta, serviceMeta, ignoreCheckIds, peer };
    const result = compileTemplate(query.name, definition, texts);
    // It was compiled when it was written, so there is one unless a later rollcall reads more into it.
    if (!result.ok) return;
    this.#templates.set(catalogLabel(query.name), { query, compiled: result.template });
    this.#rendered.clear();
  }

  #findRendered(text: string): ViewQuery | undefined {
    if (this.#templates.size === 0) return undefined;
    const kept = this.#rendered.get(text);
    if (kept !== undefined) return kept;
    const template = this.#findTemplate(text);
    if (template === undefined) return undefined;
    const name = Buffer.from(text, 'latin1').toString();
    const rendered = { ...template.query, ...template.compiled.render(name) };
    if (this.#rendered.size >= limits.renderedQueries.default) {
      const [oldest] = this.#rendered.keys();
      if (oldest !== undefined) this.#rendered.delete(oldest);
    }
    this.#rendered.set(text, rendered);
    return rendered;
  }

  #findTemplate(text: string): Template | undefined {
    for (let length = text.length; length >= 0; length--) {
      const template = this.#templates.get(text.slice(0, length));
      if (template !== undefined) return template;
    }
    return undefined;
  }
}
