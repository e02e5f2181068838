/**
 * The stage for names in class CH by which a server says who it is: those that BIND answers, and their successors
 * (RFC 4892 §3). Only what is configured is told; everything else in the class goes on to be refused.
 */
import { encodeTxt } from '../wire/encode-rdata.ts';
import { type Name, parseName } from '../wire/name.ts';
import { ExtendedError, RecordClass, RecordType } from '../wire/types.ts';
import type { Outcome, Query } from './outcome.ts';
import type { Stage } from './stages.ts';

type Told = 'identity' | 'version';

const toldByName: ReadonlyMap<Name, Told> = new Map([
  [parseName('id.server.') as Name, 'identity'],
  [parseName('hostname.bind.') as Name, 'identity'],
  [parseName('version.server.') as Name, 'version'],
  [parseName('version.bind.') as Name, 'version'],
]);

export const answerServerIdentity: Stage = (next, settings) => (query) => {
  if (query.question.class !== RecordClass.CH) return next(query);
  const told = toldByName.get(query.question.lowerName);
  const rdata = told === undefined ? undefined : encodeText(settings.protocol[told]);
  return rdata === undefined ? next(query) : tell(query, rdata);
};

function encodeText(text: string): Uint8Array | undefined {
  return text === '' ? undefined : encodeTxt(text);
}

function tell({ question: { name, type } }: Query, rdata: Uint8Array): Outcome {
  if (type !== RecordType.TXT && type !== RecordType.ANY) {
    // There is no zone here, and so no SOA.
    const explanation = { code: ExtendedError.OTHER, text: 'there is only a TXT record' };
    return { kind: 'no-data', zone: undefined, explanation };
  }
  const record = { owner: name, type: RecordType.TXT, class: RecordClass.CH, ttl: 0, rdata };
  return {
    kind: 'answer',
    answers: [record],
    authority: [],
    additional: [],
    authoritative: true,
  };
}
