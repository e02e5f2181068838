/**
 * Each instance that an answer might have been made of: in the reply or not, and why. Judged by what was noted on the
 * way and by the reply itself, in slices, since a service may have many.
 */
import { limits } from '../../runtime/index.ts';
import type { InstanceEntry } from '../view/entries.ts';
import type { Drop } from '../view/health.ts';
import type { Host } from '../view/host.ts';
import type { Candidate } from '../view/service-entry.ts';
import { formatRdata } from '../wire/format-record.ts';
import type { Message } from '../wire/message.ts';
import { lowerName } from '../wire/name.ts';
import { octetText } from '../wire/octet-text.ts';
import { formatType, RecordType } from '../wire/types.ts';
import type { ExplainedInstance, KeptOrDropped } from './explained.ts';
import { lastOf, type Rdata, type Step, type StepOf } from './trace.ts';

interface Judged {
  readonly instances: readonly ExplainedInstance[];
  /** How many more there are, and why they are in the reply or not. */
  readonly others: readonly string[];
}

/** Those in the reply first; so many that the list stays a list. */
export async function explainInstances(
  steps: readonly Step[],
  message: Message | undefined,
  type: number,
  pause: () => Promise<void>,
): Promise<Judged> {
  const looked = lastOf(steps, 'instances');
  if (looked === undefined) return { instances: [], others: [] };
  const most = limits.explainedInstances.default;
  const judge = judging(steps, message, looked, type);
  const kept: ExplainedInstance[] = [];
  const left: ExplainedInstance[] = [];
  const counts = new Map<KeptOrDropped, number>();
  for (const [at, candidate] of looked.candidates.entries()) {
    if (at % SLICE_INSTANCES === SLICE_INSTANCES - 1) await pause();
    const verdict = judge(candidate);
    const { reason } = verdict;
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
    const list = isKept(reason) ? kept : left;
    if (list.length < most) list.push(described(candidate, verdict, looked, type));
  }
  const instances = [...kept, ...left].slice(0, most);
  const unlisted = looked.candidates.length - instances.length;
  if (unlisted === 0) return { instances, others: [] };
  const totals = [...counts].map(([reason, count]) => `${count} ${reason}`).join(', ');
  const text = `${unlisted} more instances are not listed; of all ${looked.candidates.length}: ${totals}`;
  return { instances, others: [text] };
}

/** Instances judged between two pauses: some milliseconds. */
const SLICE_INSTANCES = 100;

interface Verdict {
  readonly reason: KeptOrDropped;
  readonly detail: string;
}

function judging(
  steps: readonly Step[],
  message: Message | undefined,
  { selection }: StepOf<'instances'>,
  type: number,
): (candidate: Candidate) => Verdict {
  const records = lastOf(steps, 'records');
  const answered = new Set(message?.answers.map(keyOf));
  const drawn = new Set(lastOf(steps, 'drawn')?.records.map(keyOf));
  const isLimited = lastOf(steps, 'limit') !== undefined;
  const shownBy = new Map<string, InstanceEntry>();
  return ({ instance, drop }) => {
    if (drop !== undefined) return dropped(drop);
    const keys = (records?.of(instance) ?? []).map(keyOf);
    if (keys.length === 0) return withoutRecord(selection?.hostOf(instance, type), type);
    const found = keys.find((key) => answered.has(key));
    const other = found === undefined ? undefined : shownBy.get(found);
    if (found !== undefined && other === undefined) {
      shownBy.set(found, instance);
      return { reason: 'answered', detail: 'it is in the reply' };
    }
    if (other !== undefined) {
      const detail = `same record as "${other.id}" on ${other.node.row?.name ?? other.node.key}`;
      return { reason: 'duplicate', detail };
    }
    if (keys.some((key) => drawn.has(key))) {
      return { reason: 'size', detail: 'the reply had no room for it' };
    }
    if (isLimited) return { reason: 'limit', detail: 'a setting lets fewer answers through' };
    if (selection?.isAlias(type) === true) {
      return { reason: 'type', detail: 'the service is an alias, of another host name this time' };
    }
    return type === RecordType.ANY
      ? { reason: 'type', detail: 'ANY is answered with one RRset' }
      : { reason: 'size', detail: 'the reply had no room for it' };
  };
}

function withoutRecord(host: Host | undefined, type: number): Verdict {
  if (host === undefined) {
    return { reason: 'no-address', detail: 'it has no address that a record could hold' };
  }
  const isAddressWanted = type === RecordType.A || type === RecordType.AAAA;
  return host.type === RecordType.CNAME && isAddressWanted
    ? { reason: 'type', detail: 'others have addresses, which go before its host name' }
    : { reason: 'type', detail: `it has no ${formatType(type)} record` };
}

function dropped(drop: Drop): Verdict {
  switch (drop.reason) {
    case 'critical':
    case 'warning': {
      const { checkId, status } = drop.check;
      return { reason: drop.reason, detail: `check "${checkId}" is ${status}` };
    }
    case 'maintenance':
      return { reason: 'maintenance', detail: `in maintenance ("${drop.check.checkId}")` };
    case 'tag':
      return { reason: 'tag', detail: 'it does not have the tag' };
    case 'condition':
      return { reason: 'condition', detail: 'the prepared query does not want it' };
    case 'no-node':
      return { reason: 'no-node', detail: 'its node is not in the catalog' };
  }
}

function isKept(reason: KeptOrDropped): boolean {
  return reason === 'answered' || reason === 'duplicate';
}

function described(
  { instance }: Candidate,
  { reason, detail }: Verdict,
  { selection }: StepOf<'instances'>,
  type: number,
): ExplainedInstance {
  const { node, id, health, address } = instance;
  const other = instance.allMarks.find(({ status }) => status !== 'passing');
  const host = selection?.hostOf(instance, type);
  const registered = address === '' ? (node.row?.address ?? '') : address;
  return {
    node: node.row?.name ?? node.key,
    serviceId: id,
    address: host === undefined ? registered : formatRdata(host.type, host.rdata),
    port: selection?.portOf(instance) ?? instance.port,
    status: health === 'other' ? (other?.status ?? health) : health,
    weight: instance.weight(),
    kept: isKept(reason),
    reason,
    detail,
  };
}

/** Host names compare in any letter case, and a reply may write one as the question did. */
function keyOf({ type, rdata }: Rdata): string {
  const text = octetText(rdata, 0, rdata.length);
  return `${type} ${type === RecordType.CNAME ? lowerName(text) : text}`;
}
