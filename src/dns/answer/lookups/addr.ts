/** Addresses written as names, `0a000001.addr.dc1.consul`: what SRV records of instances point at. No catalog needed. */
import { RecordClass, RecordType } from '../../wire/types.ts';
import type { Lookup } from '../catalog-context.ts';
import { NO_ADDRESS } from '../explanations.ts';
import { nodeTtl } from '../node-ttl.ts';
import { nameError, noData } from './negative.ts';

const IPV4_DIGITS = 8;
const IPV6_DIGITS = 32;

export const lookUpAddr: Lookup<'addr'> = (context, asked) => {
  const { question } = asked;
  const { hex } = asked.name;
  const isAddress = hex.length === IPV4_DIGITS || hex.length === IPV6_DIGITS;
  // Consul: one digit too many is no address, any other number of digits a name without records.
  const isLonger = hex.length === IPV4_DIGITS + 1 || hex.length === IPV6_DIGITS + 1;
  if (isLonger || !/^[0-9a-f]+$/.test(hex)) return nameError(asked, NO_ADDRESS);
  if (!isAddress) return noData(asked, NO_ADDRESS);
  const type = hex.length === IPV4_DIGITS ? RecordType.A : RecordType.AAAA;
  const ttl = nodeTtl(context.settings, asked.query);
  const rdata = Buffer.from(hex, 'hex');
  const record = { owner: question.name, type, class: RecordClass.IN, ttl, rdata };
  if (question.type !== type && question.type !== RecordType.ANY) {
    return { ...noData(asked), additional: [record] };
  }
  return {
    kind: 'answer',
    answers: [record],
    authority: [],
    additional: [],
    authoritative: true,
    origin: asked.domain,
  };
};
