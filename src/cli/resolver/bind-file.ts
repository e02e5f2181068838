/** Configuration of BIND as nested statements: `words;` or `words { statements };`. Includes are not followed. */

export interface BindStatement {
  /** Without quotes. */
  readonly words: readonly string[];
  readonly body?: readonly BindStatement[];
  /** Offset after the `{`. */
  readonly bodyStart?: number;
  /** Offset of the line that the `}` is on, or of the `}` when something stands before it. */
  readonly bodyEnd?: number;
}

interface Token {
  readonly text: string;
  readonly at: number;
  readonly isQuoted: boolean;
}

const TOKEN = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|#[^\n]*|"([^"]*)"|[{};]|[^\s{};"]+/g;

export function readBind(text: string): readonly BindStatement[] {
  const tokens = [...text.matchAll(TOKEN)]
    .filter(([whole]) => !/^(\/\/|\/\*|#)/.test(whole))
    .map((match) => ({
      text: match[1] ?? match[0],
      at: match.index,
      isQuoted: match[1] !== undefined,
    }));
  return readStatements(text, tokens, { at: 0 });
}

/** Up to the `}` that ends them, which is left for the caller, or to the end. */
function readStatements(
  text: string,
  tokens: readonly Token[],
  cursor: { at: number },
): readonly BindStatement[] {
  const statements: BindStatement[] = [];
  let words: string[] = [];
  let body: Omit<BindStatement, 'words'> = {};
  for (let token = tokens[cursor.at]; token !== undefined; token = tokens[cursor.at]) {
    const sign = token.isQuoted ? '' : token.text;
    if (sign === '}') break;
    cursor.at += 1;
    if (sign === ';') {
      if (words.length > 0 || body.body !== undefined) statements.push({ words, ...body });
      words = [];
      body = {};
    } else if (sign === '{') {
      const inside = readStatements(text, tokens, cursor);
      const end = tokens[cursor.at]?.at ?? text.length;
      cursor.at += 1;
      body = { body: inside, bodyStart: token.at + 1, bodyEnd: lineStart(text, end) };
    } else words.push(token.text);
  }
  return statements;
}

function lineStart(text: string, at: number): number {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  return text.slice(start, at).trim() === '' ? start : at;
}
