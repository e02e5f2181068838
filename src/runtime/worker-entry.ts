/**
 * Finds the compiled file of a worker thread. A thread starts from JavaScript; where the caller itself runs
 * from TypeScript (tests), the entry is its twin in `dist`.
 */

/** `name` without an extension, relative to the caller's `import.meta.url`. */
export function workerEntry(name: string, callerUrl: string): URL {
  const compiled = callerUrl.endsWith('.ts') ? callerUrl.replace('/src/', '/dist/') : callerUrl;
  return new URL(`${name}.js`, compiled);
}
