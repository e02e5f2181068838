/** This agent as a member of its pool: `/v1/agent/members`, and `Member` of `/v1/agent/self`. */
import type { AgentIdentity } from '../../agent/index.ts';
import type { PortDescription } from '../deps.ts';
import { GoMap } from './encode.ts';

export const MEMBER_STATUS = { none: 0, alive: 1, leaving: 2, left: 3, failed: 4 } as const;

/** `wan` shows the member of the pool that joins datacenters. */
export function memberJson(identity: AgentIdentity, ports: PortDescription, wan: boolean) {
  return {
    Name: wan ? `${identity.nodeName}.${identity.datacenter}` : identity.nodeName,
    Addr: identity.advertiseAddress,
    Port: wan ? ports.serfWan : ports.serfLan,
    Tags: new GoMap(memberTags(identity, ports, wan)),
    Status: MEMBER_STATUS.alive,
    ProtocolMin: 1,
    ProtocolMax: 5,
    ProtocolCur: 2,
    DelegateMin: 2,
    DelegateMax: 5,
    DelegateCur: 4,
  };
}

function memberTags(
  identity: AgentIdentity,
  ports: PortDescription,
  wan: boolean,
): Readonly<Record<string, string>> {
  const common = {
    dc: identity.datacenter,
    id: identity.nodeId,
    segment: '',
    vsn: '2',
    vsn_min: '2',
    vsn_max: '3',
    // Consul ends the version with a colon; parsers of the tag expect it.
    build: `${identity.apiVersion}:`,
  };
  if (!identity.server) return { ...common, role: 'node' };
  return {
    ...common,
    role: 'consul',
    port: `${identity.serverPort}`,
    raft_vsn: '3',
    acls: '0',
    bootstrap: '1',
    ft_fs: '1',
    ft_si: '1',
    ...(wan || ports.serfWan < 0 ? {} : { wan_join_port: `${ports.serfWan}` }),
    ...(ports.grpc < 0 ? {} : { grpc_port: `${ports.grpc}` }),
  };
}
