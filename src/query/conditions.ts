/** What a prepared query asks of an instance, beside its name: tags, metadata, checks. Consul's rules. */

/** Metadata, as rows have it. */
type StringMap = Readonly<Record<string, string>>;

export interface Conditions {
  /** All of them, and none of those after a `!`; without regard to case. */
  readonly tags: readonly string[];
  /** Metadata that the node must have, values and all. */
  readonly nodeMeta: StringMap;
  readonly serviceMeta: StringMap;
}

/** An instance as conditions see it. */
export interface Described {
  readonly tags: readonly string[];
  readonly nodeMeta: StringMap;
  readonly serviceMeta: StringMap;
}

export function fitsConditions(wanted: Conditions, instance: Described): boolean {
  return (
    hasTags(instance.tags, wanted.tags) &&
    hasMeta(instance.nodeMeta, wanted.nodeMeta) &&
    hasMeta(instance.serviceMeta, wanted.serviceMeta)
  );
}

function hasTags(tags: readonly string[], wanted: readonly string[]): boolean {
  if (wanted.length === 0) return true;
  const own = new Set(tags.map((tag) => tag.toLowerCase()));
  return wanted.every((tag) => {
    const lower = tag.toLowerCase();
    return lower.startsWith('!') ? !own.has(lower.slice(1)) : own.has(lower);
  });
}

function hasMeta(meta: StringMap, wanted: StringMap): boolean {
  return Object.entries(wanted).every(
    ([key, value]) => Object.hasOwn(meta, key) && meta[key] === value,
  );
}
