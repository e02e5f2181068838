/**
 * The part of HashiCorp's interpolation language that templates of prepared queries are written in: text with
 * `${name.full}`, `${name.prefix}`, `${name.suffix}`, `${agent.segment}` and `${match(1)}` in it; `$${` is a plain
 * `${`. No arithmetic, no conditions and nothing nested, so that a rendering takes one pass.
 */

export const VARIABLES = ['name.full', 'name.prefix', 'name.suffix', 'agent.segment'] as const;
export type Variable = (typeof VARIABLES)[number];

export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly variable: Variable }
  /** A group of the template's regular expression. */
  | { readonly kind: 'match'; readonly group: number };

export type ParsedInterpolation =
  | { readonly ok: true; readonly parts: readonly Part[] }
  | { readonly ok: false; readonly message: string };

/** What the names in a template stand for. */
export interface Scope {
  readonly variables: Readonly<Record<Variable, string>>;
  readonly groups: readonly string[];
}

/** Text, an escaped `${`, or an expression with its end where it has one. */
const PIECE = /\$\$\{|\$\{([^}]*)(\}?)|\$|[^$]+/gs;
const MATCH = /^match\(\s*([0-9]{1,9})\s*\)$/;
const NAME = /^[A-Za-z_][\w.]*/;

export function parseInterpolation(text: string): ParsedInterpolation {
  const parts: Part[] = [];
  for (const piece of text.matchAll(PIECE)) {
    const [whole, expression, end] = piece;
    if (expression === undefined) {
      parts.push({ kind: 'text', text: whole === '$${' ? '${' : whole });
      continue;
    }
    const parsed = end === '}' ? parseExpression(expression.trim()) : 'expected "}" at the end';
    if (typeof parsed === 'string') {
      return { ok: false, message: `${piece.index + 1}: ${parsed}` };
    }
    parts.push(parsed);
  }
  return { ok: true, parts };
}

/** @returns a text that says what is wrong */
function parseExpression(expression: string): Part | string {
  const group = MATCH.exec(expression)?.[1];
  if (group !== undefined) return { kind: 'match', group: Number(group) };
  const variable = VARIABLES.find((name) => name === expression);
  if (variable !== undefined) return { kind: 'variable', variable };
  const [name] = NAME.exec(expression) ?? [];
  if (name === expression) return `unknown variable accessed: ${name}`;
  if (name === 'match') return 'match takes the number of a group';
  if (name !== undefined && expression[name.length] === '(') {
    return `unknown function called: ${name}`;
  }
  return `"${expression}" is no variable and no match(N)`;
}

/** A group that is not there, or took no part in the match, is empty. */
export function evaluate(parts: readonly Part[], { variables, groups }: Scope): string {
  let text = '';
  for (const part of parts) {
    if (part.kind === 'text') text += part.text;
    else text += part.kind === 'match' ? (groups[part.group] ?? '') : variables[part.variable];
  }
  return text;
}
