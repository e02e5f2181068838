/** The `filter` parameter: an expression that each row of an answer is put to before the client sees it. */
import { HttpError } from '../errors.ts';
import type { Query } from '../query.ts';
import type { Expression } from './expression.ts';
import { bindIn, type Fields, FilterFault, type Test } from './fields.ts';
import { parseExpression } from './parse.ts';
import { Work } from './work.ts';

/** Those of the rows that the filter holds of, in their order. */
export type RowFilter<Row> = (rows: readonly Row[]) => readonly Row[];

/**
 * What the request's `filter` keeps; everything when it has none.
 * @throws HttpError `filter_invalid`, `filter_too_large`; the filter itself throws `filter_too_costly`
 */
export function rowFilter<Row>(query: Query, fields: Fields<Row>): RowFilter<Row> {
  const text = query.get('filter');
  return text === '' ? (rows) => rows : compileFilter(text, fields);
}

export function compileFilter<Row>(text: string, fields: Fields<Row>): RowFilter<Row> {
  const parsed = parseExpression(text);
  if (!parsed.ok) throw invalid(parsed.message);
  const work = new Work();
  const test = testOf(parsed.expression, fields, work);
  return (rows) => {
    work.begin();
    return rows.filter(test);
  };
}

function testOf<Row>(expression: Expression, fields: Fields<Row>, work: Work): Test<Row> {
  switch (expression.kind) {
    case 'or': {
      const tests = expression.parts.map((part) => testOf(part, fields, work));
      return (row) => tests.some((test) => test(row));
    }
    case 'and': {
      const tests = expression.parts.map((part) => testOf(part, fields, work));
      return (row) => tests.every((test) => test(row));
    }
    case 'not': {
      const test = testOf(expression.part, fields, work);
      return (row) => !test(row);
    }
    case 'match':
      return bound(() => bindIn(fields, expression.match, 0, work));
  }
}

function bound<Row>(bind: () => Test<Row>): Test<Row> {
  try {
    return bind();
  } catch (error) {
    throw error instanceof FilterFault ? invalid(error.message) : error;
  }
}

/** Consul's own words for it, whoever made the mistake. */
function invalid(reason: string): HttpError {
  const text = `Failed to create boolean expression evaluator: ${reason}`;
  return new HttpError('filter_invalid', text, 'filter');
}
