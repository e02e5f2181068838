/** Configuration of Unbound as clauses (`server:`, `stub-zone:`) of options, includes followed in place. */
import type { RootFolder } from './root-folder.ts';

export interface UnboundClause {
  readonly section: string;
  readonly file: string;
  readonly options: readonly { readonly key: string; readonly value: string }[];
}

const DEPTH_MAX = 10;

export function readUnbound(
  root: RootFolder,
  path: string,
  section = 'server',
  depth = 0,
): readonly UnboundClause[] {
  if (depth > DEPTH_MAX) return [];
  const clauses: { section: string; file: string; options: { key: string; value: string }[] }[] = [
    { section, file: path, options: [] },
  ];
  const included: UnboundClause[] = [];
  const lines = (root.read(path) ?? '').split('\n').map(withoutComment).flatMap(clauseApart);
  for (const line of lines) {
    const [, key, value = ''] = /^\s*([a-z0-9-]+):\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === undefined) continue;
    const current = clauses.at(-1);
    if (key === 'include' || key === 'include-toplevel') {
      for (const file of root.glob(unquoted(value))) {
        included.push(...readUnbound(root, file, current?.section, depth + 1));
      }
    } else if (value === '') clauses.push({ section: key, file: path, options: [] });
    else current?.options.push({ key, value: unquoted(value) });
  }
  return [...clauses, ...included];
}

function withoutComment(line: string): string {
  return line.replace(/^((?:[^"#]|"[^"]*")*)#.*$/, '$1');
}

/** `server: verbosity: 1` is a clause and an option of it. */
function clauseApart(line: string): readonly string[] {
  const [, clause, rest] = /^\s*([a-z-]+:)\s+([a-z0-9-]+:\s.*)$/.exec(line) ?? [];
  return clause === undefined || rest === undefined ? [line] : [clause, rest];
}

/** The first word loses its quotes: `"consul." nodefault` is `consul. nodefault`. */
function unquoted(value: string): string {
  return value.replace(/^"([^"]*)"/, '$1');
}
