import { describe, expect, it } from 'vitest';
import { firstStreak, judge, thresholdsOf } from '../../src/checks/hysteresis.ts';
import type { CheckStatus } from '../../src/checks/index.ts';

const LETTERS: Readonly<Record<string, CheckStatus>> = {
  p: 'passing',
  w: 'warning',
  c: 'critical',
};

/** Feeds results (`pwc`) and writes what each of them changed the status to, `-` for nothing. */
function verdicts(success: number, warning: number, critical: number, results: string): string {
  const thresholds = thresholdsOf({
    checkId: 'c',
    name: 'c',
    serviceId: '',
    successBeforePassing: success,
    failuresBeforeWarning: warning,
    failuresBeforeCritical: critical,
  });
  let streak = firstStreak(thresholds);
  return [...results]
    .map((letter) => {
      const verdict = judge(streak, LETTERS[letter]!, thresholds);
      streak = verdict.streak;
      return verdict.status?.slice(0, 1) ?? '-';
    })
    .join('');
}

describe('a status changes after as many results in a row as its thresholds ask for', () => {
  const table: [string, [number, number, number], string, string][] = [
    ['no thresholds: every result applies', [0, 0, 0], 'pwcpc', 'pwcpc'],
    ['the first failure applies at once', [0, 0, 3], 'cccc', 'cccc'],
    ['the first success applies at once', [3, 0, 0], 'pppp', 'pppp'],
    ['three failures in a row after a success', [0, 0, 3], 'pcccc', 'p--cc'],
    ['a success in between starts the count again', [0, 0, 3], 'pccpccc', 'p--p--c'],
    ['three successes in a row after a failure', [3, 0, 0], 'cpppp', 'c--pp'],
    ['a warning counts as a success and applies as a warning', [2, 0, 0], 'cww', 'c-w'],
    ['warning comes before critical', [0, 2, 4], 'pcccccc', 'p-wwccc'],
    ['a warning threshold of its own limit never shows', [0, 3, 3], 'pccc', 'p--c'],
    ['both directions', [2, 1, 3], 'pcccppc', 'pwwc-pw'],
    ['negative thresholds ask for nothing', [-1, 0, -1], 'pcp', 'pcp'],
  ];
  it.each(table)('%s', (_title, [success, warning, critical], results, expected) => {
    expect(verdicts(success, warning, critical, results)).toBe(expected);
  });
});
