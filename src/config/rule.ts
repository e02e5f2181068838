/** What a rule for the configuration is: a function from settings to what it finds wrong in them. */
import type { Settings } from './settings.ts';
import type { Source } from './sources.ts';

export interface RuleContext {
  readonly settings: Settings;
  readonly devMode: boolean;
  /** The files, as they were read. */
  readonly sources: readonly Source[];
}

/** What a rule finds: the key, what it should be, the whole message, and the text that is wrong, to be found in a file. */
export type Finding = readonly [path: string, expected: string, message: string, wrong?: string];
export type Rule = (context: RuleContext) => readonly Finding[];

export const NONE: readonly Finding[] = [];
