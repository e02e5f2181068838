/** Deep equality of JSON-like values: key order does not matter, absent and undefined are the same. */

const NONE: ReadonlySet<string> = new Set();

/** `ignored` names fields of the outermost objects that are not compared. */
export function equalJson(
  one: unknown,
  other: unknown,
  ignored: ReadonlySet<string> = NONE,
): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) {
    return false;
  }
  if (Array.isArray(one) || Array.isArray(other)) {
    return Array.isArray(one) && Array.isArray(other) && equalLists(one, other);
  }
  return (
    containsFields(one as Fields, other as Fields, ignored) &&
    containsFields(other as Fields, one as Fields, ignored)
  );
}

type Fields = Readonly<Record<string, unknown>>;

function equalLists(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((value, at) => equalJson(value, other[at]));
}

/** Whether every field of `one` stands in `other` with an equal value. */
function containsFields(one: Fields, other: Fields, ignored: ReadonlySet<string>): boolean {
  for (const key in one) {
    if (ignored.has(key)) continue;
    const value = one[key];
    const twin = Object.hasOwn(other, key) ? other[key] : undefined;
    if (!equalJson(value, twin)) return false;
  }
  return true;
}
