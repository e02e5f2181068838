/** A change from its diff to a resolver that runs with it: shown, agreed to, applied, checked, read again. */
import { type CommandContext, CommandError } from '../command.ts';
import type { FlagValues } from '../flag-values.ts';
import { applyChanges, type FileChange, undoChanges } from './file-change.ts';
import { formatCall, type RunProgram } from './programs.ts';
import type { ProgramCall } from './resolver.ts';
import type { Place } from './resolver-flags.ts';
import type { ResolverPorts } from './resolver-ports.ts';
import type { RootFolder } from './root-folder.ts';
import { unifiedDiff } from './unified-diff.ts';

export type ChangeEnd = 'unchanged' | 'shown' | 'refused' | 'applied';

interface Invoked extends CommandContext {
  readonly flags: FlagValues;
}

/** @throws CommandError with everything as it was before */
export async function makeChange(
  place: Place,
  changes: readonly FileChange[],
  { flags, env, stdout, stderr }: Invoked,
  ports: ResolverPorts,
): Promise<ChangeEnd> {
  if (changes.length === 0) return 'unchanged';
  for (const { path, before, after } of changes) {
    stdout.write(Buffer.from(unifiedDiff(path, before, after), 'latin1'));
  }
  if (flags.boolean('dry-run')) return 'shown';
  if (!flags.boolean('yes')) {
    if (!ports.canAsk()) throw new CommandError('nobody to ask: give -yes to apply this change');
    if (!(await ports.confirm('Apply this change? [y/N] '))) {
      stderr.write('Nothing was changed\n');
      return 'refused';
    }
  }
  const run = ports.runner(env);
  applyChanges(place.root, changes);
  await checkSyntax(place, changes, run);
  if (place.root.isSystem && !flags.boolean('no-reload')) {
    const told = await reload(place, changes, run);
    stdout.write(`${told}\n`);
  }
  return 'applied';
}

async function checkSyntax(
  { root, resolver }: Place,
  changes: readonly FileChange[],
  run: RunProgram,
): Promise<void> {
  for (const call of resolver.syntaxChecks(root)) {
    const refusal = await refusalOf(call, root, run);
    if (refusal === undefined) continue;
    undoChanges(root, changes);
    const isOlder = (await refusalOf(call, root, run)) !== undefined;
    const what = isOlder
      ? 'refuses the configuration without the change too: mend that first. Everything is as it was'
      : 'refuses the change, so everything is as it was';
    throw new CommandError(`${formatCall(call)} ${what}:\n${refusal}`);
  }
}

/** What a check has against the file; undefined when it has nothing, or there is no check or no file. */
async function refusalOf(
  call: ProgramCall,
  root: RootFolder,
  run: RunProgram,
): Promise<string | undefined> {
  if (!root.has(fileOf(call, root.path))) return undefined;
  const end = await run(call);
  return end.kind === 'absent' || end.isOk ? undefined : end.output;
}

/** The file that a check reads, seen from the root. */
function fileOf({ args }: ProgramCall, root: string): string {
  const file = (args.at(-1) ?? '').replace(/^--conf-file=/, '');
  return root === '/' ? file : file.slice(root.replace(/\/$/, '').length);
}

async function reload(
  { root, resolver }: Place,
  changes: readonly FileChange[],
  run: RunProgram,
): Promise<string> {
  if (resolver.reloads.length === 0) return `${resolver.name} reads its files by itself`;
  const failures: string[] = [];
  for (const call of resolver.reloads) {
    const end = await run(call);
    if (end.kind === 'absent') continue;
    if (end.isOk) return `Reloaded: ${formatCall(call)}`;
    failures.push(`${formatCall(call)}: ${end.output}`);
  }
  undoChanges(root, changes);
  // So that it runs with what is in the files again; it is down or unreachable when this fails too.
  for (const call of resolver.reloads) {
    const end = await run(call);
    if (end.kind === 'ended' && end.isOk) break;
  }
  const why = failures.length === 0 ? 'no program to do it is installed' : failures.join('\n');
  throw new CommandError(
    `${resolver.name} was not reloaded, so everything is as it was (-no-reload leaves that to you):\n${why}`,
  );
}
