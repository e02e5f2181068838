/**
 * Parts of a page in docs/ that are written by what they are about: each stands between the comments `<!-- name -->` and
 * `<!-- /name -->`. With UPDATE_DOCS=1 the part is written before it is read.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

const DOCS = resolve(import.meta.dirname, '../../docs');

const partOf = (name: string): RegExp =>
  new RegExp(`(<!-- ${name} -->\n)([\\s\\S]*?)(\n<!-- /${name} -->)`);

/** What `page` says where `rendered` has to stand; undefined when there is no such part. */
export function generatedPart(page: string, name: string, rendered: string): string | undefined {
  const file = resolve(DOCS, page);
  const text = readFileSync(file, 'utf8');
  if (process.env.UPDATE_DOCS === '1') {
    writeFileSync(
      file,
      text.replace(partOf(name), (_all, open, _old, close) => open + rendered + close),
    );
  }
  return partOf(name).exec(readFileSync(file, 'utf8'))?.[2];
}
