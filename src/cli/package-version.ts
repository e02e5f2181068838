/** The version in package.json, which lies at the same place seen from `src/cli` and from `dist/cli`. */
import { readFileSync } from 'node:fs';

export function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const parsed: unknown = JSON.parse(text);
  const version = typeof parsed === 'object' && parsed !== null && 'version' in parsed;
  return version ? String(parsed.version) : 'unknown';
}
