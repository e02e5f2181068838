/** What filters may ask of a member of the agent's pool: `/v1/agent/members`. */
import type { memberJson } from '../json/member-json.ts';
import { type Field, type Fields, integer, text } from './fields.ts';
import { textMap } from './node-fields.ts';

type Member = ReturnType<typeof memberJson>;

/** Consul compares the address as octets, which nobody can write; here it is the text that clients see. */
export const MEMBER_FIELDS: Fields<Member> = {
  Name: text((member) => member.Name),
  Addr: text((member) => member.Addr),
  Port: integer((member) => member.Port, 'uint16'),
  Tags: textMap((member) => member.Tags.record as Readonly<Record<string, string>>),
  Status: integer((member) => member.Status),
  ProtocolMin: version((member) => member.ProtocolMin),
  ProtocolMax: version((member) => member.ProtocolMax),
  ProtocolCur: version((member) => member.ProtocolCur),
  DelegateMin: version((member) => member.DelegateMin),
  DelegateMax: version((member) => member.DelegateMax),
  DelegateCur: version((member) => member.DelegateCur),
};

function version(read: (member: Member) => number): Field<Member> {
  return integer(read, 'uint8');
}
