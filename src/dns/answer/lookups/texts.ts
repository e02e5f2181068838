/**
 * TXT records of a service, from its instances' metadata: `dns-txt-version: 1.2` is answered as `version=1.2`, in the
 * form of node metadata (RFC 1464). What several instances say alike is said once.
 */
import type { InstanceEntry } from '../../view/entries.ts';
import { formatMeta } from '../../view/node-meta.ts';
import { Pool } from '../../view/pool.ts';
import { encodeTxt } from '../../wire/encode-rdata.ts';
import { octetText } from '../../wire/octet-text.ts';
import type { ResourceRecord } from '../../wire/record.ts';
import { RecordClass, RecordType } from '../../wire/types.ts';
import type { Asked, CatalogContext } from '../catalog-context.ts';
import type { Outcome } from '../outcome.ts';
import { allowedOverUdp, answerOf } from './allowed.ts';
import type { AnswerKind, Found } from './answer-kind.ts';
import { noData } from './negative.ts';

const PREFIX = 'dns-txt-';

export const texts: AnswerKind = {
  answer: answerTexts,
  recordsOf: (_context, _asked, _selection, instance) =>
    textsOf([instance]).map((rdata) => ({ type: RecordType.TXT, rdata })),
};

function answerTexts(context: CatalogContext, asked: Asked, { selection, ttl }: Found): Outcome {
  const pool = selection.derive('texts', () => {
    const items = textsOf(selection.instances);
    return new Pool({ items, weights: undefined, pathOf: undefined });
  });
  if (pool.count === 0) return noData(asked);
  const room = allowedOverUdp(context, asked, pool.count);
  pool.draw(room.count, context.random, undefined);
  const owner = asked.question.name;
  const record = { owner, type: RecordType.TXT, class: RecordClass.IN, ttl: ttl.seconds };
  const answers: ResourceRecord[] = [];
  for (let place = 0; place < room.count; place++) {
    answers.push({ ...record, rdata: pool.drawn(place) });
  }
  return answerOf(answers, room, undefined, undefined);
}

function textsOf(instances: readonly InstanceEntry[]): readonly Uint8Array[] {
  const byText = new Map<string, Uint8Array>();
  for (const { meta = {} } of instances) {
    for (const [key, value] of Object.entries(meta)) {
      if (!key.startsWith(PREFIX)) continue;
      const rdata = encodeTxt(formatMeta(key.slice(PREFIX.length), value));
      if (rdata !== undefined) byText.set(octetText(rdata, 0, rdata.length), rdata);
    }
  }
  return [...byText.values()];
}
