/** What a rule for the configuration is: a function from settings to what it finds wrong in them. */
import type { Settings } from './settings.ts';

export interface RuleContext {
  readonly settings: Settings;
  readonly devMode: boolean;
}

/** What a rule finds: the key, what it should be, and the whole message. */
export type Finding = readonly [path: string, expected: string, message: string];
export type Rule = (context: RuleContext) => readonly Finding[];

export const NONE: readonly Finding[] = [];
